"""The full text of an older database is made again while the database is in use."""

import asyncio
from multiprocessing import get_context
from pathlib import Path

import pytest

from doings.core.account import Account
from doings.core.errors import Unavailable
from doings.core.query import words_from_text
from doings.storage.checks.check import check
from doings.storage.database import open_database
from doings.storage.engine import Connection
from doings.storage.reading import texts
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from doings.storage.transaction import ReadTransaction, Transaction
from doings.storage.upkeep.rebuilding import Rebuilding
from doings.storage.writing import search_index
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage import processes
from tests.storage.book import Book


@pytest.fixture
async def older(book: Book, monkeypatch: pytest.MonkeyPatch) -> Book:
    """Ten activities and some contacts, all of which an upgrade has left to be indexed."""
    monkeypatch.setattr(search_index, "SEQS", 4)
    await book.put("contact", "1", name="Łukasz")
    await book.record(*[note(summary=f"word n{number}") for number in range(10)])
    await book.empty_search()
    return book


async def found(book: Book, text: str = "word") -> int:
    """How many activities a search finds."""
    return len(await book.seqs(words=words_from_text(text)))


async def left(book: Book) -> int:
    """The last seq that is not indexed."""
    return await book.database.engine.read(
        lambda connection: texts.unindexed(ReadTransaction(connection, book.account.id))
    )


async def extend(connection: Connection, book: Book) -> None:
    """Index one stretch."""
    clock = book.database.clock
    await search_index.extend(Transaction(connection, book.account.id, clock=clock, by=None))


async def step(book: Book) -> None:
    """Index one stretch and commit it."""
    await book.database.engine.write(
        lambda connection: extend(connection, book), account_id=book.account.id
    )


def rebuilding(book: Book, told: list[int]) -> Rebuilding:
    """What one process does."""

    def progress(_account: Account, count: int) -> None:
        told.append(count)

    def fail(error: Exception) -> None:
        raise error

    return Rebuilding(book.database, progress, fail)


async def checked(book: Book) -> list[str]:
    """What the check finds."""
    return await check(book.database, lambda _done, _total: None)


async def test_all_is_found_in_the_end(older: Book) -> None:
    """Progress is told, and the check has nothing to say before and after."""
    told: list[int] = []
    assert (await found(older), await older.entities(q="lukasz")) == (0, [])
    assert await checked(older) == []

    assert await rebuilding(older, told).rebuild()

    assert (await found(older), await older.entities(q="lukasz")) == (10, ["1"])
    assert told[0] > told[-1] == 0 == await left(older)
    assert await checked(older) == []


async def test_the_newest_is_found_first(older: Book) -> None:
    """A search meanwhile finds what is indexed already, and what is new at once."""
    await step(older)
    await older.record(note(summary="word new"))

    assert await found(older) == 5
    assert await found(older, "n9") == 1
    assert await found(older, "n0") == 0


async def test_what_is_changed_meanwhile_is_found_as_it_is(older: Book) -> None:
    """Before its stretch is made and afterwards."""
    first, second, third = (await older.seqs(is_descending=False))[:3]
    await older.revise(first, note(summary="changed"))
    await older.revise(second, note())
    await older.erase(third)
    await older.put("contact", "1", name="Ødegård")

    assert await found(older, "changed") == 1
    assert await rebuilding(older, []).rebuild()

    assert (await found(older), await found(older, "changed")) == (7, 1)
    assert await older.entities(q="odegard") == ["1"]
    assert await older.entities(q="lukasz") == []
    assert await checked(older) == []


async def test_a_stretch_that_was_broken_off_is_made_again(older: Book) -> None:
    """A transaction that does not end leaves nothing, and the next process goes on."""

    async def break_off(connection: Connection) -> None:
        await extend(connection, older)
        raise KeyError("killed")

    await step(older)
    before = await left(older)
    with pytest.raises(KeyError):
        await older.database.engine.write(break_off, account_id=older.account.id)
    assert (await left(older), await found(older)) == (before, 4)

    assert await rebuilding(older, []).rebuild()

    assert await found(older) == 10
    assert await checked(older) == []


async def test_a_process_that_is_killed_leaves_whole_stretches(tmp_path: Path) -> None:
    """The next one goes on from there, and the check is clean all the time."""
    path = tmp_path / "doings.db"
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    account = await database.create_account("acme", name="Acme", time_zone="UTC")
    book = Book(database, account)
    await book.record(*[note(summary=f"word n{number}") for number in range(150)])
    await book.empty_search()
    await database.close()

    spawning = get_context("spawn")
    reading, writing = spawning.Pipe(duplex=False)
    process = spawning.Process(target=processes.rebuild_until_killed, args=(path, writing))
    process.start()
    writing.close()
    told = [reading.recv() for _ in range(3)]
    process.kill()
    process.join()
    book = await processes.opened(path)
    at_kill, found_at_kill = await left(book), await found(book)
    findings, seqs = await checked(book), await book.seqs(limit=200)
    # The one that was killed has its turn until a minute is over, so it is taken away here.
    await book.run("DELETE FROM installation WHERE name LIKE '%search%'")
    assert await rebuilding(book, []).rebuild()

    assert 0 < at_kill <= told[-1] < told[0]
    assert found_at_kill == sum(seq > at_kill for seq in seqs)
    assert (findings, await found(book), await checked(book)) == ([], 150, [])
    await book.database.close()


async def test_an_account_that_is_away_holds_up_no_other(
    older: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine may be dead: the others are done, and then the error is raised."""
    away = await older.database.create_account("aaa", name="Away", time_zone="UTC")
    work = rebuilding(older, [])
    look = work._left  # noqa: SLF001 - the first thing that is asked about an account

    async def look_unless_away(account: Account) -> int:
        if account.id == away.id:
            msg = "its machine is away"
            raise Unavailable(msg)
        return await look(account)

    monkeypatch.setattr(work, "_left", look_unless_away)
    with pytest.raises(Unavailable, match="away"):
        await work.rebuild()

    assert await found(older) == 10


async def test_one_process_at_a_time_does_it(older: Book) -> None:
    """Another one waits for its turn."""
    await older.database.take_turn("search", "another", 3600)
    before = await left(older)

    assert not await rebuilding(older, []).rebuild()

    assert await left(older) == before


async def test_several_processes_at_a_time_do_no_harm(older: Book) -> None:
    """Each stretch is indexed once, no matter who does it."""
    await asyncio.gather(*[step(older) for _ in range(20)])

    assert await left(older) == 0
    assert await found(older) == 10
    assert await checked(older) == []


async def test_long_texts_make_short_stretches(
    older: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretch holds so many characters at most."""
    monkeypatch.setattr(texts, "CHARACTERS", 10)
    before = await left(older)

    await step(older)

    assert await left(older) == before - 1
    assert await rebuilding(older, []).rebuild()
    assert await found(older) == 10


async def test_the_task_ends_by_itself(older: Book) -> None:
    """It is started with the server and stopped with it, done or not."""
    working = rebuilding(older, [])
    working.start()
    async with asyncio.timeout(30):
        while await left(older):  # noqa: ASYNC110 - nothing in the product waits for its end
            await asyncio.sleep(0.01)
    await working.stop()

    assert await found(older) == 10
