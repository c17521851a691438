"""Revising, erasing, an activity's history, and the feed."""

import json
from collections.abc import Callable

import pytest

from doings.core.activity import Activity, Draft, Link, draft_of
from doings.core.clock import DAY
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.query import Word
from tests.builders import contact, note
from tests.clocks import NOON
from tests.storage.book import Book


async def test_revised_activity_is_what_the_draft_says(book: Book) -> None:
    """Its ids and its recording stay; everything else is replaced."""
    old = await book.record_one("1", summary="old", body="b", external_id="e")

    new = await book.revise(
        old.seq,
        note(contact("2", "actor"), at=NOON + DAY, kind="text.posted", summary="new", level="WARN"),
    )

    assert (new.seq, new.id, new.external_id) == (old.seq, old.id, "e")
    assert (new.kind, new.summary, new.body, new.level) == ("text.posted", "new", None, "WARN")
    assert new.occurred_at == NOON + DAY
    assert new.recorded_at == old.recorded_at
    assert new.updated_at > old.updated_at
    assert [(link.entity.id, link.roles) for link in new.links] == [("2", ("actor",))]
    assert new == await book.read(lambda reader: reader.activity(old.id))


async def test_revised_activity_moves_within_every_timeline(book: Book) -> None:
    """Its new instant, kind and links decide where it is found."""
    first = await book.record_one("1", "2", at=NOON)
    second = await book.record_one("1", at=NOON + DAY)

    await book.revise(first.seq, note("1", at=NOON + 2 * DAY, kind="text.posted"))

    assert await book.timeline("1") == [first.seq, second.seq]
    assert await book.seqs() == [first.seq, second.seq]
    assert await book.timeline("2") == []
    assert await book.seqs(kinds=("text.posted",)) == [first.seq]
    assert await book.seqs(kinds=("note.*",), entities=((CONTACT, "1"),)) == [second.seq]
    counts = await book.rows("SELECT day, kind, count FROM tallies WHERE entity = 0 AND day > 0")
    assert sorted(counts) == [
        (NOON // DAY + 1, "note.created", 1),
        (NOON // DAY + 2, "text.posted", 1),
    ]


async def test_revised_links_take_the_order_they_are_given_in(book: Book) -> None:
    """The first contact of an activity is the one named first."""
    activity = await book.record_one("1", "2")

    revised = await book.revise(activity.seq, note("2", "1"))

    assert [entity.id for entity in revised.contacts()] == ["2", "1"]


@pytest.mark.parametrize(
    "same",
    [
        draft_of,
        lambda _: note("1", contact("1", "actor"), Link("file", "f"), summary="s"),
        lambda _: note("1", Link("file", "f"), contact("1", "actor"), summary="s"),
        lambda _: note("1", contact("1", "actor", "N"), Link("file", "f"), summary="s"),
        lambda _: note(
            "1", contact("1", "actor"), Link("file", "f"), contact("9", "owner"), summary="s"
        ),
    ],
)
async def test_revision_that_says_the_same_leaves_no_change(
    book: Book, same: Callable[[Activity], Draft]
) -> None:
    """Nothing is written: no change, no seq, no new `updated_at`."""
    await book.put("file", "f", contact="9")
    old = await book.record_one("1", contact("1", "actor"), Link("file", "f"), summary="s")
    last_seq = await book.last_seq()

    new = await book.revise(old.seq, same(old))

    assert new == old
    assert await book.last_seq() == last_seq
    assert await book.read(lambda reader: reader.activity(old.seq)) == old


async def test_revision_that_is_refused_leaves_nothing(book: Book) -> None:
    """What the caller's function raises is what the caller gets."""
    old = await book.record_one("1")

    def refuse(activity: Activity) -> Draft:
        raise Conflict(activity.id)

    with pytest.raises(Conflict, match=old.id):
        await book.write(lambda writer: writer.revise(old.seq, refuse))
    assert await book.read(lambda reader: reader.activity(old.seq)) == old


async def test_erased_activity_is_gone_everywhere(book: Book) -> None:
    """From every list, count and search; its entities stay."""
    kept = await book.record_one("1", summary="lunch")
    gone = await book.record_one("1", "2", summary="lunch", at=NOON + DAY)

    erased = await book.erase(gone.seq)

    assert erased == gone
    assert await book.seqs() == [kept.seq]
    assert await book.timeline("1") == [kept.seq]
    assert await book.timeline("2") == []
    assert await book.entities(type=CONTACT) == ["1", "2"]
    for ref in (gone.seq, gone.id):
        with pytest.raises(NotFound):
            await book.read(lambda reader, ref=ref: reader.activity(ref))  # type: ignore[misc]
    with pytest.raises(NotFound):
        await book.erase(gone.seq)
    assert await book.rows("SELECT DISTINCT activity_seq FROM links") == [(kept.seq,)]
    assert await book.seqs(words=(Word("lunch"),)) == [kept.seq]
    assert await book.rows("SELECT * FROM tallies WHERE count <= 0") == []


async def test_erasing_may_be_refused(book: Book) -> None:
    """The check sees the activity and stops the deletion by raising."""
    activity = await book.record_one("1")
    seen: list[Activity] = []

    def refuse(found: Activity) -> None:
        seen.append(found)
        raise Invalid.of("id", "no")

    with pytest.raises(Invalid):
        await book.write(lambda writer: writer.erase(activity.id, refuse))
    assert seen == [activity]
    assert await book.seqs() == [activity.seq]


async def test_history_tells_what_each_change_replaced(book: Book) -> None:
    """Created, updated, deleted: who did it, and what was there before."""
    created = (await book.record(note("1", summary="one", body="b")))[0]
    await book.revise(created.seq, note("1", summary="two", body="b"), by="key-2")
    await book.erase(created.seq, by="key-3")

    changes = await book.read(lambda reader: reader.history(created.id))

    assert [(change.op, change.by) for change in changes] == [
        ("created", None),
        ("updated", "key-2"),
        ("deleted", "key-3"),
    ]
    assert {change.activity_id for change in changes} == {created.id}
    assert {change.activity_seq for change in changes} == {created.seq}
    assert {change.activity for change in changes} == {None}
    assert [change.seq for change in changes] == sorted(change.seq for change in changes)
    assert changes[0].before is None
    assert changes[1].before == '{"summary":"one"}'
    whole = json.loads(changes[2].before or "")
    assert (whole["summary"], whole["body"], whole["id"]) == ("two", "b", created.id)
    assert whole["links"] == [{"type": "contact", "id": "1", "role": "subject", "name": None}]


async def test_history_of_an_activity_nobody_changed_is_its_creation(book: Book) -> None:
    """The history is one change, which holds the activity as it is now."""
    activity = await book.record_one("1")

    changes = await book.read(lambda reader: reader.history(activity.id))

    assert [(change.op, change.activity) for change in changes] == [("created", activity)]
    with pytest.raises(NotFound):
        await book.read(lambda reader: reader.history("nobody's"))


async def test_feed_is_read_in_steps_without_gap_or_repeat(book: Book) -> None:
    """A reader that goes on after the last seq it saw sees every change once, in order."""
    await book.record(*[note(str(number % 3)) for number in range(10)])
    seqs = await book.seqs(is_descending=False)
    await book.revise(seqs[3], note("1", summary="new"))
    await book.erase(seqs[4])
    await book.record(note("9"))

    seen: list[tuple[int, str]] = []
    after = 0
    while changes := await book.changes(after, limit=3):
        seen += [(change.seq, change.op) for change in changes]
        after = changes[-1].seq

    assert [op for _, op in seen] == ["created"] * 10 + ["updated", "deleted", "created"]
    assert [seq for seq, _ in seen] == sorted({seq for seq, _ in seen})
    assert after == await book.last_seq()


async def test_every_seq_is_one_entity_or_one_change(book: Book) -> None:
    """Together they are 1 to the head, whatever was written, repeated, refused or undone."""
    await book.put("appointment", "a", contact="1")
    await book.record(note("1", "2", external_id="e"), note("3"), note(external_id="e"))
    activity = await book.record_one(Link("appointment", "a"))
    await book.revise(activity.seq, note("4", Link("membership", "m")))
    await book.revise(activity.seq, note("4", Link("membership", "m")))
    await book.erase(activity.seq)
    await book.delete(CONTACT, "4")
    await book.put(CONTACT, "4")
    with pytest.raises(Invalid):
        await book.put(CONTACT, "5", contact="1")
    await book.write(lambda writer: writer.add_entity("tag", EntityDraft()))
    await book.write(lambda writer: writer.number_entities("tag", [EntityDraft()]))

    entities = await book.rows("SELECT seq FROM entities")
    changes = await book.rows("SELECT seq FROM changes")
    of_entities = await book.rows("SELECT seq FROM entity_changes")

    seqs = sorted(seq for (seq,) in [*entities, *changes, *of_entities])
    assert seqs == list(range(1, await book.last_seq() + 1))
