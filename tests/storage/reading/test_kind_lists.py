"""Lists of what is of some kinds, and how much of it people have, also where two are one."""

from doings.core.clock import SECOND
from doings.core.entity import CONTACT, EntityDraft
from doings.core.query import KindsOrder
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book

ONE, TWO = (CONTACT, "1"), (CONTACT, "2")
KINDS = ("note.created", "text.posted")


async def filled(book: Book) -> list[int]:
    """Notes of two people, one text of both, a call of each, and a note about nobody."""
    recorded = await book.record(
        note("1", at=NOON + 3 * SECOND),
        note("1", "2", at=NOON + SECOND, kind="text.posted"),
        note("2", at=NOON + 2 * SECOND),
        note(at=NOON),
        note("1", at=NOON, kind="call.logged"),
        note("2", at=NOON + 9 * SECOND, kind="call.logged"),
    )
    return [one.seq for one in recorded]


async def test_lists_go_by_each_order(book: Book) -> None:
    """Of all, or of one; what is about nobody is left out unless that is asked for."""
    first, both, second, nobody, *_ = await filled(book)
    recorded = KindsOrder()

    async def seqs(order: KindsOrder, *, alone: bool = False) -> list[int]:
        keys = await book.read(
            lambda reader: reader.keys_of_kinds(KINDS, order, is_alone_allowed=alone)
        )
        return [seq for _, seq in keys]

    assert await seqs(recorded) == [first, both, second]
    assert await seqs(KindsOrder(is_descending=True)) == [second, both, first]
    assert await seqs(KindsOrder("occurred")) == [both, second, first]
    assert await seqs(recorded, alone=True) == [first, both, second, nobody]
    assert await seqs(KindsOrder("updated"), alone=True) == [first, both, second, nobody]
    of_one = await book.read(lambda reader: reader.keys_of_kinds(KINDS, recorded, ONE))
    assert of_one == [(NOON + 3 * SECOND, first), (NOON + SECOND, both)]
    unknown = (CONTACT, "9")
    assert await book.read(lambda reader: reader.keys_of_kinds(KINDS, recorded, unknown)) == []


async def test_what_was_with_contacts_who_are_deleted_is_left_out(book: Book) -> None:
    """In every order, unless somebody else was there; who is made again has it again."""
    first, both, second, *_ = await filled(book)
    await book.write(lambda writer: writer.delete_entity(ONE))

    async def seqs(order: KindsOrder) -> list[int]:
        keys = await book.read(lambda reader: reader.keys_of_kinds(KINDS, order))
        return [seq for _, seq in keys]

    deleted = [await seqs(KindsOrder()), await seqs(KindsOrder("updated"))]
    await book.write(lambda writer: writer.put_entity(ONE, lambda _: EntityDraft()))
    there = await seqs(KindsOrder())

    assert deleted == [[both, second], [both, second]]
    assert there == [first, both, second]


async def test_two_who_are_one_have_what_each_has(book: Book) -> None:
    """What concerns both is listed and counted once, and the last call is the later one."""
    first, both, second, *_ = await filled(book)
    await book.write(lambda writer: writer.add_merge(ONE, [TWO], None))
    person = await book.read(lambda reader: reader.entity(ONE))

    keys = await book.read(lambda reader: reader.keys_of_kinds(KINDS, KindsOrder(), ONE))
    totals = await book.read(lambda reader: reader.totals_by_kind_of([person], KINDS))
    last = await book.read(lambda reader: reader.last_of_kind([person.seq], "call.logged"))
    never = await book.read(lambda reader: reader.last_of_kind([person.seq], "mail.sent"))

    assert [seq for _, seq in keys] == [first, both, second]
    assert dict(totals[person.seq]) == {"note.created": 2, "text.posted": 1}
    assert last == {person.seq: NOON + 9 * SECOND}
    assert never == {}
    assert await book.read(lambda reader: reader.totals_by_kind_of([], KINDS)) == {}
    assert await book.read(lambda reader: reader.last_of_kind([], "call.logged")) == {}
    assert await book.read(lambda reader: reader.newest_of_kind([], KINDS[0])) == {}


async def test_newest_of_a_kind(book: Book) -> None:
    """Three, by when they happened; of two who are one, those of both."""
    one, two = [await book.put(*key) for key in (ONE, TWO)]
    drafts = [note("1" if at < 5 else "2", at=NOON + at * SECOND) for at in (3, 1, 4, 2, 9)]
    made = [recorded.seq for recorded in await book.record(*drafts)]

    alone = await book.read(lambda reader: reader.newest_of_kind([one.seq, two.seq], KINDS[0]))
    await book.write(lambda writer: writer.add_merge(ONE, [TWO], None))
    both = await book.read(lambda reader: reader.newest_of_kind([one.seq], KINDS[0]))

    assert alone == {one.seq: {made[0], made[2], made[3]}, two.seq: {made[4]}}
    assert both == {one.seq: {made[0], made[2], made[3], made[4]}}
