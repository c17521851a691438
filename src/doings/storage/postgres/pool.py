"""PostgreSQL: a pool of connections that accounts take in turns, each piece of work with its end.

A server that is stuck answers nothing, not even that a statement is cancelled. So nothing here
waits for it without a limit, and a connection that does not settle is dropped, not closed.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg

from doings.storage.postgres.opening import CONNECT_SECONDS
from doings.storage.postgres.places import Places

SETTLE_SECONDS = 1
"""How long a server may take to undo work that broke off, before its connection is dropped."""

CLOSE_SECONDS = 5
"""How long connections may take to finish and say goodbye."""


class Pool:
    """`raw` is the driver's pool. Work has `seconds` from when its turn has come; None is no end.

    Each wait for a turn ends after `waits` seconds. `on_wait` is told how long it was, `on_silence`
    that a connection does not answer.
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
        try:
            async with asyncio.timeout(self._seconds) as end:
                raw = await self._acquire()
                try:
                    yield raw, end
                except BaseException:
                    await self._settle(raw)
                    raise
                finally:
                    await self._raw.release(raw)
        finally:
            self.places.leave(account_id)

    async def close(self) -> None:
        """Let what runs end and say goodbye; drop what does not answer."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._raw.close()
        except TimeoutError:
            self._raw.terminate()

    async def _acquire(self) -> Any:  # noqa: ANN401
        """A connection, newly made where none is idle: a turn is the right to one of them."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
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
