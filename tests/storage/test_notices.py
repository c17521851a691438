"""Hearing of commits: in the account that they are in, no matter which process makes them."""

import asyncio
from pathlib import Path

import pytest

from doings.storage.database import Database, open_database
from doings.storage.notices import CommitNotices
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage.book import Book


async def told(news: "asyncio.Future[None]", seconds: float = 10) -> bool:
    """Whether a commit is told of in time."""
    done, _ = await asyncio.wait([news], timeout=seconds)
    return bool(done)


async def test_a_commit_is_told_to_its_account_alone(book: Book, other: Book) -> None:
    """All who wait in it share one notice."""
    with (
        book.database.following(book.account.id) as here,
        book.database.following(other.account.id) as there,
    ):
        await asyncio.sleep(0.3)  # what was committed before is looked for once
        first, second, elsewhere = here.next_commit(), here.next_commit(), there.next_commit()
        here.last_seq = await book.last_seq() + 1
        there.last_seq = await other.last_seq()
        await book.record(note())

        assert await told(first)
        assert first is second
        assert not await told(elsewhere, 0.1)


async def test_what_one_knows_is_told_to_the_others() -> None:
    """A stream that read a commit by itself keeps a long poll waiting no longer than it is."""

    async def found(_account_id: int) -> int:
        return 7

    notices = CommitNotices(found)
    with notices.following(1) as stream, notices.following(1) as poll:
        stream.last_seq, poll.last_seq = 7, 6
        news = poll.next_commit()
        await notices.look()
        assert news.done()
        again = poll.next_commit()
        await notices.look()
        assert not again.done(), "all know of it"


async def test_nobody_looks_where_nobody_waits(tmp_path: Path) -> None:
    """One task looks for all who wait, and ends with the last of them."""
    database = await open_database(SqliteEngine(tmp_path / "doings.db"), TickingClock(), SCHEMA)
    account = await database.create_account("acme", name="Acme", time_zone="UTC")
    engine = database.engine
    assert isinstance(engine, SqliteEngine)
    lookout = engine._lookout  # noqa: SLF001 - whether it runs shows nowhere else

    before = lookout.is_looking
    with database.following(account.id), database.following(account.id):
        tasks = [task for task in asyncio.all_tasks() if task.get_name() == "lookout"]
    await asyncio.sleep(0.1)

    assert (before, len(tasks), lookout.is_looking) == (False, 1, False)
    await database.close()


async def test_a_commit_of_another_process_is_told_on_sqlite(tmp_path: Path) -> None:
    """SQLite says that the file has changed, and a look in which account."""
    path = tmp_path / "doings.db"
    here = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    account = await here.create_account("acme", name="Acme", time_zone="UTC")
    there = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)

    with here.following(account.id) as followed:
        await asyncio.sleep(0.1)
        for _ in range(3):
            news = followed.next_commit()
            await Book(there, account).record(note())
            assert await told(news)

    await there.close()
    await here.close()


async def test_all_who_wait_are_let_go_when_the_server_stops(
    database: Database, book: Book
) -> None:
    """At once, not when their time is over."""
    last_seq = await book.last_seq()
    waiting = asyncio.create_task(database.wait_for_change(book.account.id, last_seq, 30))
    await asyncio.sleep(0.05)

    database.end_waiting()

    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
async def test_the_feed_has_every_seq_once(book: Book, limit: int) -> None:
    """However it is cut: activities, changes, entities and what happens to them."""
    await book.put("appointment", "a", contact="1")
    one = await book.record_one("1", "2")
    await book.put("contact", "1", name="Jim")
    await book.revise(one.seq, note("3"))
    await book.delete("contact", "2")
    await book.put("contact", "2", name="Ann")
    await book.erase(one.seq)
    last_seq, at = await book.last_seq(), 0
    items = []

    while at < last_seq:
        chunk = await book.read(lambda reader, after=at: reader.feed(after, limit))  # type: ignore[misc]
        assert len(chunk.items) <= limit
        items += chunk.items
        at = chunk.through

    assert [item.seq for item in items] == list(range(1, last_seq + 1))
