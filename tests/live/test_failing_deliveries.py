"""Deliveries that fail, hang or lose their process: sent again, taken over, given up."""

import asyncio

import msgspec
import pytest

from doings.app import Application
from doings.core.clock import SECOND
from doings.core.store import Writer
from doings.live.webhooks import delivery
from doings.live.webhooks.holder import own_holder
from doings.live.webhooks.pace import FIRST_REQUESTS
from tests.engines import SQLITE_ONLY
from tests.live.conftest import SCHEDULE
from tests.live.hooked import hook, seqs, settled, until
from tests.live.receiver import NO_CONTENT, Received, Receiver, answer, receiving
from tests.native.client import Native


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
