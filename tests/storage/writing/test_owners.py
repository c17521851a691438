"""An entity's contact: what is linked to the one is in the timeline of the other too."""

import pytest

from doings.core.activity import Link
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import Invalid, NotFound
from doings.storage.checks.check import check
from tests.builders import note
from tests.storage.book import Book

A = Link("appointment", "a")
B = Link("appointment", "b")


async def test_what_is_linked_to_a_thing_is_linked_to_its_contact(book: Book) -> None:
    """The contact comes last and has the role `owner`."""
    await book.put("appointment", "a", contact="1")

    activity = await book.record_one(A, "2")

    assert [(link.entity.key, link.roles) for link in activity.links] == [
        (A.key, ("subject",)),
        ((CONTACT, "2"), ("subject",)),
        ((CONTACT, "1"), ("owner",)),
    ]
    assert await book.timeline("1") == [activity.seq]


async def test_contact_that_does_not_exist_is_made(book: Book) -> None:
    """A thing may name its contact before anybody else does."""
    entity = await book.put("appointment", "a", contact="new")

    assert entity.contact == "new"
    assert await book.entities(type=CONTACT) == ["new"]


async def test_what_was_recorded_before_joins_the_contacts_timeline(book: Book) -> None:
    """A contact named later is linked to everything the thing is linked to."""
    seqs = [one.seq for one in await book.record(note(A), note(), note(A, at=0), note(B))]
    assert await book.read(lambda reader: reader.total_with_contacts()) == 0

    await book.put("appointment", "a", contact="1")

    assert await book.timeline("1") == [seqs[0], seqs[2]]
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 2
    assert await book.read(lambda reader: reader.total_with_contacts()) == 2


async def test_more_activities_than_one_step_relinks_are_all_relinked(book: Book) -> None:
    """A thing with thousands of activities changes hands as a whole."""
    await book.record(*[note(A, at=number // 3) for number in range(2100)])

    await book.put("appointment", "a", contact="1")

    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 2100
    links = await book.rows("SELECT COUNT(*) FROM activities WHERE linked LIKE '%:owner'")
    assert links == [(2100,)]


async def test_changed_contact_takes_the_activities_along(book: Book) -> None:
    """They leave the old contact's timeline and counts, and join those of the new one."""
    await book.put("appointment", "a", contact="1")
    activity = await book.record_one(A)

    await book.put("appointment", "a", contact="2")

    assert await book.timeline("1") == []
    assert await book.timeline("2") == [activity.seq]
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 0
    assert await book.read(lambda reader: reader.total((CONTACT, "2"), None)) == 1


async def test_removed_contact_lets_the_activities_go(book: Book) -> None:
    """What concerned it only through the thing concerns it no longer."""
    await book.put("appointment", "a", contact="1")
    through = await book.record_one(A)
    itself = await book.record_one(A, "1")

    await book.put("appointment", "a", contact=None)

    assert await book.timeline("1") == [itself.seq]
    assert await book.timeline("a", "appointment") == [itself.seq, through.seq]
    assert await book.read(lambda reader: reader.total_with_contacts()) == 1


async def test_contact_linked_itself_and_through_its_things_is_linked_once(book: Book) -> None:
    """All its roles are on the one link, and no timeline shows an activity twice."""
    await book.put("appointment", "a", contact="1")
    await book.put("appointment", "b", contact="1")

    activity = await book.record_one(A, "1", B)

    assert activity.links[1].roles == ("subject", "owner")
    assert len(activity.links) == 3
    assert await book.timeline("1") == [activity.seq]
    assert await book.seqs(entities=(A.key, B.key, (CONTACT, "1"))) == [activity.seq]
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 1


async def test_one_of_two_things_that_leaves_a_contact_leaves_the_link(book: Book) -> None:
    """The other one still belongs to the contact."""
    await book.put("appointment", "a", contact="1")
    await book.put("appointment", "b", contact="1")
    activity = await book.record_one(A, B)

    await book.put("appointment", "a", contact=None)

    assert await book.timeline("1") == [activity.seq]


async def test_revised_links_bring_their_owners(book: Book) -> None:
    """An activity that is about another thing is in another contact's timeline."""
    await book.put("appointment", "a", contact="1")
    await book.put("appointment", "b", contact="2")
    activity = await book.record_one(A)

    await book.revise(activity.seq, note(B))

    assert await book.timeline("1") == []
    assert await book.timeline("2") == [activity.seq]


async def test_put_without_change_of_contact_writes_no_link_again(book: Book) -> None:
    """Renaming a thing leaves the order of its activities' links alone."""
    await book.put("appointment", "a", contact="1")
    before = await book.record_one(A, "2")

    await book.put("appointment", "a", contact="1", name="Massage")
    after = await book.read(lambda reader: reader.activity(before.seq))

    assert [link.roles for link in after.links] == [link.roles for link in before.links]
    assert after.links[0].entity.name == "Massage"


async def test_contact_belongs_to_nobody(book: Book) -> None:
    """Owners are not owned; nothing is written."""
    last_seq = await book.last_seq()

    with pytest.raises(Invalid):
        await book.put(CONTACT, "1", contact="2")

    assert await book.last_seq() == last_seq


async def test_deleted_entity_keeps_its_activities(book: Book) -> None:
    """They stay where they were, and are found by it; the entity itself is in no list."""
    activity = await book.record_one("1", "2", summary="lunch")

    await book.delete(CONTACT, "1")
    kept = await book.read(lambda reader: reader.activity(activity.seq))

    assert [entity.id for entity in kept.contacts()] == ["2"]
    assert [(link.entity.id, link.entity.is_deleted) for link in kept.links] == [
        ("1", True),
        ("2", False),
    ]
    assert kept.links[0].entity.name is None
    assert await book.seqs() == [activity.seq]
    assert await book.timeline("1") == [activity.seq]
    assert await book.entities(type=CONTACT) == ["2"]
    with pytest.raises(NotFound):
        await book.read(lambda reader: reader.entity((CONTACT, "1")))
    with pytest.raises(NotFound):
        await book.read(lambda reader: reader.total((CONTACT, "1"), None))
    with pytest.raises(NotFound):
        await book.delete(CONTACT, "1")


async def test_deleted_entity_may_be_put_again(book: Book) -> None:
    """It starts again under the same seq, and what was recorded about it is its own again."""
    old = await book.put(CONTACT, "1", name="Ann")
    activity = await book.record_one("1")
    await book.delete(CONTACT, "1")

    entity, is_new = await book.write(lambda writer: writer.put_entity((CONTACT, "1"), _revive))

    assert is_new is True
    assert (entity.seq, entity.name) == (old.seq, None)
    assert entity.created_at > old.created_at
    assert await book.timeline("1") == [activity.seq]
    assert await book.read(lambda reader: reader.total_entities(CONTACT)) == 1


def _revive(entity: Entity | None) -> EntityDraft:
    assert entity is None, "a deleted entity is not shown when it is put again"
    return EntityDraft()


async def test_deleted_things_activities_stay_with_its_contact(book: Book) -> None:
    """A canceled appointment is still part of the contact's history."""
    await book.put("appointment", "a", contact="1")
    activity = await book.record_one(A)

    await book.delete("appointment", "a")

    assert await book.timeline("1") == [activity.seq]


async def test_the_log_holds_what_a_thing_takes_along(book: Book) -> None:
    """Each activity that moves is a change with a leaf, whose statement can be made again."""
    await book.put("appointment", "a", contact="1")
    activities = await book.record(*[note(A, body="x" * number) for number in (10, 20, 30)])

    await book.put("appointment", "a", contact="2")
    await book.put("appointment", "a", contact="2", name="Tea")

    told = await book.read(lambda reader: reader.changes(0, 100))
    ids = [one.id for one in activities]
    assert [change.activity_id for change in told if change.op == "updated"] == ids
    assert await check(book.database, lambda _done, _total: None) == []
