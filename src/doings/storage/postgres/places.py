"""Places that accounts take in turns, so that no account keeps the others out."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from doings.core.errors import Unavailable
from doings.storage.turns import Owner, Turns


class _Waiting(NamedTuple):
    owner: Owner
    place: "asyncio.Future[None]"


class Places:
    """`size` places. One account has at most all of them but one, so another finds one at once.

    Accounts whose work was late the last time have at most half of them together: several that ask
    for too much, or whose machine is stuck, leave room for others. Where no place is free, those
    who wait are served in turns of their accounts. `busy` makes the error for who finds no room to
    wait in, or waits too long.
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
        self._share_of_late = max(size // 2, 1)
        self._busy = busy
        self._most_waiting = waiting
        self._most_of_account = waiting_of_account
        self._taken: Counter[Owner] = Counter()
        self._late: set[Owner] = set()
        self._waiting: Turns[_Waiting] = Turns()

    async def enter(self, owner: Owner, seconds: float) -> None:
        """Take a place, or wait for one at most so long; raises what `busy` makes."""
        if self._free and self._may_take(owner):
            self._take(owner)
            return
        if len(self._waiting) >= self._most_waiting or (
            self._waiting.of(owner) >= self._most_of_account
        ):
            raise self._busy()
        waiting = _Waiting(owner, asyncio.get_running_loop().create_future())
        self._waiting.put(owner, waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting.place
        except BaseException as error:
            self._give_up(waiting)
            if isinstance(error, TimeoutError):
                raise self._busy() from None
            raise

    def leave(self, owner: Owner, *, was_late: bool = False) -> None:
        """Give a place back, to the one that is next, and say whether the work had to be ended."""
        if not was_late:
            self._late.discard(owner)
        elif owner is not None:
            self._late.add(owner)
        self._free += 1
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
        self._pass_on()

    def refuse(self, error: Callable[[], Unavailable]) -> None:
        """Tell everybody who waits that there will be no place."""
        while (waiting := self._waiting.take()) is not None:
            if not waiting.place.done():
                waiting.place.set_exception(error())

    def _may_take(self, owner: Owner) -> bool:
        if owner in self._late:
            return sum(self._taken[one] for one in self._late) < self._share_of_late
        return self._taken[owner] < self._share

    def _may_have(self, owner: Owner, _waiting: _Waiting) -> bool:
        return self._may_take(owner)

    def _take(self, owner: Owner) -> None:
        self._free -= 1
        self._taken[owner] += 1

    def _pass_on(self) -> None:
        while self._free and (waiting := self._waiting.take(self._may_have)) is not None:
            if not waiting.place.done():
                self._take(waiting.owner)
                waiting.place.set_result(None)

    def _give_up(self, waiting: "_Waiting") -> None:
        """Leave the queue; a place that was given at the same moment goes to the next."""
        if not waiting.place.done() or waiting.place.cancelled():
            self._waiting.remove(waiting.owner, waiting)
        elif waiting.place.exception() is None:
            self.leave(waiting.owner)
