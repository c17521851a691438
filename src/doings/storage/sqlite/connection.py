"""A connection to a SQLite file: how it is set up, what it is given, and what its errors mean."""

import math
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw

from doings.core.errors import Misconfigured, Unavailable
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.sqlite.search import SEARCH

T = TypeVar("T")

LOCK_SECONDS = 10
"""How long a write waits for another process's."""

LOOK_SECONDS = 0.002
"""How often it looks whether its turn has come. SQLite itself would look ever more seldom, and miss
the moments that an import leaves between its transactions.
"""

STATEMENTS = 100
"""How many prepared statements a connection keeps; the driver looks through all each time."""

CACHE = 65_536
"""Kibibytes of pages that a connection keeps."""

SYNCHRONOUS = "full"
"""What is committed is on the disk before anybody is told."""

READER_CACHE = 8192
"""Likewise of a reader thread's: a walk through everything hardly sees a page twice."""

_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
"""No connection is ever used by two threads at a time, so none needs a lock of its own."""

REMAINS = "remains"
"""The installation's value that says since when what was removed may lie in the files."""

NOTE_REMAINS = "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"

STEPS = 10_000
"""After how many steps of SQLite a watched connection looks at the time: about 0.2 ms."""


class TakesLong(Exception):
    """Work took longer than its connection may be kept."""


class SqliteConnection:
    """`engine.Connection`: its coroutines never wait, so that `finish` can run them.

    What the driver raises becomes ours where a read or a write ends.
    """

    search = SEARCH

    def __init__(self, raw: apsw.Connection, *, is_on_loop: bool = False) -> None:
        self.raw = raw
        self.is_on_loop = is_on_loop
        self.ends_at = math.inf
        """By time.monotonic(): when a watched connection breaks off what it does."""
        self.stopped: Exception | None = None
        """What is raised in the place of the next statement, once work is broken off."""

    def watch(self) -> None:
        """Have statements end at `ends_at`.

        This counts what SQLite itself does, which is all but the full text.
        """
        self.raw.set_progress_handler(self._look_at_time, STEPS)

    def _look_at_time(self) -> bool:
        if time.monotonic() < self.ends_at:
            return False
        self.stopped = TakesLong()
        raise self.stopped

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""
        if self.stopped is not None:
            raise self.stopped
        rows: list[Row] = self.raw.execute(compiled(sql), _bound(values)).fetchall()
        return rows

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""
        if self.stopped is not None:
            raise self.stopped
        row: Row | None = self.raw.execute(compiled(sql), _bound(values)).fetchone()
        return row

    async def fetch_until(self, sql: str, most: int, /, **values: object) -> list[Row]:
        """The first rows, until the sizes in their last column come to more than `most`.

        In a table without row ids SQLite reads a row whole to step over it.
        """
        if self.stopped is not None:
            raise self.stopped
        rows: list[Row] = []
        total = 0
        cursor = self.raw.execute(compiled(sql), _bound(values))
        for row in cursor:
            rows.append(row)
            total += row[-1] or 0
            if total > most:
                cursor.close(True)  # noqa: FBT003 - its one argument: whatever it comes to
                break
        return rows

    async def execute(self, sql: str, **values: object) -> None:
        """Run a statement for its effect."""
        self.raw.execute(compiled(sql), _bound(values))

    async def execute_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement for every row, values in the order of its placeholders."""
        self.raw.executemany(_for_many(sql), rows)

    async def execute_script(self, sql: str) -> None:
        """Run several statements without values, one after the other."""
        self.raw.execute(sql)

    async def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return self.raw.table_exists("main", name)

    async def take_time(self) -> None:
        """Nothing: what writes has no deadline here."""

    async def is_spread(self) -> bool:
        """No: all is in one file."""
        return False

    async def spread_new_tables(self) -> None:
        """Nothing: all tables are in one file."""

    async def note_remains(self) -> None:
        """Note when it was; the first time since the last `scrub` stays."""
        self.raw.execute(NOTE_REMAINS, (REMAINS, str(time.time_ns() // 1000)))

    async def lock_schema(self) -> None:
        """Nothing to do: a write keeps all others out from its beginning."""


_LIST = re.compile(r"= ANY\((:\w+)\)")


@lru_cache(maxsize=512)
def compiled(sql: str) -> str:
    """The statement with the lists it compares with as JSON, which SQLite can bind as one value."""
    return _LIST.sub(r"IN (SELECT value FROM json_each(\1))", sql)


_PLACEHOLDER = re.compile(r":\w+")


@lru_cache(maxsize=256)
def _for_many(sql: str) -> str:
    """The statement as short as can be: the driver looks its text up again for every row."""
    return _PLACEHOLDER.sub("?", " ".join(compiled(sql).split()))


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


DOMAIN_ERRORS = _DomainErrors()

_REASONS: dict[type[Exception], str] = {
    apsw.BusyError: "the database is locked by another program",
    apsw.LockedError: "the database is locked by another program",
    apsw.FullError: "the disk is full",
    apsw.ReadOnlyError: "the database is read-only",
    apsw.IOError: "the database's disk cannot be read or written",
    apsw.CantOpenError: "the database file cannot be opened",
    apsw.CorruptError: "the database file is damaged",
    apsw.NotADBError: "the database file is damaged",
    apsw.PermissionsError: "the database file cannot be opened",
    apsw.ProtocolError: "the database is locked by another program",
    apsw.NoMemError: "there is no memory left",
    apsw.InterruptError: "the server is shutting down",
}


def reason_of(error: apsw.Error) -> str:
    """The driver's error in our words, or in its own."""
    return _REASONS.get(type(error), str(error))


def read(connection: SqliteConnection, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
    """Run work on one consistent state; raises what the connection was stopped with, if it was."""
    raw = connection.raw
    with DOMAIN_ERRORS:
        try:
            raw.execute("BEGIN")
            return _finished(connection, work)
        except apsw.InterruptError:
            if connection.stopped is None:
                raise
            raise connection.stopped from None
        finally:
            connection.ends_at = math.inf
            _roll_back(raw)


def _finished(connection: SqliteConnection, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
    result = finish(work(connection))
    if connection.stopped is not None:
        # Work may have taken it for a failure of its own, and gone on.
        raise connection.stopped
    return result


def _roll_back(raw: apsw.Connection) -> None:
    """End a read: there is nothing to commit, and undoing succeeds on a damaged file too."""
    while raw.in_transaction:
        try:
            raw.execute("ROLLBACK")
        except apsw.InterruptError:
            # One that came late meets this statement.
            continue


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


def _looks_again(looks: int) -> bool:
    """Whether a connection goes on waiting for a lock, after so many looks."""
    time.sleep(LOOK_SECONDS)
    return looks * LOOK_SECONDS < LOCK_SECONDS


def is_foreign(raw: apsw.Connection) -> bool:
    """Whether a database has tables, and none of ours."""
    has_tables = raw.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
    return has_tables and not raw.table_exists("main", "installation")


def opened(
    path: Path, cache: int = CACHE, *, is_new: bool = False, vfs: str | None = None
) -> apsw.Connection:
    """A connection set up as all of ours are, for one thread at a time; raises Misconfigured.

    A database of another program is left as it is. Only `is_new` makes a file: one that is gone is
    never replaced by an empty one. `vfs` names another layer below SQLite than the usual one.
    """
    flags = _FLAGS | apsw.SQLITE_OPEN_CREATE if is_new else _FLAGS
    try:
        raw = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=STATEMENTS)
        # Our figures are fixed, so no value may make SQLite plan a statement again: planning costs
        # more than running.
        raw.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        raw.set_busy_handler(_looks_again)
        if is_foreign(raw):
            raise Misconfigured(
                f"{path} belongs to another program: it has tables, and none of ours"
            )
        raw.pragma("journal_mode", "wal")
        raw.pragma("synchronous", SYNCHRONOUS)
        raw.pragma("cache_size", -cache)
        raw.pragma("temp_store", "memory")
        # What is deleted is overwritten at once, in pages that nobody uses any more, too.
        raw.pragma("secure_delete", "on")
        raw.pragma("wal_autocheckpoint", 16_000)
    except apsw.Error as error:
        msg = f"{path} cannot be opened: {reason_of(error)}"
        raise Misconfigured(msg) from error
    return raw
