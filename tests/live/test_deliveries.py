"""What reaches a receiver, signed how, in which order, and what becomes of failures."""

import asyncio
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook as Verifier

from doings.app import Application
from tests.engines import SQLITE_ONLY
from tests.live.hooked import hook, seqs, settled, until
from tests.live.receiver import NO_CONTENT, Received, Receiver, answer, receiving
from tests.native.client import Json, Native


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


async def test_a_batch_that_an_erasure_took_a_part_of_is_sent_whole(
    native: Native, receiver: Receiver
) -> None:
    """What is made again goes with what is kept from the first attempt."""
    await native.put("contact:8", name="Jim Halpert")
    for contact in ("7", "8", "7", "8"):
        await native.record(links=["contact:9", f"contact:{contact}"])
    # The second answer leaves the time to erase before the third attempt.
    answers = iter([answer(500), answer(500, b"", b"retry-after: 2")])
    receiver.respond = lambda _: next(answers, NO_CONTENT)

    webhook = await hook(native, receiver, batch=10, after=0, events=["activity.created"])
    first = (await receiver.got(2))[0]
    erased = await native.call("POST", "/erasures", json={"entity": "contact:8"})
    assert erased.json()["counts"]["deliveries_redacted"] == 2

    await settled(native, webhook, 4)
    whole = receiver.received[-1]
    assert [one["data"]["seq"] for one in whole.json] == [one["data"]["seq"] for one in first.json]
    assert b'"erased":true' in whole.body
    assert b"Halpert" not in whole.body
