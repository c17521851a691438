"""SQLite: what it needs that PostgreSQL does not.

Bounded reads run inline on the thread of the event loop. Writes go through one thread, which puts
all that is waiting into one transaction (group commit). Unbounded reads have threads of their own.
The work handed in is written as coroutines; here they run from start to end without ever waiting.
"""

import asyncio
import queue
import re
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw
import msgspec

from doings.core.errors import Misconfigured, Unavailable
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.sqlite.search import SEARCH, SEARCH_TABLES

T = TypeVar("T")

GROUP = 256
"""How many writes one commit may make durable."""

LOCK_SECONDS = 10
"""How long a write waits for another process's."""

STATEMENTS = 100
"""How many prepared statements a connection keeps; the driver looks through all each time."""

READERS = 2

CACHE = 65_536
"""Kibibytes of pages that a connection keeps."""

READER_CACHE = 8192
"""Likewise of a reader thread's: who walks through everything hardly sees a page twice."""

_TYPICAL = (
    ("links", "sqlite_autoindex_links_1", "40000000 1000000 1000 2 1"),
    ("links", "links_by_kind", "40000000 1000000 1000 300 2 1"),
    ("activities", "sqlite_autoindex_activities_1", "10000000 250000 1"),
    ("activities", "activities_id", "10000000 250000 1"),
    ("activities", "activities_external", "10000000 250000 50000 1"),
    ("activities", "activities_with_contact", "9000000 250000 1"),
    ("activities", "activities_with_contact_by_update", "9000000 250000 2 1"),
    ("entities", "sqlite_autoindex_entities_1", "1000000 20000 1"),
    ("entities", "entities_key", "1000000 20000 15000 1"),
    ("entities", "entities_by_type", "1000000 20000 15000 1"),
    ("entities", "entities_by_update", "1000000 20000 15000 2 1"),
    ("tallies", "sqlite_autoindex_tallies_1", "20000000 500000 500 3 1"),
    ("changes", "sqlite_autoindex_changes_1", "11000000 250000 1"),
    ("changes", "changes_of_activity", "1000000 25000 2 1"),
    ("deadlines", "sqlite_autoindex_deadlines_1", "100000 2500 1"),
    ("deadlines", "deadlines_by_time", "100000 2 1 1"),
)
"""How many rows a key has in a large installation, so that SQLite plans for one from the first day
(https://sqlite.org/fileformat2.html#the_sqlite_stat1_table): with no figures it takes the rows of
an account for few and reads them all.
"""

SCHEMA = {
    "text": "TEXT",
    "without_rowid": " WITHOUT ROWID",
    "engine": SEARCH_TABLES
    + """
    ANALYZE;
    DELETE FROM sqlite_stat1;
    """
    + "\n".join(f"INSERT INTO sqlite_stat1 VALUES {figures};" for figures in _TYPICAL),
}


_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
"""No connection is ever used by two threads at a time, so none needs a lock of its own."""


class SqliteConnection:
    """`engine.Connection`: its coroutines never wait, so that `finish` can run them.

    What the driver raises becomes ours where a read or a write ends.
    """

    search = SEARCH

    def __init__(self, raw: apsw.Connection) -> None:
        self.raw = raw

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""
        rows: list[Row] = self.raw.execute(_compiled(sql), _bound(values)).fetchall()
        return rows

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""
        row: Row | None = self.raw.execute(_compiled(sql), _bound(values)).fetchone()
        return row

    async def execute(self, sql: str, **values: object) -> None:
        """Run a statement for its effect."""
        self.raw.execute(_compiled(sql), _bound(values))

    async def execute_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for every row, values in the order of its placeholders."""
        self.raw.executemany(_for_many(sql), rows)

    async def execute_script(self, sql: str) -> None:
        """Run several statements without values, one after the other."""
        self.raw.execute(sql)

    async def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return self.raw.table_exists("main", name)

    async def lock_schema(self) -> None:
        """Nothing to do: a write keeps all others out from its beginning."""


_LIST = re.compile(r"= ANY\((:\w+)\)")


@lru_cache(maxsize=4096)
def _compiled(sql: str) -> str:
    return _LIST.sub(r"IN (SELECT value FROM json_each(\1))", sql)


_PLACEHOLDER = re.compile(r":\w+")


@lru_cache(maxsize=256)
def _for_many(sql: str) -> str:
    """The statement as short as can be: the driver looks its text up again for every row."""
    return _PLACEHOLDER.sub("?", " ".join(_compiled(sql).split()))


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = json_text(value)
    return values


class _DomainErrors:
    """Turns the driver's errors into ours; a class because a generator would cost as much again."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise Unavailable in the place of what SQLite cannot do now."""
        if isinstance(error, apsw.Error):
            for cause, reason in _REASONS.items():
                if isinstance(error, cause):
                    raise Unavailable(reason) from error


_DOMAIN_ERRORS = _DomainErrors()

_REASONS: dict[type[Exception], str] = {
    apsw.BusyError: "the database is locked by another program",
    apsw.LockedError: "the database is locked by another program",
    apsw.FullError: "the disk is full",
    apsw.ReadOnlyError: "the database is read-only",
    apsw.IOError: "the database's disk cannot be read or written",
    apsw.CantOpenError: "the database file cannot be opened",
    apsw.CorruptError: "the database file is damaged",
    apsw.InterruptError: "the server is shutting down",
}


def finish(work: Awaitable[T]) -> T:
    """Run a coroutine that never waits to its end."""
    running = cast("Coroutine[Any, Any, T]", work)
    try:
        running.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    running.close()
    msg = "work within a transaction may await nothing but its connection"
    raise RuntimeError(msg)


class _Write(msgspec.Struct, frozen=True):
    work: Callable[[SqliteConnection], Awaitable[Any]]
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    callers: int


class SqliteEngine:
    """`engine.Engine` on one database file."""

    def __init__(self, path: Path, *, group: int = GROUP) -> None:
        self.path = path
        self.group = group
        self.group_sizes: Callable[[int], None] = lambda _: None
        self._writer = SqliteConnection(opened(path))
        self._inline = SqliteConnection(opened(path))
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._committed: set[asyncio.Future[None]] = set()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()
        self._is_closed = False

    @property
    def queue_depth(self) -> int:
        """How many writes wait for their turn."""
        return self._queue.qsize()

    def trace_reads(self, trace: Callable[[Any, str, Any], bool] | None) -> None:
        """Show `trace` every statement of inline reads with its values, for measurements."""
        self._inline.raw.exec_trace = trace

    async def read(
        self, work: Callable[[SqliteConnection], Awaitable[T]], *, bounded: bool = True
    ) -> T:
        """Run work on one consistent state, in a thread of its own when it is unbounded."""
        if bounded:
            return _read(self._inline, work)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: _read(self._own(), work))

    async def look_up(self, sql: str, **values: object) -> Row | None:
        """The first row of one statement that is read by itself."""
        with _DOMAIN_ERRORS:
            return await self._inline.fetch_one(sql, **values)

    def _own(self) -> SqliteConnection:
        """The reader thread's own connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = SqliteConnection(opened(self.path, cache=READER_CACHE))
        return cast("SqliteConnection", self._local.connection)

    async def write(
        self,
        work: Callable[[SqliteConnection], Awaitable[T]],
        *,
        account_id: int | None = None,  # noqa: ARG002 - one writer serves all accounts here
        also: tuple[int, ...] = (),  # noqa: ARG002 - likewise
        callers: int = 1,
    ) -> T:
        """Run work in a transaction; this returns when it is durable."""
        if self._is_closed:
            msg = "the server is shutting down"
            raise Unavailable(msg)
        loop = asyncio.get_running_loop()
        write = _Write(work, loop.create_future(), loop, callers)
        self._queue.put(write)
        return cast("T", await write.done)

    async def next_commit(self, seconds: float) -> None:
        """Return soon after a commit of this process; those of others are seen by looking."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._committed.add(waiting)
        try:
            await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            pass
        finally:
            self._committed.discard(waiting)

    async def verify(self) -> list[str]:
        """What SQLite finds wrong with the file, its indexes and its full text."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, _faults, self.path)

    async def close(self) -> None:
        """Write what was accepted, then let go of the file."""
        self._is_closed = True
        self._queue.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._readers.shutdown()
        self._inline.raw.close()
        self._writer.raw.close()

    def _run(self) -> None:
        while (write := self._queue.get()) is not None:
            writes = [write]
            while len(writes) < self.group and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    self._queue.put(None)
                    break
                writes.append(following)
            self.group_sizes(sum(write.callers for write in writes))
            self._deliver(self._commit(writes))

    def _commit(self, writes: list[_Write]) -> list[tuple[_Write, object, Exception | None]]:
        """One transaction for all; a write that fails is undone alone."""
        raw = self._writer.raw
        try:
            with _DOMAIN_ERRORS:
                raw.execute("BEGIN IMMEDIATE")
                outcomes = [self._attempt(write) for write in writes]
                raw.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, every waiting caller is told
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            return [(write, None, error) for write in writes]
        return outcomes

    def _attempt(self, write: _Write) -> tuple[_Write, object, Exception | None]:
        raw = self._writer.raw
        raw.execute("SAVEPOINT one")
        try:
            with _DOMAIN_ERRORS:
                result = finish(write.work(self._writer))
        except Exception as error:
            if not raw.in_transaction:
                # SQLite itself undid the whole transaction (a full disk): nobody's write lasts.
                raise
            raw.execute("ROLLBACK TO one")
            raw.execute("RELEASE one")
            return write, None, error
        raw.execute("RELEASE one")
        return write, result, None

    def _deliver(self, outcomes: list[tuple[_Write, object, Exception | None]]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[tuple[_Write, object, Exception | None]]] = {}
        for outcome in outcomes:
            loops.setdefault(outcome[0].loop, []).append(outcome)
        for loop, of_loop in loops.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._answer, of_loop)

    def _answer(self, outcomes: list[tuple[_Write, object, Exception | None]]) -> None:
        for write, result, error in outcomes:
            if write.done.done():
                continue
            if error is None:
                write.done.set_result(result)
            else:
                write.done.set_exception(error)
        for waiting in list(self._committed):
            if not waiting.done():
                waiting.set_result(None)


def _read(connection: SqliteConnection, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
    raw = connection.raw
    with _DOMAIN_ERRORS:
        raw.execute("BEGIN")
        try:
            return finish(work(connection))
        finally:
            if raw.in_transaction:
                # There is nothing to commit, and undoing succeeds on a damaged file too.
                raw.execute("ROLLBACK")


def _faults(path: Path) -> list[str]:
    """The findings of a connection that is new.

    One that searched before remembers parts of the full text, and takes what was written since for
    damage.
    """
    raw = opened(path, cache=READER_CACHE)
    try:
        with _DOMAIN_ERRORS:
            return [line for (line,) in raw.execute("PRAGMA integrity_check") if line != "ok"]
    finally:
        raw.close()


def opened(path: Path, cache: int = CACHE) -> apsw.Connection:
    """A connection set up as all of ours are, for one thread at a time; raises Misconfigured."""
    try:
        raw = apsw.Connection(str(path), flags=_FLAGS, statementcachesize=STATEMENTS)
        # Our figures are fixed, so no value may make SQLite plan a statement anew, which costs more
        # than running it.
        raw.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        raw.set_busy_timeout(LOCK_SECONDS * 1000)
        raw.pragma("journal_mode", "wal")
        raw.pragma("synchronous", "full")
        raw.pragma("cache_size", -cache)
        raw.pragma("temp_store", "memory")
        raw.pragma("wal_autocheckpoint", 16_000)
    except apsw.Error as error:
        reason = _REASONS.get(type(error), str(error))
        msg = f"{path} cannot be opened: {reason}"
        raise Misconfigured(msg) from error
    return raw
