"""Instants wherever the native API reads one: parameters, members, data, batches."""

from typing import Any

import msgspec
import pytest

from doings.app import Application
from tests.core.values.test_instants import READ, REFUSED
from tests.engines import SQLITE_ONLY
from tests.native.client import SCOPES, Native, problems, signed_in

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines

TIMES = [text for text, _ in READ]
"""Ways to write times around 2026-11-22T10:00:00Z."""

NO_TIMES = [text for text, _ in REFUSED if text]
DATES = {"2026-11-22"}


def appointment(start: str) -> dict[str, Any]:
    """Data with an instant in it."""
    return {"appointment": {"id": "1", "start": start, "end": "2027-01-01T00:00:00Z"}}


@pytest.mark.parametrize("time", TIMES)
async def test_members_take_every_writing(native: Native, time: str) -> None:
    """Recording, changing, batches and data shapes read the same times."""
    first = await native.record(occurred_at=time)
    other = await native.record("appointment.created", data=appointment(time))
    changed = await native.call("PATCH", f"/activities/{other['id']}", json={"occurred_at": time})
    lines = msgspec.json.encode({"kind": "note.created", "occurred_at": time})
    batch = await native.call(
        "POST",
        "/activities/batch",
        content=lines,
        headers={"Content-Type": "application/x-ndjson"},
    )

    assert first["occurred_at"].startswith("2026-11-22T10:00:00")
    assert changed.json()["occurred_at"] == first["occurred_at"]
    assert changed.json()["data"]["appointment"]["start"] == time
    assert batch.json()["recorded"] == 1


@pytest.mark.parametrize("time", NO_TIMES)
async def test_members_refuse_what_is_none(native: Native, time: str) -> None:
    """With the path of the member."""
    good = await native.record()
    bodies = [
        ("POST", "/activities", {"kind": "note.created", "occurred_at": time}, "occurred_at"),
        ("PATCH", f"/activities/{good['id']}", {"occurred_at": time}, "occurred_at"),
        ("POST", "/tokens", {"scopes": ["read"], "expires_at": time}, "expires_at"),
        (
            "POST",
            "/activities",
            {"kind": "appointment.created", "data": appointment(time)},
            "data.appointment.start",
        ),
    ]
    for method, path, body, field in bodies:
        answer = await native.call(method, path, json=body)

        assert answer.status_code == 422
        assert [found for found, _ in problems(answer)] == [field]


@pytest.mark.parametrize("time", [*TIMES, *[text.replace("+", " ") for text in TIMES]])
async def test_parameters_take_every_writing(native: Native, time: str) -> None:
    """Also with a `+` that was not escaped."""
    await native.record(summary="at", occurred_at="2026-11-22T10:00:01Z")
    await native.record(summary="before", occurred_at="2026-11-22T09:59:59Z")

    assert await native.summaries(since=time) == ["at"]
    assert await native.summaries(until=time) == ["before"]


@pytest.mark.parametrize("path", ["/activities", "/stats", "/entities/contact/8/activities"])
@pytest.mark.parametrize(
    "time", [text for text in NO_TIMES if text not in DATES and "00 01" not in text]
)
async def test_parameters_refuse_what_is_none(native: Native, path: str, time: str) -> None:
    """400 naming the parameter."""
    await native.record(links=["contact:8"])

    for name in ("since", "until"):
        answer = await native.call("GET", path, params={name: time})

        assert answer.status_code == 400
        assert [found for found, _ in problems(answer)] == [name]


async def test_a_bare_date_begins_in_the_zone_of_the_account(app: Application) -> None:
    """Its first instant is in, and that of the next date is not."""
    await app.services().store.create_account("berlin", name="Berlin", time_zone="Europe/Berlin")
    native = await signed_in(app, "berlin", SCOPES)
    for at in ("21T22:59:59Z", "21T23:00:00Z", "22T22:59:59Z", "22T23:00:00Z"):
        await native.record(summary=at, occurred_at=f"2026-11-{at}", links=["contact:8"])

    for path in ("/activities", "/entities/contact/8/activities"):
        found = await native.summaries(path, since="2026-11-22", until="2026-11-23", order="asc")

        assert found == ["21T23:00:00Z", "22T22:59:59Z"]


async def test_a_history_goes_on_after_a_seq(native: Native) -> None:
    """As the feed does, with `last` to go on from, also once the activity is deleted."""
    first = await native.record(summary="1")
    path = f"/activities/{first['id']}"
    for summary in ("2", "3"):
        await native.call("PATCH", path, json={"summary": summary})
    await native.call("DELETE", path)
    whole = (await native.get(f"{path}/changes"))["items"]

    seen: list[Any] = []
    after = 0
    while items := (page := await native.get(f"{path}/changes", after=after, limit=1))["items"]:
        seen += items
        after = page["last"]

    assert [change["op"] for change in whole] == ["created", "updated", "updated", "deleted"]
    assert seen == whole
    assert page == {"items": [], "last": after}


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=201"])
async def test_a_history_refuses_other_numbers(native: Native, query: str) -> None:
    """400 naming the parameter."""
    first = await native.record()

    answer = await native.call("GET", f"/activities/{first['id']}/changes?{query}")

    assert answer.status_code == 400
    assert [found for found, _ in problems(answer)] == [query.partition("=")[0]]
