"""Leaving nothing in the files of what was removed.

SQLite overwrites rows as they are deleted (`secure_delete`). Four places are left: the full text,
which only marks its words as deleted until it is merged; pages that an older version let go of; the
gaps in pages, where rows lie that were moved; and the log of what was written. Each is cleaned in
short transactions, with others in between.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeVar

import apsw

from doings.core.budget import BREATH_SECONDS
from doings.storage.sql import account_statements as sql
from doings.storage.sqlite.connection import READER_CACHE, REMAINS, SqliteConnection, opened
from doings.storage.sqlite.gaps import MOST_PAGES, CleaningVfs

T = TypeVar("T")

SCRUBBING = "scrubbing"
"""The installation's value until all is clean, so that it begins again after a kill.

It says when the last try began, in nanoseconds.
"""

OVERWRITTEN = "overwritten"
"""The installation's value once the pages are clean that an older version let go of."""

PAGES = 200
"""How many pages of the full text a transaction merges."""

FILLING = 256
"""How many free pages a transaction overwrites."""

CHECKPOINT_SECONDS = 5
"""How long it is tried to empty the log, which nobody may be reading at that moment.

It is tried again a minute later.
"""

BUSY_SECONDS = 0.05
"""How long each try may keep those who write."""

LOOK_SECONDS = 0.001
"""How long a try waits before it looks again whether a lock is free."""

TABLES = ("search_activities", "search_entities")


class Writes(Protocol):
    """As much of an engine as this takes."""

    path: Path

    async def write(self, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
        """Run work in one transaction."""


async def scrub(engine: Writes, noted_before: int | None) -> None:
    """Clean all four places, if something was noted, and before an instant where one is given."""
    if not await engine.write(lambda connection: _begin(connection, noted_before)):
        return
    for table in TABLES:
        await _merge(engine, table)
    await _overwrite_free_pages(engine)
    if await _clean_gaps_and_log(engine):
        await engine.write(
            lambda connection: connection.execute(sql.DROP_INSTALLATION_VALUE, name=SCRUBBING)
        )


async def _begin(connection: SqliteConnection, noted_before: int | None) -> bool:
    """Whether there is something to do. What is removed from now on is noted by itself."""
    noted = await connection.fetch_one(sql.INSTALLATION_VALUE, name=REMAINS)
    broken_off = await connection.fetch_one(sql.INSTALLATION_VALUE, name=SCRUBBING)
    is_late = noted is not None and (noted_before is None or int(noted[0]) <= noted_before)
    if not is_late and broken_off is None:
        return False
    await _note_try(connection)
    if is_late:
        await connection.execute(sql.DROP_INSTALLATION_VALUE, name=REMAINS)
    return True


async def _merge(engine: Writes, table: str) -> None:
    """Make one segment of the full text, step by step, without the words that were deleted."""
    # The first step, with a negative number, has all segments merged, whatever their sizes.
    pages = -PAGES
    while await engine.write(lambda connection, pages=pages: _merge_step(connection, table, pages)):  # type: ignore[misc]
        pages = PAGES
        await asyncio.sleep(BREATH_SECONDS)


async def _merge_step(connection: SqliteConnection, table: str, pages: int) -> bool:
    """Whether there was something to merge: then SQLite changed more than its note of the call."""
    before = connection.raw.total_changes()
    connection.raw.execute(
        f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)",
        (pages,),
    )
    changes: int = connection.raw.total_changes() - before
    return changes > 1


async def _overwrite_free_pages(engine: Writes) -> None:
    """Fill the pages that nobody uses with zeros, once: from then on they are left like that."""
    filled = 0
    while await engine.write(lambda connection, part=filled: _fill(connection, part)):  # type: ignore[misc]
        filled += 1
        await asyncio.sleep(BREATH_SECONDS)
    while filled:
        filled -= 1
        await engine.write(
            lambda connection, part=filled: connection.execute(  # type: ignore[misc]
                sql.DROP_INSTALLATION_VALUE, name=_filling(part)
            )
        )
        await asyncio.sleep(BREATH_SECONDS)


def _filling(part: int) -> str:
    return f"filling.{part}"


async def _fill(connection: SqliteConnection, part: int) -> bool:
    if await connection.fetch_one(sql.INSTALLATION_VALUE, name=OVERWRITTEN):
        return False
    raw = connection.raw
    free = raw.pragma("freelist_count")
    if free < FILLING // 2:
        await connection.execute(sql.SET_INSTALLATION_VALUE, name=OVERWRITTEN, value="1")
    size = min(free, FILLING) * (raw.pragma("page_size") - 4)
    await connection.execute(
        sql.SET_INSTALLATION_VALUE, name=_filling(part), value="0" * max(size, 1)
    )
    return True


async def _clean_gaps_and_log(engine: Writes) -> bool:
    """Clean the gaps in all pages and cut the log; False where others kept it from that."""
    ends_at = time.monotonic() + CHECKPOINT_SECONDS
    while True:
        # So there is something that a checkpoint writes.
        await engine.write(_note_try)
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(None, _checkpoint, engine.path):
            return True
        if time.monotonic() > ends_at:
            return False
        await asyncio.sleep(BUSY_SECONDS)


async def _note_try(connection: SqliteConnection) -> None:
    now = str(time.time_ns())
    await connection.execute(sql.SET_INSTALLATION_VALUE, name=SCRUBBING, value=now)


def _checkpoint(path: Path) -> bool:
    """Write the log into the file, clean all pages there, and cut the log; whether all of it is so.

    Two things could bring back what a gap held. Others may write the log into the file, which do
    not clean: so a reader holds on to what it is now, and no checkpoint gets past that until the
    last one here has begun. And connections remember pages with what was in their gaps: as the last
    checkpoint cuts the log, which it does while nobody reads or writes, they forget all.
    """
    vfs = CleaningVfs()
    with (
        closing(opened(path, cache=READER_CACHE)) as reader,
        closing(opened(path, cache=READER_CACHE, vfs=vfs.name)) as raw,
    ):
        if raw.pragma("auto_vacuum") or raw.pragma("page_count") > MOST_PAGES:
            vfs.files[0].is_plain = False
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM installation").fetchall()

        def looks_again(looks: int) -> bool:
            if reader.in_transaction:
                reader.execute("ROLLBACK")
            time.sleep(LOOK_SECONDS)
            return looks * LOOK_SECONDS < BUSY_SECONDS

        raw.set_busy_handler(looks_again)
        try:
            # The larger part is written while others write, too.
            raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            if not vfs.files[0].is_swept:
                return False
            raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            return False
    return True
