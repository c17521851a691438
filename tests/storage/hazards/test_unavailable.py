"""A store that is locked, full or read-only says so, keeps what it has, and works again later."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import apsw
import pytest

from doings.core.errors import Misconfigured, Unavailable
from doings.storage.database import Database, open_database
from doings.storage.sqlite import connection
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage import processes
from tests.storage.book import Book


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database file."""
    return tmp_path / "doings.db"


@pytest.fixture
async def file_book(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Book]:
    """An account with one activity in a SQLite file, whose writers do not wait for a lock."""
    monkeypatch.setattr(connection, "LOCK_SECONDS", 0)
    database = await make(path)
    book = Book(database, await database.account("acme"))
    yield book
    await database.close()


async def make(path: Path) -> Database:
    """A database with an account with one activity."""
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    account = await database.create_account("acme", name="Acme", time_zone="UTC")
    await Book(database, account).record(note("1"))
    return database


async def tell(book: Book, pragma: str) -> None:
    """Set something about the connection that writes."""
    await book.database.engine.write(
        lambda connection: connection.execute_script(f"PRAGMA {pragma}")
    )


async def test_locked_database_is_unavailable(file_book: Book, path: Path) -> None:
    """Another program writes: reading goes on, writing is refused, and works again afterwards."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    last_seq = await file_book.last_seq()

    with pytest.raises(Unavailable, match="locked"):
        await file_book.record(note("2"))

    assert await file_book.last_seq() == last_seq
    other.execute("ROLLBACK")
    other.close()
    assert (await file_book.record(note("2")))[0].seq == last_seq + 2
    assert len(await file_book.seqs()) == 2


async def test_lock_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that is let go in time is no error."""
    monkeypatch.setattr(connection, "LOCK_SECONDS", 20)
    database = await make(path)
    book = Book(database, await database.account("acme"))
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(book.record(note("2")))
    await asyncio.sleep(0.2)
    assert not writing.done()

    other.execute("ROLLBACK")

    assert len(await asyncio.wait_for(writing, 20)) == 1
    other.close()
    await database.close()


async def test_full_disk_is_unavailable(file_book: Book) -> None:
    """What does not fit is not half written; once there is room, everything works again."""
    pages = (await file_book.rows("PRAGMA page_count"))[0][0]
    await tell(file_book, f"max_page_count = {pages + 4}")
    last_seq, before = await file_book.last_seq(), await counts(file_book)

    with pytest.raises(Unavailable, match="full"):
        await file_book.record(*[note("1", body="x" * 10_000) for _ in range(50)])

    assert await file_book.last_seq() == last_seq
    assert await counts(file_book) == before
    await tell(file_book, "max_page_count = 1000000")
    assert len(await file_book.record(*[note("1", body="x" * 10_000) for _ in range(50)])) == 50
    assert await file_book.rows("PRAGMA integrity_check") == [("ok",)]


async def test_full_disk_refuses_every_write_that_did_not_last(file_book: Book) -> None:
    """Of writes that share a commit, each is refused or lasts. What was answered is written."""
    pages = (await file_book.rows("PRAGMA page_count"))[0][0]
    await tell(file_book, f"max_page_count = {pages + 40}")

    writes = [file_book.record(note(str(n), body="x" * 3000)) for n in range(200)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert refused
    assert {type(outcome) for outcome in refused} == {Unavailable}
    lasting = {one[0].seq for one in outcomes if not isinstance(one, BaseException)}
    shown = set(await file_book.seqs(limit=500))
    assert lasting == shown - {min(shown)}
    await tell(file_book, "max_page_count = 1000000")
    assert len(await file_book.record(note("1", summary="word"))) == 1
    assert await file_book.rows("PRAGMA integrity_check") == [("ok",)]


async def counts(book: Book) -> list[tuple[int, ...]]:
    """How many rows there are of everything."""
    tables = ("activities", "entities", "links", "tallies", "changes")
    return await book.rows(
        " UNION ALL ".join(f"SELECT COUNT(*) FROM {table}" for table in tables)  # noqa: S608
    )


async def test_read_only_database_is_unavailable_for_writing(file_book: Book) -> None:
    """Reading goes on."""
    await tell(file_book, "query_only = 1")

    with pytest.raises(Unavailable, match="read-only"):
        await file_book.record(note("2"))

    assert len(await file_book.seqs()) == 1


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that strangers may read, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="doings-"))
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


async def test_file_that_may_only_be_read_is_served_and_not_written(public_folder: Path) -> None:
    """A stranger in the file's folder reads while its owner has it open, and writes nothing."""
    path = public_folder / "doings.db"
    database = await make(path)
    let_only_read(public_folder)

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        outcome = await asyncio.wrap_future(pool.submit(processes.use_as_stranger, path))

    assert outcome == (1, "the database is read-only")
    await database.close()


def let_only_read(folder: Path) -> None:
    """Take the right to write away, from the folder and from what is in it."""
    for file in (*folder.iterdir(), folder):
        file.chmod(0o555)


def test_folder_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    """A database that cannot be opened is a matter of configuration."""
    with pytest.raises(Misconfigured, match=r"cannot be opened: the database file cannot be"):
        SqliteEngine(tmp_path / "none" / "doings.db")


def test_file_that_is_no_database_is_one_line(path: Path) -> None:
    """A file that holds a picture raises Misconfigured."""
    path.write_bytes(b"GIF89a" * 1000)

    with pytest.raises(Misconfigured, match="cannot be opened"):
        SqliteEngine(path)
