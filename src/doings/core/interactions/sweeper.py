"""Records what time alone has changed, once and on both sides, so that changes show it."""

import asyncio
from collections.abc import Callable

from doings.core.account import Account
from doings.core.activity import Activity
from doings.core.background import BackgroundTask
from doings.core.clock import Clock
from doings.core.errors import NotFound
from doings.core.interactions.recording import other_accounts, record_time
from doings.core.store import Reader, Store

SECONDS = 5
"""How many seconds a process waits between two looks."""

TURN_SECONDS = 60
"""How long a process that found something keeps the others from the same work."""

DEADLINES = 100
"""How many due interactions are taken from the store at a time."""


class Sweeper(BackgroundTask):
    """A task that looks for due interactions. `report` is called with each error; it goes on then.

    Several processes may each have one. They take turns, and recording twice changes nothing.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        report: Callable[[Exception], None],
        *,
        seconds: float = SECONDS,
    ) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._name = clock.new_id()
        self._report = report
        self._seconds = seconds

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)

    async def sweep(self) -> int:
        """Record all that is due; returns how many interactions were recorded.

        It ends when the store gives the same list twice: what could not be recorded stays due.
        """
        swept = 0
        before: list[tuple[int, int]] = []
        while (due := await self._store.due(DEADLINES)) and due != before:
            if not await self._store.take_turn("sweeper", self._name, TURN_SECONDS):
                break
            swept += sum([await self._record(account_id, seq) for account_id, seq in due])
            before = due
        return swept

    async def _record(self, account_id: int, seq: int) -> bool:
        try:
            await self._record_on_both_sides(account_id, seq)
        except NotFound:
            return False  # It was deleted meanwhile, and its deadline with it.
        except Exception as error:  # noqa: BLE001 - one that cannot be recorded stops no other
            self._report(error)
            return False
        return True

    async def _record_on_both_sides(self, account_id: int, seq: int) -> None:
        async def look(reader: Reader) -> tuple[Account, Activity]:
            return await reader.account(), await reader.activity(seq)

        account, activity = await self._store.read(account_id, look)
        also = await other_accounts(self._store, account, activity)
        now = self._clock.now()
        await self._store.write(account_id, lambda writer: record_time(writer, seq, now), also=also)
