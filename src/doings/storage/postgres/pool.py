"""PostgreSQL: a pool of connections that accounts take in turns, each piece of work with its end.

A server that is stuck answers nothing, not even that a statement is cancelled. So nothing here
waits for it without a limit, and a connection that does not settle is dropped, not closed.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg

from doings.core.budget import PAGE_SECONDS
from doings.core.errors import Unavailable
from doings.storage.postgres.errors import is_late
from doings.storage.postgres.places import Places

SETTLE_SECONDS = 1
"""How long a server may take to undo work that broke off, before its connection is dropped."""

CLOSE_SECONDS = 5
"""How long connections may take to finish and say goodbye."""


class Pool:
    """`raw` is the driver's pool. A wait for a place ends after `waits` seconds.

    Work has `seconds` from when it has a place. Where that is None, it has no end but those of its
    statements. `on_wait` is told how long the wait was; `on_silence` that the server may be stuck:
    a connection does not answer, or work without an end takes long.
    """

    def __init__(  # noqa: PLR0913 - each of them differs between the pools
        self,
        raw: Any,  # noqa: ANN401 - asyncpg publishes no types
        places: Places,
        *,
        waits: float,
        seconds: float | None,
        on_wait: Callable[[float], None],
        on_silence: Callable[[], None],
    ) -> None:
        self.places = places
        self._raw = raw
        self._waits = waits
        self._seconds = seconds
        self._on_wait = on_wait
        self._on_silence = on_silence
        self._running: set[asyncio.Timeout] = set()

    @contextlib.asynccontextmanager
    async def connection(
        self, account_id: int | None
    ) -> AsyncIterator[tuple[Any, asyncio.Timeout]]:
        """A connection and the end of its work; raises TimeoutError when that has come.

        Work that breaks off is undone, whatever ended it.
        """
        started = time.monotonic()
        await self.places.enter(account_id, self._waits)
        self._on_wait(time.monotonic() - started)
        was_late = False
        try:
            async with asyncio.timeout(self._seconds) as end:
                with self._watched(end):
                    raw = await self._acquire()
                    try:
                        yield raw, end
                    except BaseException as error:
                        was_late = end.expired() or is_late(error)
                        await self._settle(raw)
                        raise
                    finally:
                        await self._raw.release(raw)
        finally:
            self.places.leave(account_id, was_late=was_late)

    def give_up(self, error: Callable[[], Unavailable]) -> None:
        """The server is stuck: end what runs, and raise the error for who waits."""
        now = asyncio.get_running_loop().time()
        for end in self._running:
            if not end.expired():
                end.reschedule(now)
        self.places.refuse(error)

    async def close(self) -> None:
        """Let what runs end and say goodbye; drop what does not answer."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._raw.close()
        except TimeoutError:
            self._raw.terminate()

    @contextlib.contextmanager
    def _watched(self, end: asyncio.Timeout) -> Iterator[None]:
        """Have work that runs found, and looked after if it has no end."""
        loop = asyncio.get_running_loop()
        watch = None if self._seconds else loop.call_later(PAGE_SECONDS, self._on_silence)
        self._running.add(end)
        try:
            yield
        finally:
            self._running.discard(end)
            if watch is not None:
                watch.cancel()

    async def _acquire(self) -> Any:  # noqa: ANN401
        """A connection, newly made where none is idle: a turn is the right to one of them."""
        try:
            return await self._raw.acquire()
        except TimeoutError:
            self._on_silence()
            raise

    async def _settle(self, raw: Any) -> None:  # noqa: ANN401
        """Undo what a connection has begun, or drop it.

        The driver has asked the server to cancel a statement that was left, and this waits for it.
        """
        # The pool takes a connection away by itself that it finds broken.
        with contextlib.suppress(asyncpg.InterfaceError):
            if raw.is_closed():
                return
            try:
                async with asyncio.timeout(SETTLE_SECONDS):
                    await raw.execute("ROLLBACK")
            except BaseException as error:
                raw.terminate()
                if isinstance(error, TimeoutError):
                    self._on_silence()
                if not isinstance(error, Exception):
                    raise
