"""One look at an account's last seq for all requests that wait for it.

Each of them looking for itself was rejected: 3,000 that wait read the store 15,000 times a second.
"""

import asyncio
from collections.abc import Awaitable, Callable


class ChangeWatch:
    """Reads the last seq by `look` whenever `rest` returns, for as long as somebody waits.

    `is_over` says that nobody shall wait any more.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[int]],
        rest: Callable[[], Awaitable[None]],
        is_over: Callable[[], bool],
    ) -> None:
        self._look = look
        self._rest = rest
        self._is_over = is_over
        self._waiting: dict[asyncio.Future[None], int] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def is_needed(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    async def passed(self, after: int) -> None:
        """Return when the last seq is past `after`, or nobody shall wait; raises what `look` does.

        What was written before it is called may be seen only after the next `rest`.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = after
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        try:
            await future
        finally:
            del self._waiting[future]
            if not self._waiting and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        try:
            while True:
                last_seq = await self._look()
                for future, after in self._waiting.items():
                    if not future.done() and (last_seq > after or self._is_over()):
                        future.set_result(None)
                await self._rest()
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self._task = None
            for future in self._waiting:
                if not future.done():
                    future.set_exception(error)
