"""Entities that are one person: one timeline for all, and parted again as if never merged."""

from typing import Any

import pytest

from doings.core.activity import Link
from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import Conflict, Invalid, NotFound, TooMuch
from doings.core.query import Query
from doings.core.store.changes import Change, EntityChange
from doings.live import matching
from doings.storage.writing import merges
from tests.builders import contact, note
from tests.clocks import NOON
from tests.storage.book import Book
from tests.storage.writing.merging import (
    FOURTH,
    KEPT,
    OTHER,
    THIRD,
    checked,
    merge,
    refused,
    revert,
)

ROWS = {
    "links": "SELECT entity, occurred_at, activity_seq, kind FROM links",
    "tallies": "SELECT entity, day, kind, count FROM tallies",
    "entities": "SELECT seq, id, name, contact_seq, updated_at, group_seq, merged_by FROM entities",
    "activities": "SELECT seq, linked, has_contact, updated_at FROM activities",
}


async def stored(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that timelines, counts and lists are read from."""
    where = " WHERE account_id = :id"
    return {
        name: sorted(await book.rows(sql + where, id=book.account.id), key=repr)
        for name, sql in ROWS.items()
    }


async def test_parting_leaves_nothing_behind(book: Book) -> None:
    """Every row that timelines and counts are read from is the one that was there before."""
    await book.put(*KEPT, name="Jim Halpert")
    await book.put(*OTHER, name="James Halpert")
    await book.put("appointment", "a", contact="77")
    await book.record(
        note("8"), note("77", "8"), note("77", at=-1), note(Link("appointment", "a")), note("91")
    )
    before = await stored(book)

    one = await merge(book, KEPT, OTHER, reason="the same address")
    merged = await stored(book)
    done = await revert(book, one)

    assert merged["links"] == before["links"]
    assert merged["activities"] == before["activities"]
    assert await stored(book) == before
    assert (done.reverted_at is None, one.reason, one.keep, one.merged) == (
        False, "the same address", KEPT, (OTHER,),
    )  # fmt: skip


async def test_cursors_hold(book: Book) -> None:
    """A place in a timeline is the same place after a merge and after it was reverted."""
    await book.record(*(note("8", at=NOON + number) for number in range(0, 6, 2)))
    await book.record(*(note("77", at=NOON + number) for number in range(1, 6, 2)))
    page = await book.read(lambda reader: reader.page(Query(entities=(KEPT,), limit=1)))

    before = await book.seqs(entities=(KEPT,), gap=page.after)
    one = await merge(book, KEPT, OTHER)
    merged = await book.seqs(entities=(KEPT,), gap=page.after)
    of_other = await book.seqs(entities=(OTHER,), gap=page.after)
    await revert(book, one)

    assert (len(before), len(merged)) == (2, 4)
    assert of_other == merged
    assert await book.seqs(entities=(KEPT,), gap=page.after) == before


async def test_links_show_who_is_kept(book: Book) -> None:
    """Once, in all roles, with whom the activity names; a link to both is one."""
    await book.put(*KEPT, name="Jim")
    (both, alone) = await book.record(note("8", contact("77", "actor")), note("77"))
    await merge(book, KEPT, OTHER)

    activities = await book.read(lambda reader: reader.activities([both.seq, alone.seq]))

    assert [
        [(link.entity.key, link.entity.name, link.roles) for link in one.links]
        for one in activities
    ] == [[(KEPT, "Jim", ("subject", "actor"))], [(KEPT, "Jim", ("subject",))]]
    assert [
        [link.via(role) for link in one.links for role in link.roles] for one in activities
    ] == [[None, OTHER], [OTHER]]


async def test_what_is_changed_goes_on_naming_whom_it_named(book: Book) -> None:
    """A caller who sees the kept one sends that back, and means the same person as before."""
    (one,) = await book.record(note("77", contact("8", "actor")))
    made = await merge(book, KEPT, OTHER)

    await book.revise(one.seq, note("8", contact("8", "actor"), summary="Changed"))
    await revert(book, made)
    activity = await book.read(lambda reader: reader.activity(one.seq))

    assert [(link.entity.id, link.roles) for link in activity.links] == [
        ("77", ("subject",)), ("8", ("actor",)),
    ]  # fmt: skip


async def test_merged_id_stands_for_the_kept_one(book: Book) -> None:
    """It is read, changed and deleted as that one; lists have it once, found by both names."""
    await book.put(*KEPT, name="Jim Halpert")
    await book.put(*OTHER, name="Big Tuna")
    await merge(book, KEPT, OTHER)

    shown = await book.read(lambda reader: reader.entity(OTHER))
    by_seq = await book.read(lambda reader: reader.entity_by_seq(CONTACT, shown.seq + 1))
    listed = await book.entities(type=CONTACT)
    numbered = await book.entities(type=CONTACT, with_partial=False, skip=1)
    found = await book.entities(q="tuna")
    changed = await book.put(*OTHER, name="James Halpert")
    total = await book.read(lambda reader: reader.total_entities(CONTACT))
    await book.delete(*OTHER)

    assert (shown.key, shown.name, by_seq.key) == (KEPT, "Jim Halpert", KEPT)
    assert (listed, numbered, found, total) == (["8"], [], ["8"], 1)
    assert (changed.key, changed.name) == (KEPT, "James Halpert")
    with pytest.raises(NotFound):
        await book.read(lambda reader: reader.entity(OTHER))
    assert await checked(book) == []


async def test_thing_stays_with_the_contact_it_was_given(book: Book) -> None:
    """It shows the kept one, and belongs again to its own once they are parted."""
    await book.put(*KEPT)
    await book.put("appointment", "a", contact="77")
    made = await merge(book, KEPT, OTHER)

    shown = await book.put("appointment", "a", name="Massage", contact="8")
    await revert(book, made)
    own = await book.read(lambda reader: reader.entity(("appointment", "a")))

    assert (shown.contact, own.contact, own.name) == ("8", "77", "Massage")


async def test_merges_stack_and_are_parted_from_the_last_on(book: Book) -> None:
    """One that another rests on is refused, and says which; twice is refused as well."""
    await book.record(note("8"), note("77"), note("5"), note("91"))
    first = await merge(book, KEPT, OTHER)
    second = await merge(book, FOURTH, KEPT)
    through = await merge(book, OTHER, THIRD)

    assert through.keep == FOURTH
    assert len(await book.timeline("77")) == 4
    named = rf"{second.id} \(contact:8\), {through.id} \(contact:91\)"
    with pytest.raises(Conflict, match=named):
        await revert(book, first)
    with pytest.raises(Conflict, match=through.id):
        await revert(book, second)
    await revert(book, through)
    await revert(book, second)
    assert len(await book.timeline("77")) == 2
    await revert(book, first)
    with pytest.raises(Conflict, match="reverted already"):
        await revert(book, first)
    assert [len(await book.timeline(id_)) for id_ in ("8", "77", "5", "91")] == [1, 1, 1, 1]
    assert await checked(book) == []


async def test_two_merges_into_one_are_parted_in_any_order(book: Book) -> None:
    """Neither rests on the other."""
    await book.record(note("8"), note("77"), note("91"))
    first = await merge(book, KEPT, OTHER)
    await merge(book, KEPT, THIRD)

    await revert(book, first)

    assert (len(await book.timeline("8")), len(await book.timeline("77"))) == (2, 1)
    assert await checked(book) == []


async def test_what_cannot_be_merged(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others than people, two types, oneself, a circle, what is merged already, or not there."""
    for id_ in ("8", "77", "91", "5"):
        await book.put(CONTACT, id_)
    await book.put("file", "f")
    await book.put("individual", "8")
    await merge(book, KEPT, OTHER)
    await book.delete(*THIRD)

    assert "only people" in await refused(book, Invalid, ("file", "f"), KEPT)
    assert "has to be a contact" in await refused(book, Invalid, KEPT, ("individual", "8"))
    assert "twice" in await refused(book, Invalid, KEPT, FOURTH, FOURTH)
    assert "into itself" in await refused(book, Conflict, KEPT, KEPT)
    assert "one person already" in await refused(book, Conflict, OTHER, KEPT)
    assert "one person already" in await refused(book, Conflict, KEPT, OTHER)
    assert "merge that one" in await refused(book, Conflict, FOURTH, OTHER)
    await refused(book, NotFound, KEPT, THIRD)
    await refused(book, NotFound, THIRD, FOURTH)
    await refused(book, NotFound, KEPT, (CONTACT, "none"))
    monkeypatch.setattr(merges, "MERGED_ENTITIES", 2)
    await refused(book, TooMuch, KEPT, FOURTH)


async def test_merge_of_another_account_is_none(book: Book, other: Book) -> None:
    """Nobody sees it, and nobody can part what is not theirs."""
    for one in (book, other):
        await one.record(note("8"), note("77"))
    made = await merge(book, KEPT, OTHER)

    with pytest.raises(NotFound):
        await revert(other, made)

    assert await other.read(lambda reader: reader.merges(before=None, after=None, limit=9)) == []
    assert len(await other.timeline("8")) == 1


async def test_feed_tells_of_it(book: Book) -> None:
    """The kept one is changed, the other one gone; and comes back."""
    await book.record(note("8"), note("77"))
    after = await book.last_seq()
    made = await merge(book, KEPT, OTHER)
    merged = await book.read(lambda reader: reader.feed(after, 9))
    await revert(book, made)
    parted = await book.read(lambda reader: reader.feed(merged.through, 9))

    assert list(map(told, merged.items)) == [
        ("updated", "8", True, None), ("deleted", "77", False, KEPT),
    ]  # fmt: skip
    assert list(map(told, parted.items)) == [
        ("updated", "8", True, None), ("created", "77", True, None),
    ]  # fmt: skip


async def test_webhooks_hear_of_the_kept_one(book: Book) -> None:
    """By the kept id and by the one that the activity names, also once it is deleted."""
    recorded = await book.record(note("77"), note("77"), note("91"))
    await book.put(*KEPT)
    await merge(book, KEPT, OTHER)
    after = await book.last_seq()
    await book.revise(recorded[1].seq, note("77", summary="Changed"))
    await book.erase(recorded[0].seq)
    await book.erase(recorded[2].seq)

    chunk = await book.read(lambda reader: reader.feed(after, 9))
    around = matching.states(chunk)
    linked = [{key for marks in around[item.seq] if marks for key in marks.linked}
              for item in chunk.items]  # fmt: skip

    assert linked == [{KEPT, OTHER}, {KEPT, OTHER}, {THIRD}]


def told(item: Change | EntityChange) -> tuple[str, str, bool, EntityKey | None]:
    """What a change of an entity says."""
    assert isinstance(item, EntityChange)
    return item.op, item.id, item.entity is not None, item.merged_into


async def test_damage_to_a_group_is_found(book: Book) -> None:
    """Counts that are not those of its entities, and one that no merge brought there."""
    kept = (await book.put(*KEPT)).seq
    other = (await book.put(*OTHER)).seq
    await book.record(note("8"), note("77"))
    await merge(book, KEPT, OTHER)
    await book.run("UPDATE tallies SET count = count + 1 WHERE entity < -10 AND day > 0")
    await book.run("UPDATE entities SET merged_by = NULL WHERE seq = :seq", seq=other)

    assert await checked(book) == [
        f"account acme: entity {other} is in the group of entity {kept} by no merge that is active",
        f"account acme: the counts of the group of entity {kept} are not those of its entities",
    ]


async def test_dismissed_pairs(book: Book) -> None:
    """All pairs of those named, for who stands for them."""
    for id_ in ("8", "77", "91"):
        await book.put(CONTACT, id_)
    await book.write(lambda writer: writer.dismiss([KEPT, OTHER]))

    pairs = [(KEPT, OTHER), (OTHER, THIRD)]
    assert await book.read(lambda reader: reader.dismissed(pairs)) == {pairs[0]}
    with pytest.raises(NotFound):
        await book.write(lambda writer: writer.dismiss([KEPT, FOURTH]))
    with pytest.raises(Conflict):
        await book.write(lambda writer: writer.dismiss([KEPT, KEPT]))
