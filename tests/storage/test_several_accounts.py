"""What concerns several accounts: writes in more than one, settings, turns."""

import asyncio
import json

import pytest

from doings.core.activity import Activity
from doings.core.clock import SECOND
from doings.core.errors import Invalid, NotFound
from doings.core.store import Writer
from doings.storage.database import Database
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage.book import Book


async def write_both(book: Book, other: Book, summary: str) -> None:
    """Record a note in both accounts, in one transaction."""

    async def work(writer: Writer) -> None:
        await writer.record([note("1", summary=summary)])
        await writer.others[other.account.id].record([note("2", summary=summary)])

    await book.database.write(book.account.id, work, by="ours", also=(other.account.id,))


async def test_one_transaction_writes_in_two_accounts(book: Book, other: Book) -> None:
    """Each with a feed of its own; who wrote is told in one's own alone."""
    await write_both(book, other, "both")

    assert len(await book.timeline("1")) == len(await other.timeline("2")) == 1
    assert await book.timeline("2") == await other.timeline("1") == []
    assert [change.by for change in await book.changes()] == ["ours"]
    assert [change.by for change in await other.changes()] == [None]


async def test_what_fails_in_one_account_lasts_in_none(book: Book, other: Book) -> None:
    """All or nothing, no matter in which of them it fails."""

    async def work(writer: Writer) -> None:
        await writer.record([note("1")])
        await writer.others[other.account.id].record([note("2")])
        await writer.others[other.account.id].record([note("2", kind="wrong")])

    with pytest.raises(Invalid):
        await book.database.write(book.account.id, work, also=(other.account.id,))

    assert await book.seqs() == await other.seqs() == []
    assert await book.changes() == await other.changes() == []


async def test_recordings_in_all_accounts_are_told(
    database: Database, book: Book, other: Book
) -> None:
    """The metrics count what was recorded, wherever that was."""
    told: list[int] = []
    database.on_recorded = told.append

    await write_both(book, other, "both")

    assert told == [2]


async def test_writers_in_both_directions_never_wait_for_each_other(
    book: Book, other: Book
) -> None:
    """However many write at once in one, in the other and in both, all get through."""
    before = await book.last_seq(), await other.last_seq()

    await asyncio.gather(
        *(write_both(book, other, f"there {number}") for number in range(20)),
        *(write_both(other, book, f"back {number}") for number in range(20)),
        *(book.record(note("3")) for _ in range(20)),
        *(other.record(note("3")) for _ in range(20)),
    )

    for one, last_seq in zip((book, other), before, strict=True):
        seqs = sorted(change.seq for change in await one.changes())
        assert len(seqs) == 60
        assert len(await one.seqs()) == 60
        made = await one.last_seq() - last_seq
        assert made == 60 + 3  # and the three contacts


async def test_account_that_does_not_exist_is_not_found(book: Book) -> None:
    """NotFound is raised, and nothing is written in the account that exists."""

    async def work(writer: Writer) -> None:
        await writer.record([note("1")])
        await writer.others[99].record([note("1")])

    with pytest.raises(NotFound):
        await book.database.write(book.account.id, work, also=(99,))

    assert await book.seqs() == []


async def test_activity_is_found_by_its_external_id(book: Book, other: Book) -> None:
    """An external id is looked up within its account and origin only."""
    one = await book.record_one("1", origin="crm", external_id="e")

    async def find(where: Book, origin: str, external_id: str) -> int | None:
        found = await where.read(lambda reader: reader.activity_by_external_id(origin, external_id))
        return found.seq if found else None

    assert await find(book, "crm", "e") == one.seq
    assert await find(book, "crm", "x") is None
    assert await find(book, "api", "e") is None
    assert await find(other, "crm", "e") is None


async def test_activities_are_found_by_their_external_ids(book: Book, other: Book) -> None:
    """Several at once, without those that are deleted; also within their account and origin."""
    one = await book.record_one("1", origin="crm", external_id="e")
    gone = await book.record_one("1", origin="crm", external_id="f")
    await book.record_one("1", origin="api", external_id="g")
    await book.erase(gone.seq)

    async def find(where: Book, *ids: str) -> dict[str, Activity]:
        return await where.write(lambda writer: writer.activities_by_external_ids("crm", ids))

    assert await find(book, "e", "f", "g", "x") == {"e": one}
    assert await find(book) == {}
    assert await find(other, "e") == {}


async def test_settings_are_changed_one_after_the_other(database: Database, book: Book) -> None:
    """Changes at the same time do not undo each other, and other accounts keep their settings."""
    account = book.account

    await asyncio.gather(
        *(
            database.change_settings(account.id, lambda old: {"n": old.get("n", 0) + 1})
            for _ in range(10)
        )
    )

    assert json.loads((await database.account("acme")).settings) == {"n": 10}
    with pytest.raises(NotFound):
        await database.change_settings(99, lambda old: old)


async def test_settings_that_cannot_be_changed_stay(database: Database, book: Book) -> None:
    """Where the change itself fails."""

    def change(_: dict[str, object]) -> dict[str, object]:
        raise Invalid.of("x", "no")

    with pytest.raises(Invalid):
        await database.change_settings(book.account.id, change)

    assert (await database.account("acme")).settings == "{}"


async def test_one_at_a_time_has_its_turn(database: Database, clock: TickingClock) -> None:
    """The holder may go on, others wait until its time is over; each thing has turns of its own."""
    turns = [
        await database.take_turn("sweeper", "a", 60),
        await database.take_turn("sweeper", "b", 60),
        await database.take_turn("sweeper", "a", 60),
        await database.take_turn("cleaner", "b", 60),
    ]
    clock.instant += 61 * SECOND

    later = [
        await database.take_turn("sweeper", "b", 60),
        await database.take_turn("sweeper", "a", 60),
    ]

    assert turns == [True, False, True, True]
    assert later == [True, False]


async def test_of_those_who_want_a_turn_at_once_one_gets_it(database: Database) -> None:
    """However many they are."""
    turns = await asyncio.gather(
        *(database.take_turn("sweeper", str(number), 600) for number in range(10))
    )

    assert sum(turns) == 1
