"""Finding, recording and replacing activities by the ids they have elsewhere."""

from typing import Any

import pytest

from tests.native.client import Json, Native, problems

PATH = "/activities/by-external-id"
MOMENT = "2026-03-01T12:00:00Z"


@pytest.fixture
async def filled(native: Native) -> Native:
    """Three origins, in two of which the id 7 occurs; and activities without such an id."""
    await native.record(summary="phone 7", origin="phone", external_id="7", links=["contact:1"])
    await native.record(summary="mail 7", origin="mail", external_id="7", actor="user:u")
    await native.record("text.posted", summary="mail 8", origin="mail", external_id="8")
    await native.record(summary="api ü/7", external_id="ü/7")
    await native.record(summary="no id", origin="phone")
    return native


FOUND: list[tuple[str, dict[str, str], list[str]]] = [
    ("/activities", {"external_id": "7"}, ["mail 7", "phone 7"]),
    ("/activities", {"external_id": "7", "order": "asc"}, ["phone 7", "mail 7"]),
    ("/activities", {"external_id": "7", "origin": "phone"}, ["phone 7"]),
    ("/activities", {"external_id": "7", "origin": "other"}, []),
    ("/activities", {"external_id": "8"}, ["mail 8"]),
    ("/activities", {"external_id": "ü/7"}, ["api ü/7"]),
    ("/activities", {"external_id": " 7"}, []),
    ("/activities", {"external_id": "77"}, []),
    ("/activities", {"external_id": "8", "kind": "note.*"}, []),
    ("/activities", {"external_id": "8", "kind": "text.posted"}, ["mail 8"]),
    ("/activities", {"external_id": "7", "actor": "user:u"}, ["mail 7"]),
    ("/activities", {"external_id": "7", "link": "contact:1"}, ["phone 7"]),
    ("/activities", {"external_id": "7", "link": "contact:9"}, []),
    ("/activities", {"external_id": "7", "q": "mail"}, ["mail 7"]),
    ("/activities", {"external_id": "7", "until": "2001-01-01T00:00:00Z"}, []),
    ("/activities", {"external_id": "7", "channel": "other"}, []),
    ("/entities/contact/1/activities", {"external_id": "7"}, ["phone 7"]),
    ("/entities/contact/1/activities", {"external_id": "8"}, []),
]


@pytest.mark.parametrize(("path", "params", "expected"), FOUND)
async def test_finds_by_external_id(
    filled: Native, path: str, params: dict[str, str], expected: list[str]
) -> None:
    """Of any origin or of one, together with all other filters."""
    assert await filled.summaries(path, **params) == expected


async def test_pages_of_one_external_id_lead_on(filled: Native) -> None:
    """By cursors, as any other list; and the whole of it can be streamed."""
    first = await filled.get("/activities", external_id="7", limit=1)
    second = await filled.get("/activities", external_id="7", limit=1, cursor=first["next"])
    whole = await filled.http.get(
        "/activities?external_id=7", headers={"Accept": "application/x-ndjson"}
    )

    assert [page["items"][0]["summary"] for page in (first, second)] == ["mail 7", "phone 7"]
    assert second["next"] is None
    assert len(whole.text.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "x" * 256, "a\0b"])
async def test_refuses_an_id_that_cannot_be(native: Native, text: str) -> None:
    """400: nothing was ever recorded under it."""
    answer = await native.call("GET", "/activities", params={"external_id": text})

    assert answer.status_code == 400


async def test_records_then_replaces(native: Native) -> None:
    """201 with its place, then 200 with the same id; the history has what was replaced."""
    body = {"kind": "note.created", "summary": "one", "body": "b", "links": ["contact:1"]}
    first = await native.call("PUT", f"{PATH}/phone/7", json=body)
    second = await native.call(
        "PUT", f"{PATH}/phone/7", json={"kind": "text.posted", "summary": "two"}
    )
    made, changed = first.json(), second.json()
    history = (await native.get(f"/activities/{made['id']}/changes"))["items"]

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["location"].endswith(f"/v1/activities/{made['id']}")
    assert (made["origin"], made["external_id"]) == ("phone", "7")
    assert [changed[name] for name in ("id", "seq", "kind", "summary", "body", "links")] == [
        made["id"],
        made["seq"],
        "text.posted",
        "two",
        None,
        [],
    ]
    assert [change["op"] for change in history] == ["created", "updated"]
    assert history[1]["before"]["summary"] == "one"
    assert await native.summaries("/entities/contact/1/activities") == []


SENT_AGAIN: list[Json] = [
    {"kind": "note.created"},
    {"kind": "note.created", "occurred_at": MOMENT, "time_zone": "Europe/Berlin"},
    {"kind": "note.created", "links": ["contact:1", {"type": "room", "id": "2", "role": "where"}]},
    {"kind": "note.created", "actor": {"type": "user", "id": "u", "name": "Ann"}, "level": "WARN"},
    {"kind": "note.created", "origin": "phone", "external_id": "7", "metadata": {"a": 1.50}},
    {"kind": "note.created", "external_id": None, "channels": ["app"], "summary": "s"},
]


@pytest.mark.parametrize("body", SENT_AGAIN)
async def test_the_same_again_changes_nothing(native: Native, body: Json) -> None:
    """200 with the same document, its time too; nothing is added to the feed."""
    first = await native.call("PUT", f"{PATH}/phone/7", json=body)
    second = await native.call("PUT", f"{PATH}/phone/7", json=body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert len((await native.get("/changes"))["items"]) == 1


async def test_replaces_the_time_that_is_given(native: Native) -> None:
    """One that is left out stays as recorded."""
    dated = {"kind": "note.created", "occurred_at": MOMENT}
    await native.call("PUT", f"{PATH}/phone/7", json={"kind": "note.created"})
    moved = await native.call("PUT", f"{PATH}/phone/7", json=dated)
    kept = await native.call("PUT", f"{PATH}/phone/7", json={"kind": "note.created", "body": "x"})

    assert [answer.json()["occurred_at"] for answer in (moved, kept)] == [MOMENT, MOMENT]


@pytest.mark.parametrize("name", ["a%2Fb", "%C3%BC", "7%3F", "batch", "..7"])
async def test_takes_any_id(native: Native, name: str) -> None:
    """What the path escapes is part of the id, a slash too."""
    answer = await native.call("PUT", f"{PATH}/phone/{name}", json={"kind": "a.b"})

    assert answer.status_code == 201
    found = await native.http.get(f"/activities?external_id={name}")
    assert [item["id"] for item in found.json()["items"]] == [answer.json()["id"]]


REFUSED: list[tuple[str, Json, str]] = [
    ("phone/7", {}, "kind"),
    ("phone/7", {"kind": "bad"}, "kind"),
    ("phone/7", {"kind": "a.b", "seq": 1}, "seq"),
    ("phone/7", {"kind": "a.b", "origin": "mail"}, "origin"),
    ("phone/7", {"kind": "a.b", "origin": "api"}, "origin"),
    ("phone/7", {"kind": "a.b", "origin": None}, "origin"),
    ("phone/7", {"kind": "a.b", "external_id": "8"}, "external_id"),
    ("phone/7", {"kind": "a.b", "external_id": 7}, "external_id"),
    ("Pho%20ne/7", {"kind": "a.b"}, "origin"),
    (f"phone/{'x' * 256}", {"kind": "a.b"}, "external_id"),
]


@pytest.mark.parametrize(("name", "body", "field"), REFUSED)
async def test_refuses_what_cannot_be(native: Native, name: str, body: Json, field: str) -> None:
    """422 naming the member, also where body and path say different names."""
    answer = await native.call("PUT", f"{PATH}/{name}", json=body)

    assert answer.status_code == 422
    assert [found for found, _ in problems(answer)] == [field]
    assert await native.summaries() == []


async def test_replaces_only_what_the_caller_saw(native: Native) -> None:
    """`If-Match`: 412 where it is another, or where there is none."""
    absent = await native.call(
        "PUT", f"{PATH}/phone/7", json={"kind": "a.b"}, headers={"If-Match": "*"}
    )
    made = await native.call("PUT", f"{PATH}/phone/7", json={"kind": "a.b"})
    seen = {"If-Match": made.headers["etag"]}
    changed = await native.call("PUT", f"{PATH}/phone/7", json={"kind": "a.c"}, headers=seen)
    late = await native.call("PUT", f"{PATH}/phone/7", json={"kind": "a.d"}, headers=seen)

    statuses = [answer.status_code for answer in (absent, made, changed, late)]
    assert statuses == [412, 201, 200, 412]


async def test_another_account_has_its_own(native: Native, stranger: Native) -> None:
    """The same name elsewhere is another activity."""
    mine = await native.call("PUT", f"{PATH}/phone/7", json={"kind": "a.b"})
    theirs = await stranger.call("PUT", f"{PATH}/phone/7", json={"kind": "a.b"})

    assert (mine.status_code, theirs.status_code) == (201, 201)


INTERACTIONS: list[tuple[dict[str, Any], int]] = [
    ({}, 200),
    ({"summary": "again"}, 200),
    ({"data": {"requirements": [{"code": "b"}]}}, 409),
    ({"kind": "details.shared"}, 409),
    ({"kind": "note.created"}, 409),
    ({"links": [{"type": "individual", "id": "2", "role": "counterpart"}]}, 409),
]


@pytest.mark.parametrize(("members", "status"), INTERACTIONS)
async def test_an_interaction_changes_by_its_steps_alone(
    native: Native, members: dict[str, Any], status: int
) -> None:
    """Sent again it stays as it has become; what both sides rely on is not replaced."""
    body = {
        "kind": "details.requested",
        "data": {"requirements": [{"code": "a"}]},
        "links": [{"type": "individual", "id": "1", "role": "counterpart"}],
    }
    made = (await native.call("PUT", f"{PATH}/crm/1", json=body)).json()
    await native.call("POST", f"/activities/{made['id']}/accept", json={})

    answer = await native.call("PUT", f"{PATH}/crm/1", json={**body, **members})

    assert answer.status_code == status
    after = await native.get(f"/activities/{made['id']}")
    assert after["data"]["status"] == "ACCEPTED"
    assert after["summary"] == (members.get("summary") if status == 200 else None)
