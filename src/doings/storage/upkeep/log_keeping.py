"""Keeps the logs of accounts whole behind the changes, while the database is in use.

At first that is the leaves of all that an older version recorded, later the roots of tiles. What a
part takes is one transaction, so a process that is killed leaves whole parts, and the next goes on.
"""

import asyncio
import time
from collections.abc import Callable

from doings.core.account import Account
from doings.core.background import BackgroundTask
from doings.storage.database import Database

SECONDS = 5
"""How many seconds a process waits between two looks at the accounts that it has written in."""

PROGRESS_SECONDS = 5
"""How often progress is told."""

Progress = Callable[[Account, int], None]
"""Told of the account and of how many of its leaves are left."""


class LogKeeping(BackgroundTask):
    """A task that looks at all accounts at start, and then at those that this process writes in.

    `report` is called with each error. Several processes may do the same work: it is done once, as
    each part locks the account and begins where the one before has ended.
    """

    def __init__(
        self, database: Database, progress: Progress, report: Callable[[Exception], None]
    ) -> None:
        super().__init__()
        self._database = database
        self._progress = progress
        self._report = report

    async def _run(self) -> None:
        is_begun = False
        while True:
            try:
                await self.keep(is_all=not is_begun)
                is_begun = True
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)
            await asyncio.sleep(SECONDS)

    async def keep(self, *, is_all: bool) -> None:
        """Settle the logs of all accounts, or of those that this process has written in since.

        An account that is not available is looked at again, and the error is raised in the end.
        """
        written = set(self._database.unsettled)
        self._database.unsettled -= written
        failure: Exception | None = None
        for account in await self._database.accounts() if is_all or written else ():
            if is_all or account.id in written:
                try:
                    await self._settle(account)
                except Exception as error:  # noqa: BLE001 - the other accounts go on
                    self._database.unsettled.add(account.id)
                    failure = error
        if failure is not None:
            raise failure

    async def _settle(self, account: Account) -> None:
        told_at = time.monotonic()
        while True:
            started_at = time.monotonic()
            left = await self._database.settle_log_part(account.id)
            if not left:
                return
            if time.monotonic() - told_at >= PROGRESS_SECONDS:
                told_at = time.monotonic()
                self._progress(account, left)
            # As long as it took, the database is left to others.
            await asyncio.sleep(time.monotonic() - started_at)
