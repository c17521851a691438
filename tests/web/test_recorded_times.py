"""Dates and times that are typed wrong by a slip."""

from datetime import timedelta

import pytest

from doings.core.clock import local_date
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.filling import fields_in, only, problems, sent
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY


async def test_a_date_far_ahead_is_asked_about(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Once: sent as it is once more, it is recorded."""
    today = local_date(served.clock.now(), "Europe/Berlin")
    far = (today + timedelta(3650)).isoformat()

    asked = await sent(member, "/record/note", body="plan", on=far, at="12:00")
    shown = fields_in(asked.text)
    near = await sent(member, "/record/note", body="plan", on="2020-01-01", sure="", at="12:00")
    activity = await only(acme)
    path = f"/activities/{activity.id}/edit"
    moved = await sent(member, path, on=far)

    assert asked.status_code == 422
    assert "more than a year ahead" in problems(asked.text)["on"]
    assert shown["sure"] == far
    assert near.status_code == 303
    assert moved.status_code == 422
    assert (await sent(member, path, on=far, sure=far)).status_code == 303
    assert (await sent(member, path, summary="still so")).status_code == 303


@pytest.mark.parametrize(
    ("at", "status"), [("01:59", 303), ("02:30", 422), ("03:00", 303), ("02:30:01.5", 422)]
)
async def test_a_time_that_clocks_leave_out_is_no_time(
    member: Visitor, at: str, status: int
) -> None:
    """On the day when summer time begins."""
    answer = await sent(member, "/record/note", body="x", on="2026-03-29", at=at, sure="2026-03-29")

    assert answer.status_code == status
    if status == 422:
        assert "clocks in Europe/Berlin leave out 02:30" in answer.text.replace("Clocks", "clocks")
