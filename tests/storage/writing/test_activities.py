"""What the store promises about recording, repeats, links and other people's accounts."""

from typing import Any

import msgspec
import pytest

from doings.core.account import Account
from doings.core.activity import Draft, Link
from doings.core.clock import DAY
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import Invalid, NotFound
from doings.core.query import DiaryOrder, Query, Word
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.storage.database import Database
from tests.builders import contact, note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book


async def test_recorded_activity_is_read_back_as_it_was_given(
    book: Book, clock: TickingClock
) -> None:
    """Every member of a draft is stored and found by seq and by id."""
    draft = Draft(
        kind="invoice.created",
        occurred_at=-1,
        time_zone="Europe/Berlin",
        summary="Ünïcode\n",
        body="<p>body</p>",
        data='{"amount":"12.50","currency":"EUR"}',
        metadata='{"b":1,"a":[1.0]}',
        level="WARN",
        channels=("admin", "email"),
        links=(contact("7", "actor", "Ann"), Link("membership", "x")),
        origin="import.cobot",
        external_id="e-1",
    )

    recorded = (await book.record(draft))[0]
    activity = await book.read(lambda reader: reader.activity(recorded.seq))
    by_id = await book.read(lambda reader: reader.activity(recorded.id))

    assert activity == by_id
    for member in Draft.__struct_fields__:
        if member != "links":
            assert getattr(activity, member) == getattr(draft, member)
    assert [(link.entity.key, link.entity.name, link.roles) for link in activity.links] == [
        ((CONTACT, "7"), "Ann", ("actor",)),
        (("membership", "x"), None, ("subject",)),
    ]
    assert activity.recorded_at == activity.updated_at
    assert activity.recorded_at <= clock.instant


async def test_seqs_follow_the_order_of_a_batch(book: Book) -> None:
    """A batch is recorded in its order, one seq after the other."""
    recorded = await book.record(note("1"), note("1", at=NOON - DAY), note())

    first = recorded[0].seq

    assert [one.seq for one in recorded] == [first, first + 1, first + 2]
    assert len({one.id for one in recorded}) == 3
    assert await book.last_seq() == first + 2


async def test_empty_batch_records_nothing(book: Book) -> None:
    """No draft, no seq."""
    before = await book.last_seq()

    assert await book.record() == []
    assert await book.last_seq() == before


async def test_repeated_external_id_stands_for_the_first(book: Book) -> None:
    """Recording it again returns the first activity, unchanged, and takes no seq."""
    first = (await book.record(note("1", origin="crm", external_id="e", summary="first")))[0]
    last_seq = await book.last_seq()

    again = (await book.record(note("2", origin="crm", external_id="e", summary="second")))[0]

    assert (again.seq, again.id) == (first.seq, first.id)
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert await book.last_seq() == last_seq
    activity = await book.read(lambda reader: reader.activity(first.seq))
    assert activity.summary == "first"
    assert await book.timeline("2") == []


async def test_external_id_repeated_within_a_batch_is_recorded_once(book: Book) -> None:
    """The first of a batch counts; another origin, and no id at all, are other activities."""
    old = (await book.record(note(external_id="old")))[0]

    recorded = await book.record(
        note(external_id="new", summary="first"),
        note(external_id="old"),
        note(external_id="new", summary="second"),
        note(external_id="new", origin="crm"),
        note(),
        note(),
        note(external_id="new", summary="third"),
    )

    new = recorded[0]
    assert [one.is_repeated for one in recorded] == [False, True, True, False, False, False, True]
    assert recorded[1].seq == old.seq
    assert [recorded[2].id, recorded[6].id] == [new.id, new.id]
    assert len({one.seq for one in recorded}) == 5
    assert len(await book.seqs()) == 5
    assert (await book.read(lambda reader: reader.activity(new.seq))).summary == "first"


async def test_erased_external_id_may_be_recorded_again(book: Book) -> None:
    """What is gone stands for nothing any more."""
    first = (await book.record(note(external_id="e")))[0]
    await book.erase(first.seq)

    again = (await book.record(note(external_id="e")))[0]

    assert again.is_repeated is False
    assert again.seq > first.seq


async def test_linked_entity_that_is_unknown_is_made_once(book: Book) -> None:
    """A batch that names a new entity often makes it once, with the first name that is given."""
    await book.record(note(contact("1")), note(contact("1", name="Ann")), note(contact("1", "x")))

    entity = await book.read(lambda reader: reader.entity((CONTACT, "1")))

    assert entity.name == "Ann"
    assert await book.entities(type=CONTACT) == ["1"]


async def test_link_does_not_rename_an_entity_that_is_known(book: Book) -> None:
    """The name in a link is for entities that are new."""
    await book.put(CONTACT, "1", name="Ann")

    activity = await book.record_one(contact("1", name="Bob"))

    assert activity.links[0].entity.name == "Ann"


async def test_entity_linked_in_two_roles_is_one_link(book: Book) -> None:
    """No timeline shows an activity twice."""
    activity = await book.record_one(contact("1", "actor"), contact("2"), "1", contact("1"))

    assert [(link.entity.id, link.roles) for link in activity.links] == [
        ("1", ("actor", "subject")),
        ("2", ("subject",)),
    ]
    assert await book.timeline("1") == [activity.seq]


async def test_what_data_names_is_linked(book: Book) -> None:
    """An encounter's type is linked by itself, and its timeline holds the encounter."""
    data = '{"activity_type_id":3}'

    activity = await book.record_one("1", kind="encounter.logged", data=data)

    assert [(link.entity.key, link.roles) for link in activity.links] == [
        ((CONTACT, "1"), ("subject",)),
        (("activity_type", "3"), ("data",)),
    ]
    assert await book.timeline("3", "activity_type") == [activity.seq]


async def test_derived_roles_given_by_a_caller_are_ignored(book: Book) -> None:
    """Only the server says whom a thing belongs to and what data names."""
    activity = await book.record_one("1", contact("2", "owner"), contact("1", "data"))

    assert [(link.entity.id, link.roles) for link in activity.links] == [("1", ("subject",))]
    assert await book.entities(type=CONTACT) == ["1"]


async def test_failing_work_keeps_nothing(book: Book) -> None:
    """A transaction whose work raises leaves no trace, not even a seq."""
    last_seq = await book.last_seq()

    async def record_and_fail(writer: Writer) -> None:
        await writer.record([note("1", external_id="e")])
        raise Invalid.of("x", "no")

    with pytest.raises(Invalid):
        await book.write(record_and_fail)

    assert await book.last_seq() == last_seq
    assert await book.seqs() == []
    assert (await book.record(note("1", external_id="e")))[0].is_repeated is False


@pytest.mark.parametrize(
    "members",
    [
        {"summary": "a\0b"},
        {"body": "\0"},
        {"data": '{"a":"\\u0000"}'},
        {"metadata": '{"\\u0000":1}'},
        {"external_id": "\0"},
        {"links": (contact("\0"),)},
        {"links": (contact("1", name="\0"),)},
    ],
)
def test_nul_is_refused_in_an_activity(members: dict[str, Any]) -> None:
    """PostgreSQL cannot store it, so that SQLite may not either."""
    with pytest.raises(Invalid):
        note(**members)


async def test_nul_is_refused_in_an_entity(book: Book) -> None:
    """In its name, its attributes, its contact and its id."""
    for members in ({"name": "\0"}, {"attrs": '{"a":"\\u0000"}'}, {"contact": "\0"}):
        with pytest.raises(Invalid):
            EntityDraft(**members)
    with pytest.raises(Invalid):
        await book.put(CONTACT, "a\0b")


async def test_foreign_ids_are_invisible(book: Book, other: Book) -> None:
    """Whatever names a thing of another account names nothing here."""
    mine = await book.record_one("1", summary="word", external_id="e")
    await book.erase((await book.record_one("1")).seq)
    await book.put("appointment", "a", contact="1")
    entity = await book.read(lambda reader: reader.entity((CONTACT, "1")))

    for ref in (mine.seq, mine.id):
        with pytest.raises(NotFound):
            await other.read(lambda reader, ref=ref: reader.activity(ref))  # type: ignore[misc]
        with pytest.raises(NotFound):
            await other.write(lambda writer, ref=ref: writer.erase(ref))  # type: ignore[misc]
    with pytest.raises(NotFound):
        await other.revise(mine.seq, note())
    with pytest.raises(NotFound):
        await other.read(lambda reader: reader.history(mine.id))
    with pytest.raises(NotFound):
        await other.read(lambda reader: reader.entity((CONTACT, "1")))
    with pytest.raises(NotFound):
        await other.read(lambda reader: reader.entity_by_seq(CONTACT, entity.seq))
    with pytest.raises(NotFound):
        await other.read(lambda reader: reader.total((CONTACT, "1"), None))
    with pytest.raises(NotFound):
        await other.delete(CONTACT, "1")
    assert (await book.read(lambda reader: reader.activity(mine.seq))) == mine


async def test_lists_of_another_account_show_nothing_of_this_one(book: Book, other: Book) -> None:
    """No list, search, count or feed reaches over."""
    await book.record_one("1", summary="word", external_id="e")
    await book.put(CONTACT, "1", name="word")

    async def everything(reader: Reader) -> list[object]:
        key = (CONTACT, "1")
        return [
            *(await reader.page(Query())).items,
            *(await reader.page(Query(entities=(key,)))).items,
            *(await reader.page(Query(words=(Word("word"),)))).items,
            *(await reader.page(Query(actor=key))).items,
            *(await reader.diary(Query(), DiaryOrder("UTC"))),
            *(await reader.entities(EntityQuery(type=CONTACT))),
            *(await reader.entities(EntityQuery(q="word"))),
            *(await reader.entities_by_key([key])),
            *(await reader.changes(0, 100)),
            *(await reader.counts_by_day(Query())),
            *(await reader.counts_by_kind(Query())),
            *(await reader.years_with_contacts()),
            *[None] * await reader.total(None, None),
            *[None] * await reader.total_with_contacts(),
            *[None] * await reader.total_entities(CONTACT),
        ]

    assert len(await book.read(everything)) > 10
    assert await other.read(everything) == []
    assert (await other.record(note(external_id="e")))[0].is_repeated is False


async def test_account_that_does_not_exist_is_not_found(
    database: Database, account: Account
) -> None:
    """Reading and writing in it alike."""
    nobody = Book(database, msgspec.structs.replace(account, id=account.id + 99))

    with pytest.raises(NotFound):
        await nobody.last_seq()
    with pytest.raises(NotFound):
        await nobody.record(note("1"))
