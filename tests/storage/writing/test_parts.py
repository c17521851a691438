"""What grows with an account is done in parts, each a transaction of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from doings.core.activity import Link
from doings.core.clock import DAY
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import Unavailable
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing.importer import Importer, Item, each_of
from doings.storage import engine as engines
from doings.storage.checks.check import check
from doings.storage.database import Database
from doings.storage.writing import idempotency, relinks
from doings.storage.writing.account import removal
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage.book import Book


@pytest.fixture
def writes(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An entry for each transaction of the engine; a negative one makes the next ones fail."""
    made: list[int] = []
    write = database.engine.write

    async def counted(work: Callable[..., Awaitable[Any]], **options: Any) -> Any:  # noqa: ANN401
        if made and made[-1] < 0:
            raise Unavailable("the disk is full")
        made.append(1)
        return await write(work, **options)

    monkeypatch.setattr(database.engine, "write", counted)
    monkeypatch.setattr(engines, "BREATH_SECONDS", 0)
    return made


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a part be small."""
    monkeypatch.setattr(relinks, "ACTIVITY_CHUNK", 3)
    monkeypatch.setattr(removal, "PART_ROWS", 10)


async def findings(book: Book) -> list[str]:
    """What `doings check` says."""
    return await check(book.database, lambda _done, _total: None)


@pytest.mark.usefixtures("small_parts")
async def test_a_thing_with_many_activities_changes_hands_in_parts(
    book: Book, writes: list[int]
) -> None:
    """When the write returns all of them follow, and each transaction did a few."""
    await book.record(*[note(Link("appointment", "a"), at=n // 2) for n in range(10)])
    writes.clear()

    await book.put("appointment", "a", contact="1")

    assert len(writes) == 4
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 10
    assert await findings(book) == []


@pytest.mark.usefixtures("small_parts")
async def test_what_a_process_left_undone_is_done_by_the_next(
    book: Book, database: Database, writes: list[int]
) -> None:
    """The check passes in between, as it is known to be unfinished; what is recorded follows."""
    await book.record(*[note(Link("appointment", "a"), at=n) for n in range(10)])
    writes.clear()

    async def put_and_fail(writer: Writer) -> None:
        await writer.put_entity(("appointment", "a"), lambda _: EntityDraft(contact="1"))
        writes.append(-1)

    with pytest.raises(Unavailable):
        await book.write(put_and_fail)
    writes.clear()
    before = await book.read(lambda reader: reader.total((CONTACT, "1"), None))
    assert await findings(book) == []
    await book.record_one(Link("appointment", "a"))
    await book.put("appointment", "a", contact="2")
    await database.relink_all()

    assert before == 3
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 0
    assert await book.read(lambda reader: reader.total((CONTACT, "2"), None)) == 11
    assert await book.rows("SELECT COUNT(*) FROM relinks") == [(0,)]
    assert await findings(book) == []


@pytest.mark.usefixtures("small_parts")
async def test_many_things_in_one_transaction_share_its_part(book: Book, writes: list[int]) -> None:
    """As in an import: a thousand entities, each with thousands of activities."""
    names = "abc"
    await book.record(*[note(Link("appointment", name), at=n) for n in range(4) for name in names])
    writes.clear()

    async def put_all(writer: Writer) -> None:
        for name in names:
            await writer.put_entity(("appointment", name), lambda _: EntityDraft(contact="1"))

    await book.write(put_all)

    assert len(writes) == 1 + 1 + 2 * 2
    assert await book.read(lambda reader: reader.total((CONTACT, "1"), None)) == 12
    assert await findings(book) == []


@pytest.mark.usefixtures("small_parts")
async def test_an_account_is_deleted_in_parts(book: Book, other: Book, writes: list[int]) -> None:
    """Broken off, it goes on when it is called again; its neighbour stays whole."""
    for one in (book, other):
        await one.record(*[note("1", summary="word", at=n) for n in range(10)])
    writes.clear()
    writes.append(1)
    await book.database.delete_account(book.account.slug)

    assert len(writes) > 5
    assert await findings(other) == []
    assert await other.read(lambda reader: reader.total(None, None)) == 10


async def test_old_answers_are_forgotten_a_few_at_a_time(
    book: Book, clock: TickingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account may have a million of them."""
    monkeypatch.setattr(idempotency, "FORGOTTEN", 3)
    for number in range(8):
        await book.write(lambda writer, key=str(number): writer.remember(key, b"1", "x"))  # type: ignore[misc]
    clock.instant += 2 * DAY

    left = []
    for number in range(3):
        await book.write(lambda writer, key=f"n{number}": writer.remember(key, b"1", "x"))  # type: ignore[misc]
        left += [row[0] for row in await book.rows("SELECT COUNT(*) FROM idempotency_keys")]

    assert left == [6, 4, 3]


async def test_an_import_is_parted_by_its_work(book: Book, writes: list[int]) -> None:
    """Items of much work are written in smaller groups."""
    groups: list[int] = []

    async def put(_writer: Writer, items: list[int]) -> ImportCounts:
        groups.append(len(items))
        return ImportCounts()

    items = [Item(str(n), n, n, work) for n, work in enumerate([1, 1, 15_999, 1, 20_000, 1])]
    importer = Importer(Timeline(book.database, book.account, None), put, lambda _: None)
    await importer.run(each_of(items), lambda _done, _total=None: None, None)

    assert groups == [3, 2, 1]
    assert len(writes) == 4
