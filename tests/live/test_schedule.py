"""When a delivery is tried again."""

import pytest

from doings.core.clock import DAY, SECOND
from doings.live.webhooks.schedule import SCHEDULE, next_at
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY


@pytest.mark.parametrize("tries", range(1, 10))
def test_each_step_is_a_fifth_longer_at_most(tries: int) -> None:
    """There are nine, so that an endpoint has three days and a half."""
    found = next_at(SCHEDULE, tries, now=NOON)

    assert found is not None
    step = SCHEDULE[tries - 1] * SECOND
    assert step <= found - NOON <= step * 1.2


def test_after_the_last_step_there_is_none() -> None:
    """Whatever the receiver asks for."""
    assert next_at(SCHEDULE, 10, now=NOON, retry_after="5") is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("99999999999999999999", 86_400),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
    ],
)
def test_the_receiver_may_say_when(header: str, seconds: int) -> None:
    """In seconds or as a date, at most a day."""
    assert next_at((5.0,), 1, now=NOON, retry_after=header) == NOON + seconds * SECOND


@pytest.mark.parametrize("header", ["", "soon", "-1", "1.5", "٣", "Wed, 99 Jan 2020 00:00:00 GMT"])
def test_what_says_nothing_is_ignored(header: str) -> None:
    """The schedule holds then."""
    found = next_at((5.0,), 1, now=NOON, retry_after=header)

    assert found is not None
    assert 5 * SECOND <= found - NOON < DAY
