"""What the tests let other processes do to a database, which each opens with the real clock."""

import asyncio
import os
import random
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NoReturn, TypeVar

from doings.core.account import Account
from doings.core.clock import SystemClock
from doings.core.errors import Unavailable
from doings.storage.database import open_database
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from doings.storage.upkeep import rebuilding
from doings.storage.writing import search_index
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book

T = TypeVar("T")

NOBODY = 65_534

Outcome = list[tuple[str, int, str, bool]]
"""(external id, seq, id, whether it was recorded before)."""


async def opened(path: Path) -> Book:
    """The account `acme` in a database."""
    database = await open_database(SqliteEngine(path), SystemClock(), SCHEMA)
    return Book(database, await database.account("acme"))


def run(path: Path, work: Callable[[Book], Awaitable[T]]) -> T:
    """Open, work, close."""

    async def all_of_it() -> T:
        book = await opened(path)
        try:
            return await work(book)
        finally:
            await book.database.close()

    return asyncio.run(all_of_it())


_start: list[Barrier] = []


def line_up(barrier: Barrier) -> None:
    """Let this process begin its work when all others do; for a pool to call."""
    _start.append(barrier)


def record_same(path: Path, names: list[str], worker: int) -> Outcome:
    """Record the same external ids as others do, in an order of one's own, five at a time."""
    names = random.Random(worker).sample(names, len(names))

    async def record(book: Book) -> Outcome:
        outcome = []
        _start[0].wait()
        for start in range(0, len(names), 5):
            batch = names[start : start + 5]
            drafts = [note("1", str(worker), external_id=name) for name in batch]
            recorded = await book.record(*drafts)
            outcome += [
                (name, one.seq, one.id, one.is_repeated)
                for name, one in zip(batch, recorded, strict=True)
            ]
        return outcome

    return run(path, record)


def use_as_stranger(path: Path) -> tuple[int, str]:
    """Count and record as a user who may only read; returns the total and the refusal."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    async def use(book: Book) -> tuple[int, str]:
        total = await book.read(lambda reader: reader.total(None, None))
        try:
            await book.record(note("1"))
        except Unavailable as error:
            return total, str(error)
        return total, ""

    return run(path, use)


def rebuild_until_killed(path: Path, pipe: Connection) -> NoReturn:
    """Make the search again, a few seqs at a time; tell how many are left after each stretch."""
    search_index.SEQS = 4
    rebuilding.PROGRESS_SECONDS = 0

    def progress(_account: Account, count: int) -> None:
        pipe.send(count)
        time.sleep(0.02)

    async def rebuild() -> None:
        book = await opened(path)
        await rebuilding.Rebuilding(book.database, progress, print).rebuild()

    asyncio.run(rebuild())
    sys.exit("nobody killed the process")


def write_until_killed(path: Path, pipe: Connection) -> NoReturn:
    """Record without end, many at a time; tell each id once it is answered, and not before."""

    async def write(book: Book, worker: int) -> None:
        number = 0
        while True:
            number += 1
            contact = f"{worker}-{number % 7}"
            await book.put("appointment", str(worker), contact=contact)
            recorded = await book.record(
                note(contact, at=NOON + number, summary="word"), note(str(worker))
            )
            if number % 3 == 0:
                await book.revise(recorded[1].seq, note("revised", at=NOON - number))
            pipe.send_bytes("".join(f"{one.id}\n" for one in recorded).encode())

    async def write_all() -> None:
        book = await opened(path)
        await asyncio.gather(*[write(book, worker) for worker in range(8)])

    asyncio.run(write_all())
    sys.exit("nobody killed the writer")
