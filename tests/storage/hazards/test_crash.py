"""A process that is killed loses nothing it had answered for, and leaves nothing half done."""

import contextlib
import random
import time
from multiprocessing import get_context
from pathlib import Path

from doings.core.query import Query
from doings.core.store import Reader
from doings.storage.checks.check import check
from doings.storage.database import open_database
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.clocks import TickingClock
from tests.storage import processes

ROUNDS = 4


async def test_killed_process_loses_nothing_it_answered_for(tmp_path: Path) -> None:
    """Every id that was told after its commit is there, and the check is clean, round by round."""
    path = tmp_path / "doings.db"
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    await database.create_account("acme", name="Acme", time_zone="UTC")
    await database.close()
    answered: set[str] = set()

    for seed in range(ROUNDS):
        told = told_until_killed(path, random.Random(seed).uniform(0.05, 0.6))
        answered |= told

        book = await processes.opened(path)
        assert told, "the process was killed before it wrote anything"
        assert answered <= await book.read(ids)
        assert await check(book.database, lambda _done, _total: None) == []
        await book.database.close()


async def ids(reader: Reader) -> set[str]:
    """The ids of all activities; a page is cut where it has too many bytes."""
    found: set[str] = set()
    page = await reader.page(Query(limit=1000))
    found |= {activity.id for activity in page.items}
    while page.after is not None:
        page = await reader.page(Query(limit=1000, gap=page.after))
        found |= {activity.id for activity in page.items}
    return found


def told_until_killed(path: Path, seconds: float) -> set[str]:
    """Let a process write, kill it a while after its first answer, and return what it told."""
    spawning = get_context("spawn")
    reading, writing = spawning.Pipe(duplex=False)
    process = spawning.Process(target=processes.write_until_killed, args=(path, writing))
    process.start()
    writing.close()
    told = reading.recv_bytes()
    time.sleep(seconds)
    process.kill()
    process.join()
    with contextlib.suppress(EOFError, OSError):  # the end, perhaps in the middle of a message
        while True:
            told += reading.recv_bytes()
    reading.close()
    return set(told.decode().split())
