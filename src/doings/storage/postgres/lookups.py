"""Look-ups that are shared by those who ask for the same at a time.

Sixty clients with one credential sign in sixty times for what is written in one transaction. Each
time costs as much as everything else that such a write takes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from doings.core.errors import Unavailable
from doings.storage.engine import answer

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SharedLookups(Generic[K, T]):
    """Of each key one look-up is under way at a time.

    A caller that comes meanwhile may know of what was committed since that one began. So it waits
    for the next one, together with all others that come until that begins.
    """

    def __init__(self, look_up: Callable[[K], Awaitable[T]]) -> None:
        self._look_up = look_up
        self._waiting: dict[K, list[asyncio.Future[T]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def find(self, key: K) -> T:
        """What is found under a key, as it is now or later; raises what the look-up raises."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if key in self._waiting:
            self._waiting[key].append(done)
        else:
            self._waiting[key] = [done]
            task = asyncio.create_task(self._drain(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await done

    async def _drain(self, key: K) -> None:
        while waiting := self._waiting[key]:
            self._waiting[key] = []
            await self._find_for(key, waiting)
        del self._waiting[key]

    async def _find_for(self, key: K, waiting: "list[asyncio.Future[T]]") -> None:
        found, failure = None, None
        try:
            found = await self._look_up(key)
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller is told
            failure = error
            if isinstance(error, Unavailable):
                # It is so for all. Who waits for the next one would wait as long again to learn it.
                waiting = [*waiting, *self._waiting[key]]
                self._waiting[key] = []
        for done in waiting:
            answer(done, found, failure)
