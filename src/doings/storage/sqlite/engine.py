"""SQLite: what it needs that PostgreSQL does not.

Bounded reads run inline on the thread of the event loop, and go on elsewhere when they turn out to
take long. Writes go through one thread, which puts all that is waiting into one transaction (group
commit). Unbounded reads have threads of their own.
The work handed in is written as coroutines; here they run from start to end without ever waiting.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from doings.core.budget import LOOP_SECONDS
from doings.core.errors import Unavailable
from doings.storage.engine import Row
from doings.storage.notices import CommitNotices, Lookout
from doings.storage.sql.statements import LAST_SEQ
from doings.storage.sqlite.connection import (
    DOMAIN_ERRORS,
    READER_CACHE,
    SqliteConnection,
    TakesLong,
    opened,
    read,
)
from doings.storage.sqlite.file import DatabaseFile
from doings.storage.sqlite.readers import Readers
from doings.storage.sqlite.scrubbing import scrub
from doings.storage.sqlite.writer import Writer

T = TypeVar("T")

GROUP = 256
"""How many writes one commit may make durable."""

PROBE_SECONDS = LOOP_SECONDS / 10
"""How long a read of an account with long ones may keep the event loop."""

LOOK_SECONDS = 0.02
"""How often it is asked, while somebody waits, whether another process committed anything."""

LONG_SECONDS = 5
"""How long an account is taken for one with long reads after it had one."""


class SqliteEngine:
    """`engine.Engine` on one database file, which is made if there is none."""

    def __init__(self, path: Path, *, group: int = GROUP) -> None:
        self.path = path.absolute()
        self.group_sizes: Callable[[int], None] = lambda _: None
        self.waits: Callable[[str, float], None] = lambda _kind, _seconds: None
        self.notices = CommitNotices(self._last_seq)
        raw = opened(self.path, is_new=not self.path.exists())
        self._inline = SqliteConnection(opened(self.path), is_on_loop=True)
        self._inline.watch()
        self._readers = Readers(self.path, lambda seconds: self.waits("reader", seconds))
        self._file = DatabaseFile(self.path, raw.db_filename("main"))
        self.writer = Writer(
            SqliteConnection(raw),
            self._file,
            group=group,
            # Only later it is said who is told.
            group_sizes=lambda size: self.group_sizes(size),  # noqa: PLW0108
            waits=lambda seconds: self.waits("writer", seconds),
            on_commit=self.notices.tell,
        )
        self._scrubbing = asyncio.Lock()
        self._seen_version: int | None = None
        self._lookout = Lookout(self.notices, LOOK_SECONDS, self._has_changed)
        self._long: dict[int, float] = {}
        """By account, until when it is taken for one with long reads."""

    @property
    def queue_depth(self) -> int:
        """How many writes wait for their turn."""
        return self.writer.depth

    def version(self) -> int | None:
        """SQLite's own count of what other connections commit; the inline one never writes."""
        with DOMAIN_ERRORS:
            version: int = self._inline.raw.pragma("data_version")
        return version

    def trace_reads(self, trace: Callable[[Any, str, Any], bool] | None) -> None:
        """Show `trace` every statement of inline reads with its values, for measurements."""
        self._inline.raw.exec_trace = trace

    async def read(
        self,
        work: Callable[[SqliteConnection], Awaitable[T]],
        *,
        bounded: bool = True,
        account_id: int | None = None,
    ) -> T:
        """Run work on one consistent state, on a reader thread when it takes long."""
        if bounded:
            try:
                return self._read_inline(work, account_id)
            except TakesLong:
                pass
        return await self._readers.read(account_id, work)

    def _read_inline(
        self, work: Callable[[SqliteConnection], Awaitable[T]], account_id: int | None
    ) -> T:
        """Run work here and now; raises TakesLong where it keeps the event loop too long.

        The next reads of such an account are given less time. Those that are quick still run here,
        and many that are long cost the event loop little.
        """
        if account_id is None:
            return read(self._inline, work)
        now = time.monotonic()
        seconds = PROBE_SECONDS if self._long and self._is_long(account_id, now) else LOOP_SECONDS
        self._inline.ends_at = now + seconds
        try:
            return read(self._inline, work)
        except TakesLong:
            self._inline.stopped = None
            self._long[account_id] = now + LONG_SECONDS
            raise

    def _is_long(self, account_id: int, now: float) -> bool:
        if self._long.get(account_id, now) > now:
            return True
        self._long.pop(account_id, None)
        return False

    async def look_up(self, sql: str, **values: object) -> Row | None:
        """The first row of one statement that is read by itself."""
        with DOMAIN_ERRORS:
            return await self._inline.fetch_one(sql, **values)

    async def write(
        self,
        work: Callable[[SqliteConnection], Awaitable[T]],
        *,
        account_id: int | None = None,
        also: tuple[int, ...] = (),
        callers: int = 1,
    ) -> T:
        """Run work in a transaction; this returns when it is durable."""
        return await self.writer.write(account_id, work, callers, also)

    async def _last_seq(self, account_id: int) -> int | None:
        row = await self.look_up(LAST_SEQ, account_id=account_id)
        return row[0] if row else None

    def _has_changed(self) -> bool:
        """Whether anybody committed anything since this was asked last."""
        try:
            version = self.version()
        except Unavailable:
            return False
        has_changed = version != self._seen_version
        self._seen_version = version
        return has_changed

    def check(self) -> None:
        """Raise Unavailable where the file was deleted or replaced."""
        self._file.check()

    async def verify(self) -> list[str]:
        """What SQLite finds wrong with the file, its indexes and its full text."""
        return await asyncio.get_running_loop().run_in_executor(None, _faults, self.path)

    async def scrub(self, *, noted_before: int | None = None) -> None:
        """Leave nothing in the files of what was removed."""
        async with self._scrubbing:
            # For many that wait here, the first of them cleans.
            await scrub(self, noted_before)

    async def close(self) -> None:
        """Write what was accepted, then let go of the file."""
        await self._lookout.stop()
        await self.writer.close()
        await self._readers.close()
        self._inline.raw.close()


def _faults(path: Path) -> list[str]:
    """The findings of a connection that is new.

    One that searched before remembers parts of the full text, and takes what was written since for
    damage.
    """
    raw = opened(path, cache=READER_CACHE)
    try:
        with DOMAIN_ERRORS:
            return [line for (line,) in raw.execute("PRAGMA integrity_check") if line != "ok"]
    finally:
        raw.close()
