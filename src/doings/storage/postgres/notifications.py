"""PostgreSQL: processes tell each other in which accounts they committed something.

The notifier has a connection of its own, so that no transaction is slowed down. It says which
accounts were written in, at most every few milliseconds, and hears the same from other processes.
While it is not connected, the accounts that somebody waits in are looked at instead.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import asyncpg

from doings.storage.notices import CommitNotices, Lookout

CHANNEL = "doings"

PAUSE = 0.01
"""How many seconds one notice stands for all the commits there are."""

RETRY = 1.0
"""How many seconds pass before a lost connection is made again."""

LOOK_SECONDS = 0.2
"""How often the accounts are looked at while there is no connection."""

PAYLOAD_BYTES = 7000
"""PostgreSQL takes less than 8000 bytes with a notice. One without any says: look at all."""


class CommitNotifier:
    """Told of every commit; `connect` makes its connection, None confines it to this process."""

    def __init__(
        self, connect: Callable[[], Awaitable[Any]] | None, notices: CommitNotices
    ) -> None:
        self._notices = notices
        self._accounts: set[int] = set()
        self._due = asyncio.Event()
        self._may_have_missed = True
        self._is_connected = False
        self._lookout = Lookout(notices, LOOK_SECONDS, self._is_look_due)
        self._task: asyncio.Task[None] | None = None
        if connect is not None:
            self._task = asyncio.create_task(self._stay_connected(connect), name="notifier")

    def notify(self, accounts: Iterable[int]) -> None:
        """Something was committed here, in these accounts."""
        for account_id in accounts:
            self._notices.tell(account_id)
            if self._task is not None:
                self._accounts.add(account_id)
        self._due.set()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._lookout.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _is_look_due(self) -> bool:
        """Whether a commit may have gone unheard since the last look."""
        if self._is_connected and not self._may_have_missed:
            return False
        self._may_have_missed = False
        return True

    def _hear(self, payload: str) -> None:
        """Another process committed in these accounts, or in some where none is named."""
        if not payload:
            self._may_have_missed = True
        for account_id in payload.split():
            self._notices.tell(int(account_id))

    async def _stay_connected(self, connect: Callable[[], Awaitable[Any]]) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._converse(await connect())
            self._is_connected = False
            await asyncio.sleep(RETRY)

    async def _converse(self, raw: Any) -> None:  # noqa: ANN401 - asyncpg publishes no types
        """Say and hear what is committed until the connection is lost."""
        own = raw.get_server_pid()

        def hear(_raw: object, pid: int, _channel: str, payload: str) -> None:
            if pid != own:
                self._hear(payload)

        # Woken for nothing, this notices that the connection is gone.
        raw.add_termination_listener(lambda _raw: self._due.set())
        try:
            await raw.execute("SET synchronous_commit = off")
            await raw.add_listener(CHANNEL, hear)
            # What was committed before it listened is found by looking once.
            self._is_connected = self._may_have_missed = True
            while not raw.is_closed():
                await self._due.wait()
                self._due.clear()
                await raw.execute("SELECT pg_notify($1, $2)", CHANNEL, self._payload())
                await asyncio.sleep(PAUSE)
        finally:
            raw.terminate()

    def _payload(self) -> str:
        """The accounts that were written in since the last notice."""
        named = " ".join(map(str, self._accounts))
        self._accounts.clear()
        return named if len(named) <= PAYLOAD_BYTES else ""
