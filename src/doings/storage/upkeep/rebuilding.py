"""Makes the full text of a database that an older version filled, while the database is in use.

The newest is made first. What a stretch of it takes is one transaction, so a process that is killed
leaves a whole number of stretches, and the next one goes on from there.
"""

import asyncio
import time
import uuid
from collections.abc import Callable

from doings.core.account import Account
from doings.core.background import BackgroundTask
from doings.core.clock import SECOND
from doings.core.errors import Unavailable
from doings.storage.database import Database
from doings.storage.engine import Connection
from doings.storage.reading import texts
from doings.storage.transaction import ReadTransaction, Transaction
from doings.storage.writing import search_index

TURN_SECONDS = 60
"""How long a process keeps the others from the same work. It takes its turn again in half of it."""

WAIT_SECONDS = 20
"""How long a process waits that has not the turn, or that met an error."""

PROGRESS_SECONDS = 5
"""How often progress is told."""

Progress = Callable[[Account, int], None]
"""Told of the account and of how many of its seqs are left."""


class Rebuilding(BackgroundTask):
    """A task that ends when nothing is left to do. `report` is called with each error.

    Several processes may each have one. They take turns, and doing it twice changes nothing.
    """

    def __init__(
        self,
        database: Database,
        progress: Progress,
        report: Callable[[Exception], None],
        *,
        seconds: float = WAIT_SECONDS,
    ) -> None:
        super().__init__()
        self._database = database
        self._progress = progress
        self._report = report
        self._seconds = seconds
        self._name = uuid.uuid4().hex
        self._turn_ends_at = 0

    async def _run(self) -> None:
        while True:
            try:
                if await self.rebuild():
                    return
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)
            await asyncio.sleep(self._seconds)

    async def rebuild(self) -> bool:
        """Index all that is left; False where it is another process's turn to.

        An account that is not available is left out, and the error is raised in the end.
        """
        failure: Unavailable | None = None
        for account in await self._database.accounts():
            try:
                if await self._left(account) and not await self._rebuild(account):
                    return False
            except Unavailable as error:
                failure = error
        if failure is not None:
            raise failure
        return True

    async def _rebuild(self, account: Account) -> bool:
        left, told_at = await self._left(account), 0.0
        while left:
            if not await self._has_turn():
                return False
            started_at = time.monotonic()
            if started_at - told_at >= PROGRESS_SECONDS:
                self._progress(account, left)
                told_at = started_at
            left = await self._extend(account)
            # As long as it took, the database is left to others.
            await asyncio.sleep(time.monotonic() - started_at)
        self._progress(account, 0)
        return True

    async def _left(self, account: Account) -> int:
        return await self._database.engine.read(
            lambda connection: texts.unindexed(ReadTransaction(connection, account.id))
        )

    async def _extend(self, account: Account) -> int:
        async def extend(connection: Connection) -> int:
            await connection.take_time()
            clock = self._database.clock
            return await search_index.extend(
                Transaction(connection, account.id, clock=clock, by=None)
            )

        return await self._database.engine.write(extend, account_id=account.id)

    async def _has_turn(self) -> bool:
        now = self._database.clock.now()
        if now + TURN_SECONDS * SECOND // 2 < self._turn_ends_at:
            return True
        self._turn_ends_at = now + TURN_SECONDS * SECOND
        if await self._database.take_turn("search", self._name, TURN_SECONDS):
            return True
        self._turn_ends_at = 0
        return False
