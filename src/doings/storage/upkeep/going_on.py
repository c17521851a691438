"""Goes on with what a process left undone that was killed: bringing links in line, and erasing."""

import asyncio
from collections.abc import Callable

from doings.core.background import BackgroundTask
from doings.storage.database import Database

SECONDS = 60
"""How many seconds a process waits between two looks."""


class GoingOn(BackgroundTask):
    """A task that looks at start and then once a minute. `report` is called with each error.

    Several processes may do the same work at the same time: they share it.
    """

    def __init__(self, database: Database, report: Callable[[Exception], None]) -> None:
        super().__init__()
        self._database = database
        self._report = report

    async def _run(self) -> None:
        while True:
            for go_on in (self._database.relink_all, self._database.erasures.go_on):
                try:
                    await go_on()
                except Exception as error:  # noqa: BLE001 - the next look may find the store back
                    self._report(error)
            await asyncio.sleep(SECONDS)
