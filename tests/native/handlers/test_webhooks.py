"""Webhooks over HTTP: made, changed, listed, and what is refused."""

from typing import Any

import pytest

from doings.app import Application
from doings.core.store import Writer
from doings.core.store.webhooks import Delivery, Made
from doings.native.handlers import webhooks as handlers
from tests.engines import SQLITE_ONLY
from tests.native.client import Json, Native, problems, signed_in

URL = "https://hooks.example.org/in"


async def make(native: Native, **members: Any) -> Json:  # noqa: ANN401
    """A webhook that is switched off, so that nothing is sent."""
    answer = await native.call("POST", "/webhooks", json={"url": URL, "enabled": False, **members})
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


async def test_a_webhook_is_made_shown_and_removed(native: Native) -> None:
    """Its secret is in the first answer only."""
    made = await make(native, description="till", kind=["note.*"], lane="entity", batch=5)
    path = f"/webhooks/{made['id']}"

    shown = await native.get(path)

    assert made.pop("secret").startswith("whsec_")
    assert made["public_key"].startswith("whpk_")
    assert shown == made
    assert (await native.get("/webhooks"))["items"] == [made]
    assert (await native.call("DELETE", path)).status_code == 204
    for method, below in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
        body: Json = {"json": {}} if method == "PATCH" else {}
        assert (await native.call(method, path + below, **body)).status_code == 404
    for method, below in (("POST", "/test"), ("GET", "/deliveries"), ("GET", "/stats")):
        assert (await native.call(method, path + below)).status_code == 404
    again = await native.call("POST", f"{path}/redeliver", json={"after": 0})
    assert again.status_code == 404


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({}, "url"),
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": URL, "kind": ["Note"]}, "kind[0]"),
        ({"url": URL, "kind": ["note.created"] * 101}, "kind"),
        ({"url": URL, "link": ["contact"]}, "link[0]"),
        ({"url": URL, "actor": "8"}, "actor"),
        ({"url": URL, "origin": "A B"}, "origin"),
        ({"url": URL, "level": "INFO"}, "level"),
        ({"url": URL, "channel": "A"}, "channel"),
        ({"url": URL, "events": ["activity.read"]}, "events[0]"),
        ({"url": URL, "format": "xml"}, "format"),
        ({"url": URL, "lane": "person"}, "lane"),
        ({"url": URL, "batch": 0}, "batch"),
        ({"url": URL, "batch": 101}, "batch"),
        ({"url": URL, "after": "nowhere"}, "after"),
        ({"url": URL, "after": 10**9}, "after"),
        ({"url": URL, "description": "x" * 1001}, "description"),
        ({"url": URL, "description": "a\0b"}, "description"),
        ({"url": URL, "secret": "mine"}, "secret"),
        ({"url": "http://127.0.0.1:0/"}, "url"),
        ({"url": "http://127.0.0.1:99999/"}, "url"),
        ({"url": URL, "kind": []}, "kind"),
        ({"url": URL, "link": []}, "link"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "format": "agendize", "kind": ["note.*"]}, "kind"),
        ({"url": URL, "format": "mio", "kind": ["note.created"]}, "kind"),
        ({"url": URL, "format": "cobot", "events": ["activity.deleted"]}, "events"),
        ({"url": URL, "format": "mio", "events": ["entity.updated"]}, "events"),
        ({"url": URL, "kind": ["note.*"], "events": ["entity.updated"]}, "events"),
    ],
)
async def test_what_no_webhook_can_be_is_refused(native: Native, members: Json, field: str) -> None:
    """With the member that is wrong."""
    answer = await native.call("POST", "/webhooks", json=members)

    assert answer.status_code == 422
    assert [name for name, _ in problems(answer)] == [field]


@SQLITE_ONLY
async def test_a_position_is_taken_with_its_epoch(native: Native) -> None:
    """As the header of an answer has it; of another history it is answered with where to begin."""
    await native.record()
    position = (await native.call("GET", "/activities")).headers["doings-position"]
    made = await make(native, after=position)

    answers = [
        await native.call("POST", "/webhooks", json={"url": URL, "after": "elsewhere1-1"}),
        await native.call("PATCH", f"/webhooks/{made['id']}", json={"after": "elsewhere1-1"}),
        await native.call(
            "POST", f"/webhooks/{made['id']}/redeliver", json={"after": "elsewhere1-1"}
        ),
    ]

    assert [one.status_code for one in answers] == [410, 410, 410]
    assert {one.json()["position"] for one in answers} == {position}


@SQLITE_ONLY
async def test_webhooks_are_the_administrator_s(app: Application) -> None:
    """Others may neither see nor make them."""
    reader = await signed_in(app, "acme", ["read_activities", "write_activities"])

    listed = await reader.call("GET", "/webhooks")
    made = await reader.call("POST", "/webhooks", json={"url": URL})

    assert (listed.status_code, made.status_code) == (403, 403)
    await reader.http.aclose()


async def test_another_account_s_webhook_is_not_found(native: Native, stranger: Native) -> None:
    """Nor shown in a list."""
    made = await make(native)

    answer = await stranger.call("GET", f"/webhooks/{made['id']}")

    assert answer.status_code == 404
    assert (await stranger.get("/webhooks"))["items"] == []


@SQLITE_ONLY
async def test_a_patch_changes_what_it_names(native: Native) -> None:
    """Null takes a filter away; a repeated request is answered without the secret."""
    made = await make(native, kind=["note.*"], description="old")
    path = f"/webhooks/{made['id']}"

    changed = await native.call("PATCH", path, json={"kind": None, "lane": "none"})

    assert (changed.json()["kind"], changed.json()["lane"]) == (None, "none")
    assert changed.json()["description"] == "old"
    for wrong in ({"url": "http://10.0.0.1/"}, {"lane": "x"}, {"after": 10**9}, {"id": "1"}):
        assert (await native.call("PATCH", path, json=wrong)).status_code == 422
    for name in ("kind", "link", "events"):
        empty = await native.call("PATCH", path, json={name: []})
        assert (empty.status_code, problems(empty)) == (422, [(name, "is empty; null takes all")])
    never = await native.call("PATCH", path, json={"kind": ["note.*"], "format": "agendize"})
    assert [name for name, _ in problems(never)] == ["kind"]
    text = await native.call("PATCH", path, content="x", headers={"content-type": "text/plain"})
    assert text.status_code == 415


@SQLITE_ONLY
async def test_a_repeated_request_shows_no_secret(native: Native) -> None:
    """The secret is stored in no answer that is kept."""
    headers = {"Idempotency-Key": "once"}
    body = {"url": URL, "enabled": False}
    first = await native.call("POST", "/webhooks", json=body, headers=headers)
    again = await native.call("POST", "/webhooks", json=body, headers=headers)
    path = f"/webhooks/{first.json()['id']}/rotate"
    rotated = await native.call("POST", path, headers={"Idempotency-Key": "rotate"})
    rotated_again = await native.call("POST", path, headers={"Idempotency-Key": "rotate"})

    assert again.json() == {**first.json(), "secret": None}
    assert rotated.json()["secret"] != first.json()["secret"]
    assert rotated_again.json() == {**rotated.json(), "secret": None}


@SQLITE_ONLY
async def test_an_account_has_so_many_webhooks(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More are refused by the name of the bound."""
    monkeypatch.setattr("doings.live.webhooks.settings.WEBHOOKS", 1)
    await make(native)

    answer = await native.call("POST", "/webhooks", json={"url": URL})

    assert answer.status_code == 422
    assert "at most 1 webhooks" in answer.text


async def test_deliveries_are_paged_by_change(app: Application, native: Native) -> None:
    """Newest first, narrowed to a status; the cursors lead there and back."""
    made = await make(native)
    account = await app.services().store.account("acme")
    rows = [
        Delivery(seq=seq, message=f"msg_{seq}", event="activity.created", subject="x", at=seq)
        for seq in range(1, 6)
    ]

    async def fill(writer: Writer) -> None:
        await writer.queue(made["id"], rows)
        await writer.note_bodies(made["id"], [Made(5, "msg_5", None)])

    await app.services().store.write(account.id, fill)
    path = f"/webhooks/{made['id']}/deliveries"

    first = await native.get(path, limit=2)
    second = await native.get(path, limit=2, cursor=first["next"])
    third = await native.get(path, limit=2, cursor=second["next"])
    back = await native.get(path, limit=2, cursor=second["prev"])
    pending = await native.get(path, status="pending")

    pages = [[one["seq"] for one in page["items"]] for page in (first, second, third, back)]
    assert pages == [[5, 4], [3, 2], [1], [5, 4]]
    assert (first["prev"], third["next"], back["prev"]) == (None, None, None)
    assert [one["seq"] for one in pending["items"]] == [4, 3, 2, 1]
    assert first["items"][0]["status"] == "discarded"
    stats = await native.get(f"/webhooks/{made['id']}/stats")
    assert (stats["pending"], stats["discarded"]) == (4, 1)
    for wrong in ({"status": "lost"}, {"cursor": "x"}, {"limit": "0"}):
        assert (await native.call("GET", path, params=wrong)).status_code == 400


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "body"),
        ({"delivery": "msg_1", "after": 1}, 422, "body"),
        ({"after": "x"}, 422, "after"),
        ({"after": 0, "until": 10**9}, 422, "until"),
        ({"delivery": "msg_unknown"}, 404, None),
        ({"delivery": 1}, 422, "delivery"),
        ({"delivery": "msg_1", "until": 3}, 422, "until"),
        ({"after": 2, "until": 1}, 422, "until"),
    ],
)
async def test_what_cannot_be_sent_again_is_refused(
    native: Native, body: Json, status: int, field: str | None
) -> None:
    """With the member that is wrong."""
    made = await make(native)
    await native.record()
    await native.record()

    answer = await native.call("POST", f"/webhooks/{made['id']}/redeliver", json=body)

    assert answer.status_code == status
    assert [name for name, _ in problems(answer)] == ([field] if field else [])


async def test_a_range_of_changes_is_sent_again(native: Native) -> None:
    """After is not among them, until is; filters hold."""
    made = await make(native, kind=["note.*"])
    seqs = [(await native.record(kind))["seq"] for kind in ("note.created", "call.made") * 2]

    answer = await native.call(
        "POST", f"/webhooks/{made['id']}/redeliver", json={"after": seqs[0], "until": seqs[3]}
    )

    assert (answer.status_code, answer.json()) == (202, {"queued": 1})
    page = await native.get(f"/webhooks/{made['id']}/deliveries")
    assert [one["seq"] for one in page["items"]] == [seqs[2]]


@SQLITE_ONLY
async def test_a_range_is_sent_again_once_for_a_key(native: Native) -> None:
    """The same request is answered as before, though more has happened since."""
    made = await make(native)
    path, headers = f"/webhooks/{made['id']}/redeliver", {"Idempotency-Key": "again"}
    await native.record()
    first = await native.call("POST", path, json={"after": 0}, headers=headers)
    await native.record()

    again = await native.call("POST", path, json={"after": 0}, headers=headers)
    other = await native.call("POST", path, json={"after": 1}, headers=headers)

    assert (first.status_code, first.json()) == (202, {"queued": 1})
    assert (again.status_code, again.json()) == (202, {"queued": 1})
    assert other.status_code == 409


@SQLITE_ONLY
async def test_a_range_has_a_bound(native: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is to be taken in parts then."""
    monkeypatch.setattr(handlers, "WEBHOOK_REDELIVER", 2)
    made = await make(native)
    await native.record()

    answer = await native.call("POST", f"/webhooks/{made['id']}/redeliver", json={"after": 0})

    assert answer.status_code == 422
    assert [name for name, _ in problems(answer)] == ["until"]


@SQLITE_ONLY
async def test_a_test_says_what_was_answered(app: Application, native: Native) -> None:
    """An address within is not connected to; too many tests at a time are refused."""
    made = await make(native, url="http://localhost:9/")

    answer = await native.call("POST", f"/webhooks/{made['id']}/test")

    assert answer.json()["error"] == "address not allowed"
    app.services().deliveries._tests = 16  # type: ignore[attr-defined]  # noqa: SLF001
    busy = await native.call("POST", f"/webhooks/{made['id']}/test")
    assert busy.status_code == 503
    assert busy.headers["retry-after"] == "1"


@SQLITE_ONLY
async def test_what_may_send_something_is_taken(native: Native) -> None:
    """Formats with a kind that they have, entities that are named, or all of them."""
    for members in (
        {"format": "agendize", "kind": ["note.*", "appointment.*"]},
        {"format": "agendize", "kind": ["appointment.created"], "events": ["activity.created"]},
        {"format": "cobot", "kind": ["note.*"]},
        {"kind": ["note.*"], "link": ["contact:8"], "events": ["entity.updated"]},
        {"kind": ["note.*"], "events": ["entity.updated", "activity.created"]},
        {"events": ["entity.deleted"]},
        {"kind": None, "link": None, "events": None},
    ):
        await make(native, **members)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "below", "body"),
    [("PATCH", "", {"description": "new"}), ("DELETE", "", None), ("POST", "/rotate", None)],
)
async def test_a_webhook_is_changed_as_it_was_read(
    native: Native, method: str, below: str, body: Json | None
) -> None:
    """With If-Match only; otherwise it stays with all its deliveries."""
    path = f"/webhooks/{(await make(native))['id']}"
    old = (await native.call("GET", path)).headers["etag"]
    await native.call("PATCH", path, json={"description": "other"})
    await native.record()
    await native.call("POST", f"{path}/redeliver", json={"after": 0})
    current = (await native.call("GET", path)).headers["etag"]
    members = {} if body is None else {"json": body}

    refused = await native.call(method, path + below, headers={"If-Match": old}, **members)
    kept = await native.get(path)
    deliveries = await native.get(f"{path}/deliveries")
    done = await native.call(method, path + below, headers={"If-Match": current}, **members)

    assert refused.status_code == 412
    assert (kept["description"], kept["reason"], len(deliveries["items"])) == ("other", None, 1)
    assert done.status_code in {200, 204}


@SQLITE_ONLY
async def test_a_removal_that_is_sent_again_is_answered_again(native: Native) -> None:
    """With its Idempotency-Key; without one there is nothing left to remove."""
    path = f"/webhooks/{(await make(native))['id']}"
    headers = {"Idempotency-Key": "remove"}

    statuses = [
        (await native.call("DELETE", path, headers=headers)).status_code,
        (await native.call("DELETE", path, headers=headers)).status_code,
        (await native.call("DELETE", path)).status_code,
    ]

    assert statuses == [204, 204, 404]


@SQLITE_ONLY
async def test_a_secret_that_was_promised_a_day_is_kept(native: Native) -> None:
    """So there are no more rotations in a day than secrets that may sign."""
    path = f"/webhooks/{(await make(native))['id']}"

    statuses = [(await native.call("POST", f"{path}/rotate")).status_code for _ in range(11)]
    last = await native.call("POST", f"{path}/rotate")

    assert statuses == [200] * 9 + [409] * 2
    assert "10 secrets sign already" in last.json()["detail"]


@SQLITE_ONLY
async def test_every_list_says_its_position(native: Native) -> None:
    """That of the state it shows."""
    path = f"/webhooks/{(await make(native))['id']}"
    await native.record()
    position = (await native.call("GET", "/activities")).headers["doings-position"]

    for one in ("/webhooks", path, f"{path}/deliveries", f"{path}/stats", "/kinds", "/account"):
        assert (await native.call("GET", one)).headers["doings-position"] == position, one
