"""Which changes a webhook with filters is told of, whatever has happened since."""

from typing import Any

import pytest

from doings.live.webhooks import fresh
from doings.storage.reading import feed
from tests.engines import SQLITE_ONLY
from tests.live.hooked import hook, settled
from tests.live.receiver import Receiver
from tests.native.client import Json, Native

STEPS: tuple[Json, ...] = ({"kind": "call.logged"}, {"body": "y"}, {"kind": "note.created"})
"""An activity leaves the kinds `note.*`, is changed where it is hidden, and comes back."""


async def changed(native: Native, *steps: Json, **members: Any) -> list[int]:  # noqa: ANN401
    """The seqs of the recording of an activity and of some changes of it."""
    made = await native.record(**members)
    for step in steps:
        answer = await native.call("PATCH", f"/activities/{made['id']}", json=step)
        assert answer.status_code == 200, answer.text
    items = (await native.get("/changes", after=made["seq"] - 1))["items"]
    return [item["seq"] for item in items]


async def events(native: Native, webhook: Json) -> list[tuple[int, str]]:
    """The seqs and events of all deliveries, oldest first."""
    page = await native.get(f"/webhooks/{webhook['id']}/deliveries", limit=200)
    return [(one["seq"], one["event"]) for one in reversed(page["items"])]


async def test_a_change_is_told_by_what_the_activity_was(
    native: Native, receiver: Receiver
) -> None:
    """What leaves the filters and what enters them comes as an update, long after it happened."""
    created, left, _, entered = await changed(native, *STEPS)

    webhook = await hook(native, receiver, kind=["note.*"], after=created - 1)

    told = [
        (created, "activity.created"),
        (left, "activity.updated"),
        (entered, "activity.updated"),
    ]
    await settled(native, webhook, 3)
    assert await events(native, webhook) == told
    stats = await native.call(
        "POST", f"/webhooks/{webhook['id']}/redeliver", json={"after": created - 1}
    )
    assert stats.json() == {"queued": 3}


async def test_a_change_is_told_by_what_a_deleted_activity_was(
    native: Native, receiver: Receiver
) -> None:
    """Though nothing of it is left."""
    made = await native.record(links=["contact:8"])
    await native.call("PATCH", f"/activities/{made['id']}", json={"links": ["contact:9"]})
    await native.call("DELETE", f"/activities/{made['id']}")
    seqs = [item["seq"] for item in (await native.get("/changes", after=made["seq"] - 1))["items"]]

    for link, told in (("contact:8", seqs[:2]), ("contact:9", seqs[1:]), ("contact:7", [])):
        webhook = await hook(native, receiver, link=[link], after=made["seq"] - 1)
        await settled(native, webhook, len(told))
        assert [seq for seq, _ in await events(native, webhook)] == told


@pytest.mark.parametrize("most", [1, 3])
async def test_it_is_told_by_any_number_of_later_changes(
    native: Native, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """They are read part by part, and chunks are cut where there are too many."""
    monkeypatch.setattr(feed, "LATER", most)
    monkeypatch.setattr(fresh, "WEBHOOK_CHUNK", 3)
    more = (STEPS[0], {"body": "z"}, STEPS[2], STEPS[0])
    seqs = await changed(native, *STEPS, *more)
    other = await changed(native, {"body": "z"}, kind="call.logged")
    again = await changed(native, *STEPS)

    webhook = await hook(native, receiver, kind=["note.*"], after=seqs[0] - 1)

    told = [seqs[place] for place in (0, 1, 3, 4, 6, 7)] + [again[0], again[1], again[3]]
    await settled(native, webhook, len(told))
    assert [seq for seq, _ in await events(native, webhook)] == told
    assert set(other).isdisjoint(told)


@SQLITE_ONLY  # test_stream has both engines
async def test_a_filter_by_any_id_is_one_of_that_person(native: Native, receiver: Receiver) -> None:
    """Of the kept one as of the merged one, for as long as they are one, and of an actor, too."""
    for key in ("contact:8", "contact:77", "contact:9"):
        await native.put(key)
    filters: dict[str, Json] = {
        "8": {"link": ["contact:8"]},
        "77": {"link": ["contact:77"]},
        "by 77": {"actor": "contact:77"},
    }
    hooks = {name: await hook(native, receiver, **members) for name, members in filters.items()}
    told: dict[str, list[int]] = {name: [] for name in filters}

    async def happens(*names: str, **members: Any) -> None:  # noqa: ANN401
        note = await native.record(**members)
        for name, webhook in hooks.items():
            told[name] += [note["seq"]] if name in names else []
            await settled(native, webhook, len(told[name]))

    await happens("8", links=["contact:8"])
    await happens("77", "by 77", actor="contact:77")
    merge = await native.http.post("/merges", json={"keep": "contact:8", "merge": ["contact:77"]})
    await happens("8", "77", links=["contact:8"])
    await happens("8", "77", "by 77", actor="contact:8")
    await happens("8", "77", "by 77", actor="contact:77")
    await happens(links=["contact:9"])
    await native.http.post(f"/merges/{merge.json()['id']}/revert")
    await happens("8", links=["contact:8"])
    await happens("77", "by 77", actor="contact:77")

    for name, webhook in hooks.items():
        assert [seq for seq, _ in await events(native, webhook)] == told[name]


async def test_what_a_thing_takes_along_is_told(native: Native, receiver: Receiver) -> None:
    """To whoever filters by the contact that it belonged to, and by the one it belongs to now."""
    for contact in ("1", "2"):
        await native.put(f"contact:{contact}")
    await native.put("membership:m1", contact="1")
    hooks = [await hook(native, receiver, link=[f"contact:{contact}"]) for contact in ("1", "2")]
    note = await native.record(links=["membership:m1"])

    await native.put("membership:m1", contact="2")

    moved = (note["seq"] + 2, "activity.updated")
    expected = ([(note["seq"], "activity.created"), moved], [moved])
    for webhook, told in zip(hooks, expected, strict=True):
        await settled(native, webhook, len(told))
        assert await events(native, webhook) == told


async def test_what_a_contact_loses_is_not_overtaken(native: Native, receiver: Receiver) -> None:
    """In the lane entity a change waits for those about whom it is linked to no more, too."""
    webhook = await hook(native, receiver, lane="entity", link=["contact:8"], enabled=False)
    made = await native.record(links=["contact:8"])
    await native.call("PATCH", f"/activities/{made['id']}", json={"links": ["contact:9"]})
    await native.record(links=["contact:8"])

    await native.call("PATCH", f"/webhooks/{webhook['id']}", json={"enabled": True})

    await settled(native, webhook, 3)
    got = [one.json["data"]["seq"] for one in receiver.received]
    assert got == sorted(got)
