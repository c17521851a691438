"""Threads for reads that may take long: shared fairly, each with an end.

All is decided on the event loop's thread, and a reader thread only runs what it is given. An
account never has all readers. Where another account waits that has none, a read that had its time
gives up its reader and begins again later. For a read that is new it is the one that began last, so
short reads pass on one reader while the others get their long reads done. For one that gave up its
reader itself, it is one that had more time than the last time, so long reads take turns.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from doings.core.budget import ACCOUNT_READS, READ_SECONDS, WAITING_READS
from doings.core.errors import Busy, Unavailable
from doings.storage.engine import answer
from doings.storage.sqlite.connection import READER_CACHE, SqliteConnection, opened, read
from doings.storage.turns import Owner, Turns

T = TypeVar("T")

READERS = 3
"""How many reads run at a time; one account has one less."""

TURN_SECONDS = 0.25
"""How long a read keeps its reader while an account waits that has none. Where that waits again, it
is twice as long each time.
"""

LOOK_SECONDS = 0.1
"""How often those that wait look whether a read had its time."""

INTERRUPT_SECONDS = 0.05
"""How soon a read is interrupted again: between two statements nothing notices."""


class _Read:
    """A read that waits or runs."""

    def __init__(self, owner: Owner, work: Callable[[SqliteConnection], Awaitable[Any]]) -> None:
        self.owner = owner
        self.work = work
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.queued_at = time.monotonic()
        self.started_at = 0.0
        self.turn_seconds = TURN_SECONDS
        self.seconds = 0.0
        """How long it ran before it last gave up its reader."""
        self.connection: SqliteConnection | None = None
        self.timer: asyncio.TimerHandle | None = None

    @property
    def is_new(self) -> bool:
        """Whether it never ran."""
        return not self.seconds

    @property
    def is_ending(self) -> bool:
        """Whether it runs and was told to stop."""
        return self.connection is not None and self.connection.stopped is not None

    def set_timer(self, seconds: float, call: Callable[["_Read"], None]) -> None:
        """Have something done with it later, in the place of what was to be done."""
        self.clear_timer()
        self.timer = asyncio.get_running_loop().call_later(seconds, call, self)

    def clear_timer(self) -> None:
        """Have nothing done with it later."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Readers:
    """Reader threads and what waits for them.

    All connections are open from the start, so none needs a file or a descriptor later.
    """

    def __init__(self, path: Path, waits: Callable[[float], None], *, count: int = READERS) -> None:
        self._waits = waits
        self._most_of_one = max(count - 1, 1)
        self._connections = [
            SqliteConnection(opened(path, cache=READER_CACHE)) for _ in range(count)
        ]
        self._idle = list(self._connections)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="sqlite-reader")
        self._waiting: Turns[_Read] = Turns()
        self._running: list[_Read] = []
        self._look: asyncio.TimerHandle | None = None

    async def read(self, owner: Owner, work: Callable[[SqliteConnection], Awaitable[T]]) -> T:
        """Run work on a reader thread; raises Busy as `engine.Engine.read` says."""
        waiting = _Read(owner, work)
        if owner is not None:
            if self._waiting.of(owner) >= ACCOUNT_READS or len(self._waiting) >= WAITING_READS:
                raise _no_room()
            waiting.set_timer(READ_SECONDS, self._refuse)
        self._waiting.put(owner, waiting)
        self._start()
        try:
            return cast("T", await waiting.done)
        except asyncio.CancelledError:
            self._leave(waiting, Unavailable("the caller went away"))
            raise

    async def close(self) -> None:
        """Break off what waits and what runs, then let go of the connections."""
        while waiting := self._waiting.take():
            waiting.clear_timer()
            answer(waiting.done, None, _shutting_down())
        for running in self._running:
            self._leave(running, _shutting_down())
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._threads.shutdown)
        for connection in self._connections:
            connection.raw.close()

    def _start(self) -> None:
        """Give idle readers to those whose turn it is."""
        while self._idle and (waiting := self._next()):
            self._run(waiting, self._idle.pop())
        if self._look is None and len(self._waiting):
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(LOOK_SECONDS, self._look_for_long_reads)

    def _run(self, waiting: _Read, connection: SqliteConnection) -> None:
        waiting.clear_timer()
        waiting.started_at = time.monotonic()
        if waiting.is_new:
            self._waits(waiting.started_at - waiting.queued_at)
        waiting.connection = connection
        connection.stopped = None
        self._running.append(waiting)
        loop = asyncio.get_running_loop()
        ended = loop.run_in_executor(self._threads, read, connection, waiting.work)
        ended.add_done_callback(partial(self._finish, waiting, connection))
        if waiting.owner is not None:
            waiting.set_timer(READ_SECONDS - waiting.seconds, self._end)

    def _next(self) -> _Read | None:
        """What is new goes before what ran already."""

        def may_run(owner: Owner, _: _Read) -> bool:
            return self._count(owner) < self._most_of_one

        def is_new(owner: Owner, waiting: _Read) -> bool:
            return waiting.is_new and may_run(owner, waiting)

        return self._waiting.take(is_new) or self._waiting.take(may_run)

    def _count(self, owner: Owner) -> int:
        return sum(running.owner == owner for running in self._running)

    def _finish(
        self, running: _Read, connection: SqliteConnection, ended: "asyncio.Future[Any]"
    ) -> None:
        """Take the reader back, and answer or queue again."""
        running.clear_timer()
        running.connection = None
        self._running.remove(running)
        self._idle.append(connection)
        error = ended.exception()
        if error is None:
            answer(running.done, ended.result(), None)
        elif isinstance(error, _GiveUpReader) and not running.done.done():
            running.seconds += time.monotonic() - running.started_at
            running.turn_seconds *= 2
            running.set_timer(READ_SECONDS, self._refuse)
            self._waiting.put_back(running.owner, running)
        else:
            answer(running.done, None, cast("Exception", error))
        self._start()

    def _refuse(self, waiting: _Read) -> None:
        """Tell one that waited too long."""
        self._waiting.remove(waiting.owner, waiting)
        answer(waiting.done, None, _no_room())

    def _end(self, running: _Read) -> None:
        """Break off what took too long."""
        msg = f"this takes longer than {READ_SECONDS} seconds; ask for less"
        self._leave(running, Busy("read_time", msg))

    def _leave(self, leaving: _Read, error: Exception) -> None:
        """Take a read out of the queue, or break it off with an error."""
        if leaving.connection is None:
            leaving.clear_timer()
            self._waiting.remove(leaving.owner, leaving)
        else:
            leaving.connection.stopped = error
            self._interrupt(leaving)

    def _interrupt(self, running: _Read) -> None:
        if running.connection is not None:
            running.connection.raw.interrupt()
            running.set_timer(INTERRUPT_SECONDS, self._interrupt)

    def _look_for_long_reads(self) -> None:
        """Where an account waits that has no reader, have one of the others' given up."""
        self._look = None
        self._start()
        heads = [head for owner, head in self._waiting.heads() if not self._count(owner)]
        if not heads or any(running.is_ending for running in self._running):
            return
        if any(head.is_new for head in heads):
            last = max(self._running, key=lambda running: running.started_at)
            self._give_up(last, TURN_SECONDS)
        else:
            first = min(self._running, key=lambda running: running.started_at)
            self._give_up(first, first.turn_seconds)

    def _give_up(self, running: _Read, seconds: float) -> None:
        if time.monotonic() - running.started_at >= seconds:
            self._leave(running, _GiveUpReader())


class _GiveUpReader(Exception):
    """Breaks a read off that shall begin again later."""


def _no_room() -> Busy:
    return Busy("readers", "too many searches and exports are running; try again soon")


def _shutting_down() -> Unavailable:
    return Unavailable("the server is shutting down")
