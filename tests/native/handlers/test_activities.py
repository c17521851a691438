"""Recording, showing, changing and deleting one activity."""

from typing import Any

import msgspec
import pytest

from tests.engines import SQLITE_ONLY
from tests.native.client import Native, problems

NOBODY = "00000000-0000-7000-8000-000000000000"


async def test_records_an_activity_and_says_where_it_is(native: Native) -> None:
    """201 with the document, whose Location and ETag are those of a GET."""
    answer = await native.call("POST", "/activities", json={"kind": "note.created"})

    shown = await native.call("GET", answer.headers["location"])
    assert answer.status_code == 201
    assert shown.content == answer.content
    assert shown.headers["etag"] == answer.headers["etag"]


async def test_shows_the_members_in_the_order_of_the_contract(native: Native) -> None:
    """The document is the contract's, member by member."""
    sent: dict[str, Any] = {
        "kind": "note.created",
        "occurred_at": "2026-11-22T11:00:00+01:00",
        "time_zone": "Europe/Berlin",
        "summary": "Called back",
        "body": "Will pay",
        "actor": {"type": "user", "id": "u1", "name": "Ann"},
        "links": [{"type": "contact", "id": "8", "name": "Jim Halpert"}],
        "data": {"note": {"id": "n1"}},
        "metadata": {"z": 1, "a": 2},
        "level": "WARN",
        "channels": ["admin", "api"],
        "origin": "crm",
        "external_id": "x1",
    }

    document = await native.record(**sent)

    assert document == {
        "id": document["id"],
        "seq": document["seq"],
        **sent,
        "occurred_at": "2026-11-22T10:00:00Z",
        "links": [{"type": "contact", "id": "8", "role": "subject", "name": "Jim Halpert"}],
        "recorded_at": document["recorded_at"],
        "updated_at": document["recorded_at"],
    }
    assert list(document) == [
        "id", "seq", "kind", "occurred_at", "time_zone", "summary", "body", "actor", "links",
        "data", "metadata", "level", "channels", "origin", "external_id", "recorded_at",
        "updated_at",
    ]  # fmt: skip


async def test_keeps_the_order_and_the_digits_of_data(native: Native) -> None:
    """What was sent in data and metadata comes back as it was, except for white space."""
    text = (
        b'{"kind":"app.done","data":{"z": 1.50, "a":{"y":1e2,"b":[1, 2]}},"metadata":{"b":0,"a":0}}'
    )

    answer = await native.call("POST", "/activities", content=text)

    assert b'"data":{"z":1.50,"a":{"y":1e2,"b":[1,2]}},"metadata":{"b":0,"a":0}' in answer.content


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("contact:8", {"type": "contact", "id": "8", "role": "subject", "name": None}),
        ("url:http://a:1", {"type": "url", "id": "http://a:1", "role": "subject", "name": None}),
        (
            {"type": "deal", "id": "é/ü", "role": "about", "name": "Big"},
            {"type": "deal", "id": "é/ü", "role": "about", "name": "Big"},
        ),
    ],
)
async def test_links_to_what_is_named(
    native: Native, link: object, shown: dict[str, object]
) -> None:
    """Links are objects or `type:id`, whose id may hold colons."""
    document = await native.record(links=[link])

    assert document["links"] == [shown]


@pytest.mark.parametrize("actor", ["user:u1", {"type": "user", "id": "u1"}])
async def test_takes_an_actor_in_either_form(native: Native, actor: object) -> None:
    """An actor is shown as such and not among the links."""
    document = await native.record(actor=actor, links=["contact:8"])

    assert document["actor"] == {"type": "user", "id": "u1", "name": None}
    assert [link["type"] for link in document["links"]] == ["contact"]


async def test_ignores_links_that_only_the_server_gives(native: Native) -> None:
    """Roles that follow from something else are not taken from a caller."""
    links = [{"type": "contact", "id": "8", "role": "owner"}, "contact:9"]

    document = await native.record(links=links)

    assert [link["id"] for link in document["links"]] == ["9"]


async def test_answers_the_first_one_to_a_repeated_external_id(native: Native) -> None:
    """200 with the first activity, unchanged, at its Location."""
    first = await native.record(external_id="x", summary="first")

    again = await native.call(
        "POST", "/activities", json={"kind": "a.b", "external_id": "x", "summary": "second"}
    )

    assert again.status_code == 200
    assert again.json() == first
    assert again.headers["location"].endswith(first["id"])


async def test_tells_the_same_external_id_of_two_origins_apart(native: Native) -> None:
    """Origin and external id together name an activity."""
    one = await native.record(external_id="x", origin="a")

    other = await native.record(external_id="x", origin="b")

    assert one["id"] != other["id"]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "kind", "required"),
    ({"kind": 1}, "kind", "Expected `str`, got `int`"),
    ({"kind": "note"}, "kind", "must be noun.verb in lower case, like note.created"),
    ({"kind": "Note.Created"}, "kind", "must be noun.verb in lower case, like note.created"),
    ({"kind": "a.b", "colour": 1}, "colour", "unknown member"),
    ({"kind": "a.b", "sumary": "x"}, "sumary", "unknown member; did you mean summary?"),
    ({"kind": "a.b", "Body": "x"}, "Body", "unknown member; did you mean body?"),
    ({"kind": "a.b", "a.body": "x"}, "a.body", "unknown member"),
    ({"type": "a.b"}, "type", "unknown member; did you mean kind?"),
    (
        {"kind": "a.b", "links": [{"type": "contact", "id": "8", "rolle": "x"}]},
        "links[0].rolle",
        "unknown member; did you mean role?",
    ),
    (
        {"kind": "a.b", "actor": {"typ": "user", "id": "1"}},
        "actor.typ",
        "unknown member; did you mean type?",
    ),
    ({"kind": "a.b", "id": "x"}, "id", "is set by the server and cannot be given"),
    ({"kind": "a.b", "seq": 1}, "seq", "is set by the server and cannot be given"),
    (
        {"kind": "a.b", "recorded_at": "x"},
        "recorded_at",
        "is set by the server and cannot be given",
    ),
    ({"kind": "a.b", "updated_at": "x"}, "updated_at", "is set by the server and cannot be given"),
    (
        {"kind": "a.b", "occurred_at": "2026-01-01"},
        "occurred_at",
        "not an RFC 3339 time like 2026-11-22T10:00:00Z",
    ),
    (
        {"kind": "a.b", "occurred_at": "2026-01-01T00:00:00"},
        "occurred_at",
        "a time needs its offset or Z",
    ),
    (
        {"kind": "a.b", "occurred_at": "0001-01-01T00:00:00Z"},
        "occurred_at",
        "the time lies outside the years 1000 to 9999",
    ),
    (
        {"kind": "a.b", "occurred_at": "9999-12-31T23:00:00-12:00"},
        "occurred_at",
        "the time lies outside the years 1000 to 9999",
    ),
    ({"kind": "a.b", "time_zone": "Mars/Base"}, "time_zone", "'Mars/Base' is no IANA time zone"),
    ({"kind": "a.b", "summary": "a\0b"}, "summary", "may not contain NUL"),
    ({"kind": "a.b", "links": ["contact"]}, "links[0]", "must be type:id, like contact:8"),
    (
        {"kind": "a.b", "links": ["Bad:1"]},
        "links[0].type",
        "a lower-case word: letters, digits and _",
    ),
    ({"kind": "a.b", "links": ["a:"]}, "links[0].id", "text of 1 to 255 characters without NUL"),
    ({"kind": "a.b", "links": [{"type": "a"}]}, "links[0].id", "required"),
    (
        {"kind": "a.b", "links": [{"type": "a", "id": "1", "size": 2}]},
        "links[0].size",
        "unknown member",
    ),
    (
        {"kind": "a.b", "links": [{"type": "a", "id": "1", "role": "A B"}]},
        "links[0].role",
        "a lower-case word: letters, digits and _",
    ),
    ({"kind": "a.b", "data": []}, "data", "must be an object"),
    ({"kind": "a.b", "metadata": "x"}, "metadata", "must be an object"),
    ({"kind": "appointment.created"}, "data.appointment", "is required"),
    ({"kind": "a.b", "level": "INFO"}, "level", "must be ERROR, WARN or null"),
    ({"kind": "a.b", "channels": ["A B"]}, "channels", "a lower-case word: letters, digits and _"),
    (
        {"kind": "a.b", "origin": "A B"},
        "origin",
        "lower-case letters, digits, dots, hyphens and _, at most 64",
    ),
    ({"kind": "a.b", "external_id": ""}, "external_id", "text of 1 to 255 characters without NUL"),
]


@SQLITE_ONLY
@pytest.mark.parametrize(("sent", "field", "reason"), REFUSED)
async def test_says_which_member_is_wrong_and_why(
    native: Native, sent: dict[str, Any], field: str, reason: str
) -> None:
    """422 with the path of the member; nothing is recorded."""
    answer = await native.call("POST", "/activities", json=sent)

    assert answer.status_code == 422
    assert problems(answer) == [(field, reason)]
    assert (await native.get("/activities"))["items"] == []


TYPE_FORM = "a lower-case word: letters, digits and _"
ID_FORM = "text of 1 to 255 characters without NUL"
BAD_LINKS: list[tuple[dict[str, Any], str, str]] = [
    ({"actor": "1user:1"}, "actor", f"type: {TYPE_FORM}"),
    ({"actor": "user:"}, "actor", f"id: {ID_FORM}"),
    ({"actor": f"user:{'x' * 256}"}, "actor", f"id: {ID_FORM}"),
    ({"actor": "user"}, "actor", "must be type:id, like contact:8"),
    ({"actor": {"type": "1user", "id": "1"}}, "actor.type", TYPE_FORM),
    ({"actor": {"type": "user", "id": ""}}, "actor.id", ID_FORM),
    ({"actor": {"type": "user", "id": "1", "name": "a\0"}}, "actor.name", "may not contain NUL"),
    ({"actor": "user:1", "links": ["a:1", "B:1"]}, "links[1].type", TYPE_FORM),
    ({"actor": "user:1", "links": ["a:"]}, "links[0].id", ID_FORM),
    ({"actor": "1user:1", "links": ["B:1"]}, "actor", f"type: {TYPE_FORM}"),
    ({"links": [{"type": "a", "id": "1", "role": "owner"}, "B:1"]}, "links[1].type", TYPE_FORM),
    (
        {"actor": "user:1", "links": [{"type": "a", "id": "1", "role": "data"}, "b:1", "c:"]},
        "links[2].id",
        ID_FORM,
    ),
    ({"links": [{"type": "a", "id": "1", "role": "B"}]}, "links[0].role", TYPE_FORM),
]


@SQLITE_ONLY
@pytest.mark.parametrize(("sent", "field", "reason"), BAD_LINKS)
@pytest.mark.parametrize("door", ["post", "put", "patch", "array", "stream"])
async def test_names_a_link_as_it_was_sent(
    native: Native, door: str, sent: dict[str, Any], field: str, reason: str
) -> None:
    """The actor as the actor, a link by its place among those sent, through every door."""
    whole = {"kind": "a.b", **sent}
    old = await native.record(actor="user:9", links=["contact:1"])
    batch = "/activities/batch"
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "post": ("POST", "/activities", {"json": whole}),
        "put": ("PUT", "/activities/by-external-id/phone/7", {"json": whole}),
        "patch": ("PATCH", f"/activities/{old['id']}", {"json": sent}),
        "array": ("POST", batch, {"json": [whole]}),
        "stream": ("POST", batch, {"content": msgspec.json.encode(whole), "headers": NDJSON}),
    }
    method, path, options = calls[door]

    answer = await native.call(method, path, **options)

    if door in {"array", "stream"}:
        assert answer.json()["errors"] == [{"line": 1, "field": field, "reason": reason}]
    else:
        assert problems(answer) == [(field, reason)]


NDJSON = {"Content-Type": "application/x-ndjson"}


async def test_answers_304_to_who_has_it_already(native: Native) -> None:
    """If-None-Match with the present ETag gets no body."""
    created = await native.call("POST", "/activities", json={"kind": "a.b"})
    tag = created.headers["etag"]

    answer = await native.call(
        "GET", created.headers["location"], headers={"If-None-Match": f"W/{tag}"}
    )

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag


async def test_deletes_an_activity(native: Native) -> None:
    """204, and from then on it is in no list and answers 404."""
    document = await native.record(links=["contact:8"])
    path = f"/activities/{document['id']}"

    answer = await native.call("DELETE", path)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await native.call("GET", path)).status_code == 404
    assert await native.summaries("/entities/contact/8/activities") == []


async def test_tells_the_history_of_an_activity_also_once_deleted(native: Native) -> None:
    """Each change with who made it and what it replaced; `activity` is null once deleted."""
    document = await native.record(summary="a")
    path = f"/activities/{document['id']}"
    await native.call("PATCH", path, json={"summary": "b"})
    await native.call("DELETE", path)

    page = await native.get(f"{path}/changes")

    assert [item["op"] for item in page["items"]] == ["created", "updated", "deleted"]
    assert [item["activity"] for item in page["items"]] == [None, None, None]
    assert page["items"][0]["before"] is None
    assert page["items"][1]["before"] == {"summary": "a"}
    assert page["items"][2]["before"]["summary"] == "b"
    assert {item["by"] for item in page["items"]} == {str(native.secret).partition("_")[0]}
    assert page["last"] == page["items"][-1]["seq"]
    assert list(page["items"][0]) == [
        "seq", "op", "at", "by", "kind", "activity_id", "activity", "before", "leaf",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [NOBODY, "nonsense", "1", NOBODY.upper(), "%2F"])
@pytest.mark.parametrize("suffix", ["", "/changes"])
async def test_does_not_find_what_is_not_there(native: Native, name: str, suffix: str) -> None:
    """404 with a problem document, whatever the id looks like."""
    answer = await native.call("GET", f"/activities/{name}{suffix}")

    assert answer.status_code == 404
    assert problems(answer) == []
