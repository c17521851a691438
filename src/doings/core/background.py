"""A task that runs by itself while the program serves."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress


class BackgroundTask(ABC):
    """Started and stopped with the program; what it does stands in `_run`."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the task; needs a running event loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Cancel the task and wait for its end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @abstractmethod
    async def _run(self) -> None:
        """Work until there is nothing left to do, or until the task is cancelled."""
