"""Places that accounts take in turns, so that no account keeps the others out."""

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Callable

from doings.core.errors import Unavailable


class Turns:
    """`size` places. What belongs to no account takes its turn as an account would, under None.

    One account has at most all places except one, so an account that comes while another is busy
    finds a place at once. Where none is free, each account that waits is given one after the other,
    however many of its callers wait. `busy` makes the error for who finds no room to wait in, or
    waits too long.
    """

    def __init__(
        self,
        size: int,
        busy: Callable[[], Unavailable],
        *,
        waiting: int = sys.maxsize,
        waiting_of_account: int = sys.maxsize,
    ) -> None:
        self._free = size
        self._share = max(size - 1, 1)
        self._busy = busy
        self._most_waiting = waiting
        self._most_of_account = waiting_of_account
        self._taken: Counter[int | None] = Counter()
        self._waiting: dict[int | None, deque[asyncio.Future[None]]] = {}
        """Who waits, by account. The account whose turn is next stands first."""

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return sum(len(queue) for queue in self._waiting.values())

    async def enter(self, account_id: int | None, seconds: float) -> None:
        """Take a place, or wait for one at most so long; raises what `busy` makes."""
        if self._free and self._taken[account_id] < self._share:
            self._take(account_id)
            return
        queue = self._waiting.get(account_id, ())
        if len(queue) >= self._most_of_account or self.waiting >= self._most_waiting:
            raise self._busy()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(account_id, deque()).append(place)
        try:
            async with asyncio.timeout(seconds):
                await place
        except TimeoutError:
            self._give_up(account_id, place)
            raise self._busy() from None
        except BaseException:
            self._give_up(account_id, place)
            raise

    def leave(self, account_id: int | None) -> None:
        """Give a place back, and to whoever is next."""
        self._free += 1
        self._taken[account_id] -= 1
        if not self._taken[account_id]:
            del self._taken[account_id]
        self._pass_on()

    def refuse(self, error: Callable[[], Unavailable]) -> None:
        """Tell everybody who waits that there will be no place."""
        refused, self._waiting = self._waiting, {}
        for queue in refused.values():
            for place in queue:
                if not place.done():
                    place.set_exception(error())

    def _take(self, account_id: int | None) -> None:
        self._free -= 1
        self._taken[account_id] += 1

    def _pass_on(self) -> None:
        while self._free:
            ready = [one for one in self._waiting if self._taken[one] < self._share]
            if not ready:
                return
            account_id = ready[0]
            queue = self._waiting.pop(account_id)
            place = queue.popleft()
            if queue:
                # To the end of the row: first all others have a turn.
                self._waiting[account_id] = queue
            if not place.done():
                self._take(account_id)
                place.set_result(None)

    def _give_up(self, account_id: int | None, place: "asyncio.Future[None]") -> None:
        """Leave the row; a place that was given at the same moment goes to the next."""
        if place.done() and not place.cancelled():
            if place.exception() is None:
                self.leave(account_id)
            return
        queue = self._waiting.get(account_id)
        if queue is not None and place in queue:
            queue.remove(place)
            if not queue:
                del self._waiting[account_id]
