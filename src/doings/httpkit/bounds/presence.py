"""Giving up what nobody waits for any more: the answer to a caller that has left."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")

LOOK_SECONDS = 0.1
"""How long an answer takes before anybody looks whether its caller is still there.

Most take less, and looking costs a task.
"""


async def while_present(work: Awaitable[T], receive: Receive) -> T:
    """Await work that only reads, and whose request has no body left to read.

    When the caller leaves, the work is cancelled and ClientDisconnect is raised.
    """
    watch = _Watch(receive)
    try:
        return await work
    except asyncio.CancelledError:
        if not watch.has_left:
            raise
        watch.task.uncancel()
        raise ClientDisconnect from None
    finally:
        await watch.end()


class _Watch:
    """Cancels the present task when the caller leaves."""

    def __init__(self, receive: Receive) -> None:
        self.task: asyncio.Task[Any] = _present_task()
        self.has_left = False
        self._receive = receive
        self._listening: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._begin)

    async def end(self) -> None:
        """Look no longer, so that the answer may listen by itself."""
        self._timer.cancel()
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    def _begin(self) -> None:
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.task.cancel()


def _present_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        msg = "a request is answered in a task"
        raise RuntimeError(msg)
    return task
