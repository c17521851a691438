"""SQLite: what it needs that PostgreSQL does not.

Bounded reads run inline on the thread of the event loop. Writes go through one thread, which puts
all that is waiting into one transaction (group commit). Unbounded reads have threads of their own.
The work handed in is written as coroutines; here they run from start to end without ever waiting.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from doings.core.errors import Unavailable
from doings.storage.engine import Row, answer
from doings.storage.sqlite.connection import DOMAIN_ERRORS, READER_CACHE, SqliteConnection, opened

T = TypeVar("T")

GROUP = 256
"""How many writes one commit may make durable."""


READERS = 2


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
        self.waits: Callable[[str, float], None] = lambda _kind, _seconds: None
        self._writer = SqliteConnection(opened(path))
        self._inline = SqliteConnection(opened(path), is_on_loop=True)
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
        self,
        work: Callable[[SqliteConnection], Awaitable[T]],
        *,
        bounded: bool = True,
        account_id: int | None = None,  # noqa: ARG002 - all accounts share the readers
    ) -> T:
        """Run work on one consistent state, in a thread of its own when it is unbounded."""
        if bounded:
            return _read(self._inline, work)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: _read(self._own(), work))

    async def look_up(self, sql: str, **values: object) -> Row | None:
        """The first row of one statement that is read by itself."""
        with DOMAIN_ERRORS:
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
        """The writer thread: each commit takes whatever came while the one before was written.

        A durable commit costs about as much for one write as for many, so under load groups grow
        by themselves and nobody waits for a timer.
        """
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
        """One transaction for all; a write that fails is undone alone.

        A savepoint for each write does that. If SQLite undoes the whole transaction by itself, or
        the commit fails, nothing was kept, and every caller is told.
        """
        raw = self._writer.raw
        try:
            with DOMAIN_ERRORS:
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
            with DOMAIN_ERRORS:
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
            answer(write.done, result, error)
        for waiting in list(self._committed):
            if not waiting.done():
                waiting.set_result(None)


def _read(connection: SqliteConnection, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
    raw = connection.raw
    with DOMAIN_ERRORS:
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
        with DOMAIN_ERRORS:
            return [line for (line,) in raw.execute("PRAGMA integrity_check") if line != "ok"]
    finally:
        raw.close()
