"""An undo of an import keeps what others have come to use, also by an id in an attribute."""

import json

import pytest

from doings.core.activity import Draft
from doings.core.entity import CONTACT, EntityDraft
from doings.core.store import Writer
from doings.storage.checks.check import check
from doings.storage.writing.importing import uses
from tests.builders import note
from tests.storage.book import Book
from tests.storage.writing.test_imports import (
    Work,
    deleting,
    everything,
    kept,
    putting,
    recording,
    run_import,
    undo,
)


def thing(**attrs: object) -> EntityDraft:
    """An entity with these attributes."""
    return EntityDraft(name="A", attrs=json.dumps(attrs, separators=(",", ":")))


def conversation(number: int) -> Draft:
    """A conversation that went over a sort of contact field."""
    data = json.dumps({"contact_field_type_id": number})
    return note(kind="conversation.logged", body="Hello", data=data)


HELD: dict[str, tuple[str, Work, Work]] = {
    "a tag": (
        "tag:5",
        putting(CONTACT, "mine", thing(tags=[4, 5])),
        putting(CONTACT, "mine", thing(tags=[4, 55])),
    ),
    "a gender": (
        "gender:5",
        putting(CONTACT, "mine", thing(gender_id=5)),
        deleting(CONTACT, "mine"),
    ),
    "a type of contact fields": (
        "contact_field_type:5",
        putting("contact_field", "mine", thing(contact_field_type=5)),
        putting("contact_field", "mine", thing(contact_field_type=None)),
    ),
    "a type that a conversation names": (
        "contact_field_type:5",
        recording(conversation(5)),
        lambda writer: writer.erase("01900000-0000-7000-8000-000000000001"),
    ),
    "a category": (
        "activity_category:5",
        putting("activity_type", "mine", thing(category="5")),
        deleting("activity_type", "mine"),
    ),
    "who introduced somebody": (
        "contact:5",
        lambda writer: introduce(writer, "mine", "5"),
        deleting(CONTACT, "mine"),
    ),
}


async def introduce(writer: Writer, introduced: str, introducer: str) -> None:
    """Note who introduced a contact."""
    entity = await writer.entity((CONTACT, introducer))
    await putting(CONTACT, introduced, thing(first_met_through=entity.seq))(writer)


@pytest.mark.parametrize("name", HELD)
async def test_what_others_hold_is_kept_until_they_do_not(
    book: Book, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is listed, and another undo takes it back later; whoever holds others keeps nothing."""
    monkeypatch.setattr(uses, "CHUNK", 1)
    key, hold, release = HELD[name]
    type_, _, id_ = key.partition(":")
    number = await run_import(book, *[putting(type_, one, thing()) for one in (id_, "6")])
    await book.write(putting(CONTACT, "other", thing(tags=[7], gender_id=7)))
    await book.write(hold)

    first = await undo(book, number)
    await book.write(release)
    second = await undo(book, number)

    assert kept(first) == {(key, "in use")}
    assert [sum(part.entities for part in parts) for parts in (first, second)] == [1, 1]
    assert kept(second) == set()
    assert await check(book.database, lambda _done, _total: None) == []


async def circle(writer: Writer) -> None:
    """Two people who introduced each other."""
    await putting(CONTACT, "8", thing())(writer)
    await introduce(writer, "9", "8")
    await introduce(writer, "8", "9")


OWN: dict[str, list[Work]] = {
    "settings before what holds them": [
        putting("tag", "5", thing()),
        putting("gender", "5", thing()),
        putting(CONTACT, "8", thing(tags=[5], gender_id=5)),
    ],
    "settings after what holds them": [
        putting("activity_type", "6", thing(category="5")),
        putting("activity_category", "5", thing()),
        putting("contact_field", "6", thing(contact_field_type="5")),
        recording(conversation(5)),
        putting("contact_field_type", "5", thing()),
    ],
    "settings of a known contact": [
        putting("tag", "5", thing()),
        putting(CONTACT, "known", thing(tags=[5])),
    ],
    "made again": [
        putting("activity_type", "gone", thing(category="5")),
        putting("activity_category", "5", thing()),
    ],
    "a circle of people": [circle],
}


@pytest.mark.parametrize("name", OWN)
async def test_what_an_import_uses_itself_goes_with_it(book: Book, name: str) -> None:
    """In whatever order it was made."""
    await book.put(CONTACT, "known", name="A")
    await book.put("activity_type", "gone", name="Gone")
    await book.delete("activity_type", "gone")
    before = await everything(book)
    number = await run_import(book, *OWN[name])

    parts = await undo(book, number)

    assert kept(parts) == set()
    assert await everything(book) == before


async def test_what_somebody_uses_who_stays_is_kept(book: Book) -> None:
    """People of the import stay if they were changed, with whom and what they refer to."""

    async def bring(writer: Writer) -> None:
        await putting("tag", "5", thing())(writer)
        await putting(CONTACT, "1", thing())(writer)
        await introduce(writer, "2", "1")
        await introduce(writer, "3", "2")
        await putting(CONTACT, "4", thing())(writer)

    number = await run_import(book, bring)
    seq = (await book.read(lambda reader: reader.entity((CONTACT, "2")))).seq
    await book.put(
        CONTACT, "3", name="B", attrs=json.dumps({"first_met_through": seq, "tags": [5]})
    )

    parts = await undo(book, number)

    expected = {("contact:3", "changed since"), ("contact:2", "in use"), ("contact:1", "in use")}
    assert kept(parts) == {*expected, ("tag:5", "in use")}
    assert await book.entities(type=CONTACT) == ["1", "2", "3"]


async def test_what_a_merge_moved_is_kept(book: Book) -> None:
    """Fields of somebody who is one person with others are those of that person."""
    await book.put(CONTACT, "8", name="Jim")
    field = EntityDraft(attrs='{"content":"a@example.org"}', contact="77")

    async def bring(writer: Writer) -> None:
        await putting(CONTACT, "77", thing())(writer)
        await putting("contact_field", "1", field)(writer)

    number = await run_import(book, bring)
    merge = await book.write(
        lambda writer: writer.add_merge((CONTACT, "8"), [(CONTACT, "77")], None)
    )

    merged = kept(await undo(book, number))
    await book.write(lambda writer: writer.revert_merge(merge.id))

    assert merged == {("contact:77", "in use"), ("contact_field:1", "in use")}
    assert kept(await undo(book, number)) == set()
    assert await book.entities(type="contact_field") == []
