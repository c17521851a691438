"""Many writers: processes that race for the same file, and writes that share one commit."""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from doings.core.errors import Invalid
from doings.core.store import Writer
from doings.storage.database import Database, open_database
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage import processes
from tests.storage.book import Book

PROCESSES = 16
NAMES = [f"e-{number}" for number in range(50)]


async def test_processes_that_record_the_same_record_it_once(tmp_path: Path) -> None:
    """Sixteen of them race; each external id stands for one activity, and no seq is missing."""
    path = tmp_path / "doings.db"
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    book = Book(database, await database.create_account("acme", name="A", time_zone="UTC"))

    spawning = get_context("spawn")
    barrier = spawning.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, spawning, processes.line_up, (barrier,)) as pool:
        racing = [
            asyncio.wrap_future(pool.submit(processes.record_same, path, NAMES, worker))
            for worker in range(PROCESSES)
        ]
        outcomes = [one for outcome in await asyncio.gather(*racing) for one in outcome]

    assert len(outcomes) == PROCESSES * len(NAMES)
    assert len({(name, seq, id_) for name, seq, id_, _ in outcomes}) == len(NAMES)
    assert sum(not is_repeated for *_, is_repeated in outcomes) == len(NAMES)
    assert await book.read(lambda reader: reader.total(None, None)) == len(NAMES)
    assert await gapless(book)
    await database.close()


async def gapless(book: Book) -> bool:
    """Whether entities and changes have all seqs from 1 to the head between them."""
    entities = await book.rows(
        "SELECT seq FROM entities WHERE account_id = :id", id=book.account.id
    )
    seqs = [*(row[0] for row in entities), *(change.seq for change in await book.changes())]
    return sorted(seqs) == list(range(1, await book.last_seq() + 1))


async def test_concurrent_writes_are_all_recorded(book: Book) -> None:
    """Every answered write has an activity, and the seqs have no gap."""
    recorded = await asyncio.gather(*[book.record(note(str(n % 5), at=n)) for n in range(300)])

    assert len({batch[0].seq for batch in recorded}) == 300
    assert await book.read(lambda reader: reader.total(None, None)) == 300
    assert await gapless(book)


async def test_concurrent_writes_share_commits(tmp_path: Path) -> None:
    """A hundred writes that wait together take far fewer commits than a hundred."""
    engine = SqliteEngine(tmp_path / "doings.db")
    sizes: list[int] = []
    engine.group_sizes = sizes.append
    database = await open_database(engine, TickingClock(), SCHEMA)
    book = Book(database, await database.create_account("acme", name="A", time_zone="UTC"))
    sizes.clear()

    await asyncio.gather(*[book.record(note()) for _ in range(100)])

    assert sum(sizes) == 100
    assert len(sizes) < 50
    await database.close()


async def test_bad_write_fails_alone(book: Book) -> None:
    """It leaves nothing of itself, and all others of its group are committed."""

    async def record_and_fail(writer: Writer) -> None:
        await writer.record([note("bad", external_id="bad")])
        raise Invalid.of("x", "bad")

    writes = [
        book.write(record_and_fail) if number % 10 == 3 else book.record(note("good"))
        for number in range(60)
    ]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Invalid)]
    assert failed == list(range(3, 60, 10))
    assert len(await book.seqs()) == 54
    assert await book.entities(type="contact") == ["good"]
    assert await gapless(book)


async def test_same_external_id_in_one_group_is_recorded_once(book: Book) -> None:
    """Writes of one commit see each other."""
    recorded = await asyncio.gather(*[book.record(note("1", external_id="e")) for _ in range(40)])

    assert len({batch[0].id for batch in recorded}) == 1
    assert [batch[0].is_repeated for batch in recorded].count(False) == 1


async def test_write_nobody_waits_for_any_more_is_still_written(book: Book) -> None:
    """A client that hangs up does not undo what the server accepted."""
    writing = asyncio.create_task(book.record(note("1")))
    await asyncio.sleep(0)

    writing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await writing
    await book.record(note("2"))
    assert len(await book.seqs()) == 2


async def test_work_that_waits_for_something_else_is_refused(tmp_path: Path) -> None:
    """Inside a transaction only the connection may be awaited, or all others would wait too."""
    database = await open_database(SqliteEngine(tmp_path / "d.db"), TickingClock(), SCHEMA)
    book = Book(database, await database.create_account("acme", name="A", time_zone="UTC"))

    async def wait(writer: Writer) -> None:
        await writer.record([note("1")])
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="await nothing but its connection"):
        await book.write(wait)
    assert await book.seqs() == []
    await database.close()


async def test_waiting_for_a_change_ends_with_it(database: Database, book: Book) -> None:
    """A long poll returns once something new is there, or its time is over."""
    last_seq = await book.last_seq()
    waiting = asyncio.create_task(database.wait_for_change(book.account.id, last_seq, 30))
    await asyncio.sleep(0.05)
    assert not waiting.done()

    await book.record(note())

    await asyncio.wait_for(waiting, 5)
    await database.wait_for_change(book.account.id, await book.last_seq(), 0.05)


async def test_closing_writes_what_was_accepted(tmp_path: Path) -> None:
    """Nothing that was queued is lost, and the file can be opened again."""
    path = tmp_path / "doings.db"
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    book = Book(database, await database.create_account("acme", name="A", time_zone="UTC"))
    writes = [asyncio.create_task(book.record(note())) for _ in range(20)]
    await asyncio.sleep(0)

    await database.close()

    assert len(await asyncio.gather(*writes)) == 20
    reopened = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    assert reopened.secret == database.secret
    assert len(await Book(reopened, book.account).seqs()) == 20
    await reopened.close()
