"""What reaches a receiver, signed how, in which order, and what becomes of failures."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook as Verifier

from doings.app import Application
from doings.core.clock import SECOND
from doings.core.store import Writer
from doings.live.webhooks import delivery
from doings.live.webhooks.holder import own_holder
from doings.live.webhooks.pace import FIRST_REQUESTS
from tests.engines import SQLITE_ONLY
from tests.live.conftest import SCHEDULE
from tests.live.receiver import NO_CONTENT, Received, Receiver, answer, receiving
from tests.native.client import Json, Native


async def hook(native: Native, receiver: Receiver, **members: Any) -> Json:  # noqa: ANN401
    """A webhook that leads to the receiver."""
    made = await native.call("POST", "/webhooks", json={"url": receiver.url, **members})
    assert made.status_code == 201, made.text
    document: Json = made.json()
    return document


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - it is another who knows
            await asyncio.sleep(0.02)


async def settled(native: Native, webhook: Json, delivered: int) -> Json:
    """The counts of the webhook, once so many are delivered and nothing is pending."""
    path = f"/webhooks/{webhook['id']}/stats"

    async def is_settled() -> bool:
        found = await native.get(path)
        return bool(found["pending"] == 0 and found["delivered"] == delivered)

    await until(is_settled)
    return await native.get(path)


def seqs(received: list[Received]) -> list[int]:
    """The seqs of the changes, in the order they came."""
    return [one.json["data"]["seq"] for one in received]


async def test_a_delivery_is_the_item_of_the_feed(native: Native, receiver: Receiver) -> None:
    """Both signatures are good, by the public verifier and by ed25519 alone."""
    webhook = await hook(native, receiver)
    await native.record(summary="Grüße")

    (got,) = await receiver.got(1)

    (item,) = (await native.get("/changes"))["items"]
    assert got.json == {"type": "activity.created", "timestamp": item["at"], "data": item}
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("Doings/")
    Verifier(webhook["secret"]).verify(got.body, got.headers)
    (signature,) = [
        one.removeprefix("v1a,")
        for one in got.headers["webhook-signature"].split()
        if one.startswith("v1a,")
    ]
    signed = f"{got.message}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = Ed25519PublicKey.from_public_bytes(b64decode(webhook["public_key"].removeprefix("whpk_")))
    key.verify(b64decode(signature), signed)


@SQLITE_ONLY
async def test_both_secrets_sign_after_a_rotation(native: Native, receiver: Receiver) -> None:
    """So that a receiver may change over within a day."""
    webhook = await hook(native, receiver)
    rotated = (await native.call("POST", f"/webhooks/{webhook['id']}/rotate")).json()
    await native.record()

    (got,) = await receiver.got(1)

    for secret in (webhook["secret"], rotated["secret"]):
        Verifier(secret).verify(got.body, got.headers)


async def test_a_failed_delivery_is_sent_again_as_it_was(
    native: Native, receiver: Receiver
) -> None:
    """The same message and body, though the activity is another one by then; the next waits."""
    answers = [answer(500, b"no"), answer(302, b"", b"location: /elsewhere")]
    receiver.respond = lambda _: answers.pop(0) if answers else NO_CONTENT
    webhook = await hook(native, receiver)
    first = await native.record(summary="first")
    await receiver.got(1)
    await native.call("PATCH", f"/activities/{first['id']}", json={"summary": "changed"})

    got = await receiver.got(4)

    assert len({(one.message, one.body) for one in got[:3]}) == 1
    assert got[3].json["type"] == "activity.updated"
    await settled(native, webhook, 2)
    page = await native.get(f"/webhooks/{webhook['id']}/deliveries")
    attempts = page["items"][1]["attempts"]
    assert [attempt["status"] for attempt in attempts] == [500, 302, 204]
    assert attempts[0]["response"] == "no"


async def test_a_person_who_cannot_be_delivered_stops_no_other(
    native: Native, receiver: Receiver
) -> None:
    """In the lane entity each person's deliveries keep their order, side by side."""
    failing = 3

    def respond(received: Received) -> bytes:
        nonlocal failing
        links = received.json["data"]["activity"]["links"]
        if failing and any(link["id"] == "bad" for link in links):
            failing -= 1
            return answer(503, b"", b"retry-after: 0")
        return NO_CONTENT

    receiver.respond = respond
    webhook = await hook(native, receiver, lane="entity", after=0)
    people = ["a", "bad", "b", "bad", "c", "bad"]
    activities = [await native.record(links=[f"contact:{one}"]) for one in people]
    await settled(native, webhook, 6)

    order = {one["seq"]: person for one, person in zip(activities, people, strict=True)}
    bad = [seq for seq in seqs(receiver.received) if order[seq] == "bad"]
    first = activities[1]["seq"]
    assert bad == [first] * 4 + [activities[3]["seq"], activities[5]["seq"]]


@SQLITE_ONLY
async def test_slow_receivers_are_sent_to_side_by_side(native: Native, receiver: Receiver) -> None:
    """Without lanes nothing waits; with one for the endpoint there is one request at a time."""

    async def respond(_: Received) -> bytes:
        await asyncio.sleep(0.03)
        return NO_CONTENT

    receiver.respond = respond
    async with receiving() as other:
        other.respond = respond
        wide = await hook(native, receiver, lane="none")
        narrow = await hook(native, other)
        for _ in range(20):
            await native.record()
        await settled(native, wide, 20)
        await settled(native, narrow, 20)

        assert receiver.most_at_once > 2
        assert other.most_at_once == 1
        assert seqs(other.received) == sorted(seqs(other.received))


async def test_a_batch_is_one_message(native: Native, receiver: Receiver) -> None:
    """It is a list, in the order of the feed, and each delivery shows its id."""
    for _ in range(5):
        await native.record()
    answers = [answer(500)]
    receiver.respond = lambda _: answers.pop(0) if answers else NO_CONTENT
    webhook = await hook(native, receiver, batch=3, after=0)

    got = await receiver.got(3)
    await settled(native, webhook, 5)

    assert [len(one.json) for one in got] == [3, 3, 2]
    assert (got[0].message, got[0].body) == (got[1].message, got[1].body)
    page = await native.get(f"/webhooks/{webhook['id']}/deliveries")
    ids = [item["id"] for item in page["items"]]
    assert ids == [got[2].message] * 2 + [got[0].message] * 3
    again = await native.call(
        "POST", f"/webhooks/{webhook['id']}/redeliver", json={"delivery": got[0].message}
    )
    assert (again.status_code, again.json()) == (202, {"queued": 3})
    got = await receiver.got(4)
    assert (got[3].message, got[3].body) == (got[0].message, got[0].body)


async def test_after_the_last_attempt_a_webhook_is_disabled(
    native: Native, receiver: Receiver
) -> None:
    """Enabled again, it goes on with all that was not delivered."""
    receiver.respond = lambda _: answer(500)
    webhook = await hook(native, receiver)
    await native.record()
    path = f"/webhooks/{webhook['id']}"

    async def is_disabled() -> bool:
        return bool((await native.get(path))["status"] == "disabled")

    await until(is_disabled)
    assert (await native.get(path))["reason"] == "failing"
    assert len(receiver.received) == 1 + len(SCHEDULE)
    assert (await native.get(f"{path}/stats"))["failed"] == 1
    await native.record()
    receiver.respond = lambda _: NO_CONTENT

    enabled = await native.call("PATCH", path, json={"enabled": True})

    assert (enabled.json()["status"], enabled.json()["reason"]) == ("active", None)
    assert (await settled(native, webhook, 2))["failed"] == 0
    assert receiver.received[-2].message == receiver.received[0].message


@SQLITE_ONLY
async def test_a_receiver_that_is_gone_is_sent_no_more(native: Native, receiver: Receiver) -> None:
    """410 disables at once."""
    receiver.respond = lambda _: answer(410)
    webhook = await hook(native, receiver)
    await native.record()

    async def is_disabled() -> bool:
        return bool((await native.get(f"/webhooks/{webhook['id']}"))["reason"] == "gone")

    await until(is_disabled)
    assert len(receiver.received) == 1


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"kind": ["note.*"]}, ["a", "b"]),
        ({"kind": ["call.made"]}, ["c"]),
        ({"link": ["contact:1"]}, ["a", "c"]),
        ({"actor": "contact:2"}, ["b"]),
        ({"origin": "till"}, ["c"]),
        ({"level": "WARN"}, ["a"]),
        ({"channel": "members"}, ["b"]),
        ({"events": ["activity.deleted"], "link": ["contact:1"]}, [None]),
    ],
)
async def test_filters_are_those_of_the_list(
    native: Native, receiver: Receiver, members: Json, expected: list[str | None]
) -> None:
    """What was deleted is known by what it was linked to."""
    await native.record("note.created", summary="a", links=["contact:1"], level="WARN")
    await native.record("note.created", summary="b", actor="contact:2", channels=["members"])
    last = await native.record("call.made", summary="c", links=["contact:1"], origin="till")
    if "events" in members:
        await native.call("DELETE", f"/activities/{last['id']}")

    await hook(native, receiver, after=0, **members)

    got = await receiver.got(len(expected))
    found = [(one.json["data"]["activity"] or {}).get("summary") for one in got]
    assert found == expected


async def test_two_processes_share_the_work(
    app: Application, native: Native, receiver: Receiver
) -> None:
    """Nothing is sent twice, and the order stays."""
    other = Application(app.settings)
    await other.start()
    try:
        webhook = await hook(native, receiver)
        for _ in range(30):
            await native.record()
        await settled(native, webhook, 30)
    finally:
        await other.stop()

    found = seqs(receiver.received)
    assert found == sorted(set(found))
    assert len(found) == 30


@pytest.mark.parametrize(("process", "seconds"), [(2**22 + 1, 30), (0, 1)])
async def test_what_a_killed_process_left_is_taken_over(
    app: Application, native: Native, receiver: Receiver, process: int, seconds: int
) -> None:
    """At once where it is known to be gone; else when its time is over."""
    machine = own_holder().partition(":")[0] if process else "another machine"
    webhook = await hook(native, receiver, enabled=False, after=0)
    await native.record()
    store = app.services().store
    account, now = await store.account("acme"), app.services().clock.now()

    async def leave_behind(writer: Writer) -> None:
        found = await writer.webhook(webhook["id"])
        await writer.change_webhook(msgspec.structs.replace(found, status="active"))
        held = await writer.claim_webhook(
            found.id, f"{machine}:{process}:1", until=now + seconds * SECOND, ended=None
        )
        assert held is not None

    await store.write(account.id, leave_behind)

    await receiver.got(1, seconds=5)
    await settled(native, webhook, 1)


async def test_what_was_under_way_is_sent_again_as_the_same_message(
    app: Application, native: Native, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that stops does not wait long for a receiver that hangs."""
    monkeypatch.setattr(delivery, "STOP_SECONDS", 0.2)
    hanging = asyncio.Event()

    async def respond(_: Received) -> bytes:
        await hanging.wait()
        return NO_CONTENT

    receiver.respond = respond
    webhook = await hook(native, receiver)
    await native.record()
    await native.record()
    await receiver.got(1)

    await app.stop()
    receiver.respond = lambda _: NO_CONTENT
    await app.start()

    got = await receiver.got(3)
    assert (got[0].message, got[0].body) == (got[1].message, got[1].body)
    await settled(native, webhook, 2)


async def test_a_batch_of_large_changes_is_cut(native: Native, receiver: Receiver) -> None:
    """What fits into a page is one message, and nothing is left out."""
    body = "x" * 900_000
    for _ in range(6):
        await native.record(body=body)

    webhook = await hook(native, receiver, batch=10, after=0)

    await settled(native, webhook, 6)
    found = [item["data"]["seq"] for one in receiver.received for item in one.json]
    assert found == sorted(set(found))
    assert len(found) == 6
    assert all(len(one.json) < 6 for one in receiver.received)


@SQLITE_ONLY
async def test_a_receiver_that_hangs_slows_no_other(
    native: Native, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent a few requests at a time, also where all share little room."""
    monkeypatch.setattr(delivery, "STOP_SECONDS", 0.2)
    forever = asyncio.Event()

    async def hang(_: Received) -> bytes:
        await forever.wait()
        return NO_CONTENT

    async with receiving() as other:
        other.respond = hang
        await hook(native, other, lane="none")
        for _ in range(20):
            await native.record()
        await other.got(FIRST_REQUESTS)
        webhook = await hook(native, receiver, after=0)

        await settled(native, webhook, 20)

        assert other.most_at_once == FIRST_REQUESTS
        forever.set()


@SQLITE_ONLY
async def test_what_cannot_be_expressed_any_more_is_discarded(
    native: Native, receiver: Receiver
) -> None:
    """An appointment that was deleted before it was sent: nothing waits for it."""
    appointment = {"id": "a", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}
    data = {"appointment": appointment}
    gone = await native.record("appointment.created", data=data)
    await native.record("appointment.created", data=data)
    await native.call("DELETE", f"/activities/{gone['id']}")

    webhook = await hook(native, receiver, after=0, format="agendize")

    assert (await settled(native, webhook, 1))["discarded"] == 1


@SQLITE_ONLY
async def test_a_filter_that_is_changed_holds_from_then_on(
    native: Native, receiver: Receiver
) -> None:
    """What happened before is sent by the filter that was there then."""
    webhook = await hook(native, receiver, kind=["call.made"])
    for _ in range(3):
        await native.record("note.created")
    await native.record("call.made")
    await receiver.got(1)
    await native.record("note.created")

    await native.call("PATCH", f"/webhooks/{webhook['id']}", json={"kind": ["note.created"]})
    await native.record("note.created", summary="wanted")

    got = (await receiver.got(2))[1:]
    assert [one.json["data"]["activity"]["summary"] for one in got] == ["wanted"]


@SQLITE_ONLY
async def test_switched_on_with_a_position_it_begins_there(
    native: Native, receiver: Receiver
) -> None:
    """What waited before is discarded."""
    receiver.respond = lambda _: answer(410)
    webhook = await hook(native, receiver)
    first = await native.record()
    await receiver.got(1)
    second = await native.record()
    receiver.respond = lambda _: NO_CONTENT
    path = f"/webhooks/{webhook['id']}"

    async def is_disabled() -> bool:
        return bool((await native.get(path))["status"] == "disabled")

    await until(is_disabled)

    await native.call("PATCH", path, json={"enabled": True, "after": first["seq"]})

    await settled(native, webhook, 1)
    assert seqs(receiver.received) == [first["seq"], second["seq"]]


async def test_people_and_things_are_told_of(native: Native, receiver: Receiver) -> None:
    """Renamed and deleted, as a stream tells it; with filters only those that they name."""
    await native.put("contact:8", name="Jim")
    await native.put("contact:9", name="Pam")
    events = ["entity.updated", "entity.deleted"]
    await hook(native, receiver, events=events, lane="entity", batch=2)
    async with receiving() as other:
        await hook(native, other, events=events, link=["contact:9"])
        await native.put("contact:8", name="James")
        await native.put("contact:9", name="Pamela")
        await native.call("DELETE", "/entities/contact/9")

        few = await other.got(2)
        for _ in range(100):
            if sum(len(one.json) for one in receiver.received) == 3:
                break
            await asyncio.sleep(0.05)

    found = [(one.json["type"], one.json["data"]["entity"]) for one in few]
    assert (found[0][0], found[0][1] and found[0][1]["id"]) in {
        ("entity.updated", "9"),
        ("entity.updated", None),  # deleted before it was sent
    }
    assert found[1] == ("entity.deleted", None)
    data = few[1].json["data"]
    assert (data["type"], data["id"], set(data)) == (
        "contact",
        "9",
        {"seq", "at", "entity", "type", "id"},
    )
    told = [item for one in receiver.received for item in one.json]
    assert sorted(item["type"] for item in told) == [
        "entity.deleted",
        "entity.updated",
        "entity.updated",
    ]


async def test_an_erasure_is_told(native: Native, receiver: Receiver) -> None:
    """Each activity and the entity, to every webhook that may have shown them; nothing else is."""
    webhook = await hook(
        native,
        receiver,
        link=["contact:8"],
        events=["activity.created", "activity.erased", "entity.erased"],
    )
    await native.put("contact:8", name="Jim Halpert")
    recorded = await native.record(body="Jim Halpert", links=["contact:8"])
    await settled(native, webhook, 1)

    erased = await native.call("POST", "/erasures", json={"entity": "contact:8"})
    await settled(native, webhook, 3)

    assert erased.json()["counts"]["deliveries_redacted"] == 1
    events = [one.json for one in await receiver.got(3)][1:]
    assert [event["type"] for event in events] == ["entity.erased", "activity.erased"]
    assert f"contact:{events[0]['data']['id']}" == erased.json()["entity"]
    assert events[1]["data"]["activity_id"] == recorded["id"]
    assert "Halpert" not in str(events)
