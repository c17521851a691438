"""Leaving nothing in the files of what was removed.

SQLite overwrites rows as they are deleted (`secure_delete`). Three places are left: the full text,
which only marks its words as deleted until it is merged; pages that an older version let go of; and
the log of what was written. Each is cleaned in short transactions, with others in between.
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

T = TypeVar("T")

SCRUBBING = "scrubbing"
"""The installation's value while this is under way, so that it begins again after a kill."""

OVERWRITTEN = "overwritten"
"""The installation's value once the pages are clean that an older version let go of."""

PAGES = 200
"""How many pages of the full text a transaction merges."""

FILLING = 256
"""How many free pages a transaction overwrites."""

CHECKPOINT_SECONDS = 5
"""How long it is tried to empty the log, which nobody may be reading at that moment."""

BUSY_SECONDS = 0.05
"""How long each try may keep those who write."""

TABLES = ("search_activities", "search_entities")


class Writes(Protocol):
    """As much of an engine as this takes."""

    path: Path

    async def write(self, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
        """Run work in one transaction."""


async def scrub(engine: Writes, noted_before: int | None) -> None:
    """Clean all three places, if something was noted, and before an instant where one is given."""
    if not await engine.write(lambda connection: _begin(connection, noted_before)):
        return
    for table in TABLES:
        await _merge(engine, table)
    await _overwrite_free_pages(engine)
    await asyncio.get_running_loop().run_in_executor(None, _empty_log, engine.path)
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
    await connection.execute(sql.SET_INSTALLATION_VALUE, name=SCRUBBING, value="1")
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


def _empty_log(path: Path) -> None:
    """Write the log into the file and cut it to nothing; what somebody reads is left for later."""
    ends_at = time.monotonic() + CHECKPOINT_SECONDS
    with closing(opened(path, cache=READER_CACHE)) as raw:
        # The larger part is written while others write, too.
        raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        raw.set_busy_timeout(int(BUSY_SECONDS * 1000))
        while time.monotonic() < ends_at:
            try:
                raw.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except apsw.BusyError:
                time.sleep(BUSY_SECONDS)
            else:
                return
