"""What waits or is under way while the owner of a webhook changes it, or the server stops."""

import asyncio

import pytest

from doings.app import Application
from doings.live.webhooks import delivery
from doings.live.webhooks.destination import Channel
from tests.engines import SQLITE_ONLY
from tests.live.hooked import hook, seqs, settled, until
from tests.live.receiver import NO_CONTENT, Received, Receiver, answer, receiving
from tests.native.client import Json, Native

pytestmark = SQLITE_ONLY


def answer_later(receiver: Receiver, text: bytes) -> asyncio.Event:
    """Let a receiver answer so, once what is returned is set."""
    may_answer = asyncio.Event()

    async def respond(_: Received) -> bytes:
        await may_answer.wait()
        return text

    receiver.respond = respond
    return may_answer


async def changed(native: Native, webhook: Json, **members: object) -> None:
    """Change it."""
    found = await native.call("PATCH", f"/webhooks/{webhook['id']}", json=members)
    assert found.status_code == 200, found.text


@pytest.mark.parametrize(("before", "after", "count"), [(10, 1, 3), (1, 10, 1)])
async def test_a_message_stays_what_it_was_by_another_batch(
    native: Native, receiver: Receiver, before: int, after: int, count: int
) -> None:
    """The same events in the same form, and none of them is left out."""
    for _ in range(count):
        await native.record()
    may_answer = answer_later(receiver, answer(500))
    webhook = await hook(native, receiver, batch=before, after=0)
    first = (await receiver.got(1))[0]
    await changed(native, webhook, batch=after)
    receiver.respond = lambda _: NO_CONTENT

    may_answer.set()

    second = (await receiver.got(2))[1]
    assert (second.message, second.body) == (first.message, first.body)
    await settled(native, webhook, count)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("standard", "mio", []),
        ("standard", "cobot", ["url", "url"]),
        ("cobot", "standard", ["activity.created", "activity.created"]),
    ],
)
async def test_what_waits_is_sent_by_another_format_as_that_has_it(
    native: Native, receiver: Receiver, before: str, after: str, expected: list[str]
) -> None:
    """Where that has no word for it, it is discarded; nothing waits for it."""
    may_answer = answer_later(receiver, NO_CONTENT)
    webhook = await hook(native, receiver, format=before)
    for _ in range(3):
        await native.record()
    await receiver.got(1)
    await changed(native, webhook, format=after)

    may_answer.set()

    found = await settled(native, webhook, 1 + len(expected))
    assert found["discarded"] == 2 - len(expected)
    bodies = [one.json for one in receiver.received[1:]]
    assert [one.get("type") or "".join(one) for one in bodies] == expected


async def test_what_waits_goes_by_person_once_that_is_asked_for(
    native: Native, receiver: Receiver
) -> None:
    """Each person's own stay in order; those of others need not wait for them."""
    people = ["a", "a", "b", "a", "b"]
    made = [(await native.record(links=[f"contact:{one}"]))["seq"] for one in people]
    may_answer = answer_later(receiver, answer(503, b"", b"retry-after: 1"))
    webhook = await hook(native, receiver, after=0)
    await receiver.got(1)
    await changed(native, webhook, lane="entity")
    receiver.respond = lambda _: NO_CONTENT

    may_answer.set()

    await settled(native, webhook, 5)
    found = seqs(receiver.received)
    assert found == [made[0], made[2], made[4], made[0], made[1], made[3]]


async def test_an_address_of_before_says_nothing_of_the_new_one(
    native: Native, receiver: Receiver
) -> None:
    """That it is gone for good disables nothing, and the new one is sent what it had refused."""
    may_answer = answer_later(receiver, answer(410))
    webhook = await hook(native, receiver)
    await native.record()
    await receiver.got(1)
    async with receiving() as other:
        await changed(native, webhook, url=other.url)
        may_answer.set()

        await settled(native, webhook, 1)
        assert len(other.received) == 1
    assert (await native.get(f"/webhooks/{webhook['id']}"))["status"] == "active"


async def test_what_is_discarded_under_way_is_not_sent_again(
    native: Native, receiver: Receiver
) -> None:
    """A failure that is told afterwards changes nothing of that."""
    may_answer = answer_later(receiver, answer(500))
    webhook = await hook(native, receiver)
    first = await native.record()
    await receiver.got(1)
    await changed(native, webhook, after=first["seq"])
    receiver.respond = lambda _: NO_CONTENT
    may_answer.set()

    second = await native.record()

    assert (await settled(native, webhook, 1))["discarded"] == 1
    assert seqs(receiver.received) == [first["seq"], second["seq"]]


async def test_what_is_queued_as_a_process_lets_go_is_sent(
    native: Native, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its last look at the webhook and the word that nothing is left to be done."""
    for name in ("LINGER_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(delivery, name, 0.05)
    webhook = await hook(native, receiver)
    path, closed = f"/webhooks/{webhook['id']}/redeliver", asyncio.Event()
    close = Channel.close

    async def redeliver(self: Channel) -> None:
        if not closed.is_set():
            closed.set()
            await native.call("POST", path, json={"after": first["seq"] - 1})
        await close(self)

    first = await native.record()
    await settled(native, webhook, 1)
    monkeypatch.setattr(Channel, "close", redeliver)

    assert len(await receiver.got(2)) == 2
    assert closed.is_set()


async def test_a_server_that_stops_hears_that_a_receiver_is_gone(
    app: Application, native: Native, receiver: Receiver
) -> None:
    """What it refuses is not passed over by the next server."""
    may_answer = answer_later(receiver, answer(410))
    webhook = await hook(native, receiver)
    await native.record()
    await native.record()
    await receiver.got(1)
    stopping = asyncio.create_task(app.stop())
    await asyncio.sleep(0.05)
    may_answer.set()
    await stopping
    await app.start()

    async def is_disabled() -> bool:
        return bool((await native.get(f"/webhooks/{webhook['id']}"))["reason"] == "gone")

    await until(is_disabled)
    assert len(receiver.received) == 1


async def test_a_removal_begins_by_switching_off(
    app: Application, native: Native, receiver: Receiver
) -> None:
    """Whatever surface asks for it; one that is broken off can be seen, and be done again."""
    webhook = await hook(native, receiver)
    account = await app.services().store.account("acme")

    await app.services().deliveries.clear(account.id, webhook["id"])

    found = await native.get(f"/webhooks/{webhook['id']}")
    assert (found["status"], found["reason"]) == ("disabled", "removed")
