"""What streams are told when a thing is given to somebody else, and its activities with it."""

import pytest

from doings.app import Application
from doings.storage.writing import relinks
from tests.native.client import Native
from tests.native.handlers.feed.listening import listening

MEMBERSHIP = "membership:m1"


async def shown(native: Native, contact: str) -> list[int]:
    """The seqs of a contact's timeline, oldest first."""
    page = await native.get(f"/entities/contact/{contact}/activities")
    return sorted(item["seq"] for item in page["items"])


async def told(app: Application, native: Native, contact: str) -> list[tuple[str, int]]:
    """All that a stream tells of a contact's timeline from the beginning on."""
    end = (await native.record(links=[f"contact:{contact}"]))["seq"]
    async with listening(app, native, f"entity=contact:{contact}&after=0") as listener:
        while ("created", end) not in listener.told():
            await listener.wait_for("created", 1 + _count(listener.told()))
    return [one for one in listener.told() if one[1] < end]


def _count(events: list[tuple[str, int]]) -> int:
    return len([name for name, _ in events if name == "created"])


@pytest.mark.parametrize("most", [500, 2])
async def test_a_thing_takes_its_activities_out_of_one_timeline_into_another(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Who follows either is told of each, also where they are brought in line part by part."""
    monkeypatch.setattr(relinks, "ACTIVITY_CHUNK", most)
    for key in ("contact:1", "contact:2"):
        await native.put(key)
    await native.put(MEMBERSHIP, contact="1")
    notes = [(await native.record(links=[MEMBERSHIP]))["seq"] for _ in range(3)]
    both = (await native.record(links=[MEMBERSHIP, "contact:1"]))["seq"]

    async with (
        listening(app, native, "entity=contact:1") as first,
        listening(app, native, "entity=contact:2") as second,
    ):
        await native.put(MEMBERSHIP, contact="2")
        assert await shown(native, "1") == [both]
        assert await shown(native, "2") == [*notes, both]
        await native.put(MEMBERSHIP, contact=None)
        assert await shown(native, "2") == []
        await first.wait_for("left", 3)
        await second.wait_for("left", 4)

    entered = [event.data for event in second.events if event.name == "created"]
    assert sorted(one["activity"]["seq"] for one in entered) == [*notes, both]
    assert all(one["entered"] for one in entered)
    assert [name for name, _ in first.told()].count("updated") == 2  # of what stays
    for contact, live in (("1", first), ("2", second)):
        replayed = await told(app, native, contact)
        assert replayed[-len(live.told()) :] == live.told()


async def test_the_history_of_an_activity_says_whose_it_was(native: Native) -> None:
    """Until that contact is erased."""
    await native.put("contact:1", name="Jim Halpert")
    await native.put(MEMBERSHIP, contact="1")
    note = await native.record(links=[MEMBERSHIP])
    path = f"/activities/{note['id']}/changes"

    await native.put(MEMBERSHIP, contact="2")
    moved = (await native.get(path))["items"][-1]
    await native.call("POST", "/erasures", json={"entity": "contact:1"})
    after = await native.http.get(path)

    assert moved["op"] == "updated"
    assert [(one["id"], one["role"]) for one in moved["before"]["links"]] == [
        ("m1", "subject"),
        ("1", "owner"),
    ]
    assert moved["before"]["links"][1]["name"] == "Jim Halpert"
    assert "Jim Halpert" not in after.text
    assert '"id":"1"' not in after.text
