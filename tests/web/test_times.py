"""How pages say when something happened, and which year their days begin with."""

import re

import pytest

from doings.core.clock import DAY, HOUR, SECOND
from doings.web.timeline.times import ago_text
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (59 * SECOND, "just now"),
        (61 * SECOND, "1 minute"),
        (HOUR - SECOND, "1 hour"),
        (DAY - SECOND, "1 day"),
        (14 * DAY - SECOND, "2 weeks"),
        (20 * DAY, "3 weeks"),
        (30 * DAY - SECOND, "1 month"),
        (364 * DAY, "12 months"),
        (3643 * DAY, "10 years"),
    ],
)
def test_times_are_rounded(away: int, told: str) -> None:
    """In both directions, and a little less than a unit is told in it."""
    assert ago_text(NOON - away, NOON) == (told if told == "just now" else f"{told} ago")
    assert ago_text(NOON + away, NOON) == (told if told == "just now" else f"in {told}")


async def test_days_open_on_what_has_happened(
    member: Visitor, acme: Business, served: Served
) -> None:
    """On this year where nothing has, and never on a year ahead unless that is asked for."""
    served.clock.instant = NOON

    empty = await member.get("/timeline")
    await acme.record(note(at=NOON + 3650 * DAY))
    ahead = await member.get("/timeline")
    await acme.record(note(at=NOON - 400 * DAY))
    past = await member.get("/timeline")
    asked = await member.get("/timeline?on=2036-03-01")

    answers = (empty, ahead, past, asked)
    years = [re.findall(r"<b>([0-9]{4})</b> ·", one.text) for one in answers]
    assert years == [["2026"], ["2026"], ["2025"], ["2036"]]
