"""PostgreSQL: who waits for a commit is woken, whichever process made it.

The bell is a connection of its own, so that no transaction is slowed down: it says that something
was committed, at most every few milliseconds, and hears the same from other processes. Nothing
depends on it: who waits also looks for himself now and then.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

CHANNEL = "doings"

PAUSE = 0.01
"""How many seconds one ring stands for all the commits there are."""

RETRY = 1.0
"""How many seconds pass before a lost connection is made again."""


class CommitNotifier:
    """Rung by every commit; `connect` makes its connection, None confines it to this process."""

    def __init__(self, connect: Callable[[], Awaitable[Any]] | None) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        if connect is not None:
            self._task = asyncio.create_task(self._stay_connected(connect), name="bell")

    def notify(self) -> None:
        """Something was committed here."""
        self._wake()
        self._due.set()

    async def wait(self, seconds: float) -> None:
        """Return when it rings, at the latest after `seconds`."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(waiting)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def _stay_connected(self, connect: Callable[[], Awaitable[Any]]) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._converse(await connect())
            await asyncio.sleep(RETRY)

    async def _converse(self, raw: Any) -> None:  # noqa: ANN401 - asyncpg publishes no types
        """Say and hear what is committed until the connection is lost."""
        own = raw.get_server_pid()

        def hear(_raw: object, pid: int, _channel: str, _payload: object) -> None:
            if pid != own:
                self._wake()

        # Woken for nothing, this notices that the connection is gone.
        raw.add_termination_listener(lambda _raw: self._due.set())
        try:
            await raw.execute("SET synchronous_commit = off")
            await raw.add_listener(CHANNEL, hear)
            while not raw.is_closed():
                await self._due.wait()
                self._due.clear()
                await raw.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(PAUSE)
        finally:
            raw.terminate()
