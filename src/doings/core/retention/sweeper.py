"""Removes what is kept no longer, a little at a time, for as long as the server runs."""

import asyncio
from collections.abc import Callable

from doings.core.background import BackgroundTask
from doings.core.errors import NotFound
from doings.core.store import Store
from doings.core.store.retention import DuePlace

SECONDS = 10
"""How many seconds a process waits between two looks."""

TURN_SECONDS = 60
"""How long a process that found something keeps the others from the same work."""


class RetentionSweeper(BackgroundTask):
    """A task that looks for activities whose time is over.

    `count` is told how many were erased, and `report` of each error; it goes on then. Several
    processes may each have one: they take turns. A sweep looks at a bounded number of activities,
    and the next one goes on there, so that what a hold keeps is not looked at all the time.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        count: Callable[[int], None],
        report: Callable[[Exception], None],
        *,
        seconds: float = SECONDS,
    ) -> None:
        super().__init__()
        self._store = store
        self._name = name
        self._count = count
        self._report = report
        self._seconds = seconds
        self._places: dict[int, DuePlace | None] = {}
        """By account, where the last sweep ended."""

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)

    async def sweep(self) -> int:
        """Erase what is due in each account that has rules; returns how many activities."""
        accounts = await self._store.erasures.accounts_with_retention()
        if not accounts or not await self._store.take_turn("retention", self._name, TURN_SECONDS):
            return 0
        swept = 0
        for account_id in accounts:
            try:
                swept += await self._sweep_account(account_id)
            except NotFound:
                self._places.pop(account_id, None)  # It was deleted meanwhile.
            except Exception as error:  # noqa: BLE001 - one account stops no other
                self._report(error)
        return swept

    async def _sweep_account(self, account_id: int) -> int:
        swept, self._places[account_id] = await self._store.erasures.retain(
            account_id, self._places.get(account_id), self._count
        )
        return swept
