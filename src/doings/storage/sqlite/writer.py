"""The thread that writes: whatever waits becomes one transaction after the other (group commit)."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, cast

import msgspec

from doings.core.budget import ACCOUNT_WRITES, WAITING_WRITES, WRITE_SECONDS
from doings.core.errors import Busy, Unavailable
from doings.storage.engine import answer
from doings.storage.sqlite.connection import DOMAIN_ERRORS, SqliteConnection, finish
from doings.storage.sqlite.file import DatabaseFile
from doings.storage.turns import Owner, Turns

T = TypeVar("T")

GROUP_SECONDS = WRITE_SECONDS / 4
"""How long a transaction takes in more writes; then those who wait for its commit come first."""


class _Write(msgspec.Struct, frozen=True, eq=False):
    work: Callable[[SqliteConnection], Awaitable[Any]]
    done: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    callers: int
    queued_at: float
    accounts: tuple[int, ...]


_Outcome = tuple[_Write, object, Exception | None]


class Writer:
    """The thread and its queue. Accounts take turns, so none waits for all that another writes."""

    def __init__(  # noqa: PLR0913 - what it works with, and who is told of what
        self,
        connection: SqliteConnection,
        file: DatabaseFile,
        *,
        group: int,
        group_sizes: Callable[[int], None],
        waits: Callable[[float], None],
        on_commit: Callable[[int], None],
    ) -> None:
        self._connection = connection
        self._file = file
        self.group = group
        self._group_sizes = group_sizes
        self._waits = waits
        self._on_commit = on_commit
        self._waiting: Turns[_Write] = Turns()
        self._changed = threading.Condition()
        """Held by the thread that looks at what waits; told when there is more."""
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    @property
    def depth(self) -> int:
        """How many writes wait for their turn."""
        return len(self._waiting)

    async def write(
        self,
        owner: Owner,
        work: Callable[[SqliteConnection], Awaitable[T]],
        callers: int,
        also: tuple[int, ...] = (),
    ) -> T:
        """Run work in a transaction; returns when it is durable, raises Busy and Unavailable.

        `owner` is the account that it writes in, `also` are others.
        """
        loop = asyncio.get_running_loop()
        accounts = also if owner is None else (owner, *also)
        write = _Write(work, loop.create_future(), loop, callers, time.monotonic(), accounts)
        with self._changed:
            if self._is_closed:
                msg = "the server is shutting down"
                raise Unavailable(msg)
            if self._waiting.of(owner) >= ACCOUNT_WRITES or len(self._waiting) >= WAITING_WRITES:
                raise Busy("writer", "too much waits to be written; try again soon")
            self._waiting.put(owner, write)
            self._changed.notify()
        return cast("T", await write.done)

    async def close(self) -> None:
        """Write what was accepted, then end the thread and close its connection."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self._connection.raw.close()

    def _run(self) -> None:
        while (first := self._first()) is not None:
            error = self._begin()
            outcomes = self._commit(first) if error is None else self._refused(first, error)
            self._group_sizes(sum(write.callers for write, _, _ in outcomes))
            self._deliver(outcomes)

    def _first(self) -> _Write | None:
        """Wait for something to write; None at the end."""
        with self._changed:
            while (write := self._waiting.take()) is None and not self._is_closed:
                self._changed.wait()
        return write

    def _next(self) -> _Write | None:
        with self._changed:
            return self._waiting.take()

    def _begin(self) -> Exception | None:
        """Begin a transaction, or say why there can be none."""
        try:
            with DOMAIN_ERRORS:
                self._file.check()
                self._connection.raw.execute("BEGIN IMMEDIATE")
        except Exception as error:  # noqa: BLE001 - whatever it is, every waiting caller is told
            return error
        return None

    def _refused(self, first: _Write, error: Exception) -> list[_Outcome]:
        """Tell all that wait, or each would wait as long again for another program's lock."""
        writes = [first]
        while (write := self._next()) is not None:
            writes.append(write)
        return [(write, None, error) for write in writes]

    def _commit(self, first: _Write) -> list[_Outcome]:
        """Carry out what waits in the transaction that was begun; a write that fails is undone.

        It takes in whatever came while the one before was made durable, which costs about as much
        for one write as for many: under load groups grow by themselves and nobody waits for a
        timer. If SQLite undoes the whole transaction by itself, or the commit fails, nothing was
        kept, and every caller is told.

        A savepoint for each write does the undoing, except for the first one that succeeds: as
        there is nothing else in the transaction yet, the whole of it is undone, and another one
        begun. Behind a savepoint SQLite copies each page before it changes it, and most
        transactions are one write.
        """
        raw = self._connection.raw
        writes: list[_Write] = []
        outcomes: list[_Outcome] = []
        is_empty = True
        try:
            with DOMAIN_ERRORS:
                for write in self._group(first, writes):
                    outcome = self._attempt_alone(write) if is_empty else self._attempt(write)
                    is_empty = is_empty and outcome[2] is not None
                    outcomes.append(outcome)
                raw.execute("COMMIT")
                # What went into a file that was deleted meanwhile does not last.
                self._file.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, every waiting caller is told
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            return [(write, None, error) for write in writes]
        return outcomes

    def _group(self, first: _Write, writes: list[_Write]) -> Iterator[_Write]:
        """What one transaction carries out, `first` and what waits; added to `writes`.

        It takes in no more after `GROUP_SECONDS`, so that nobody waits long for its commit.
        """
        ends_at = time.monotonic() + GROUP_SECONDS
        write: _Write | None = first
        while write is not None:
            self._waits(time.monotonic() - write.queued_at)
            writes.append(write)
            yield write
            is_full = len(writes) >= self.group or time.monotonic() >= ends_at
            write = None if is_full else self._next()

    def _attempt_alone(self, write: _Write) -> _Outcome:
        """Carry out a write in a transaction that holds nothing else."""
        raw = self._connection.raw
        try:
            with DOMAIN_ERRORS:
                return write, finish(write.work(self._connection)), None
        except Exception as error:
            if not raw.in_transaction:
                # SQLite itself undid it (a full disk), and will do so again.
                raise
            raw.execute("ROLLBACK")
            raw.execute("BEGIN IMMEDIATE")
            return write, None, error

    def _attempt(self, write: _Write) -> _Outcome:
        """Carry out a write in a transaction that holds others, which stay if it fails."""
        raw = self._connection.raw
        raw.execute("SAVEPOINT one")
        try:
            with DOMAIN_ERRORS:
                result = finish(write.work(self._connection))
        except Exception as error:
            if not raw.in_transaction:
                # SQLite itself undid the whole transaction (a full disk): nobody's write lasts.
                raise
            raw.execute("ROLLBACK TO one")
            raw.execute("RELEASE one")
            return write, None, error
        raw.execute("RELEASE one")
        return write, result, None

    def _deliver(self, outcomes: list[_Outcome]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
        for outcome in outcomes:
            loops.setdefault(outcome[0].loop, []).append(outcome)
        for loop, of_loop in loops.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._answer, of_loop)

    def _answer(self, outcomes: list[_Outcome]) -> None:
        for write, result, error in outcomes:
            answer(write.done, result, error)
        for account_id in {one for write, _, _ in outcomes for one in write.accounts}:
            self._on_commit(account_id)
