"""How late the event loop comes to what is due: whatever keeps it, keeps every request."""

import asyncio
import time
from collections import deque

from doings.core.background import BackgroundTask
from doings.httpkit.observing.metrics import STALL

LOOK_SECONDS = 0.1
"""How often the loop is asked whether it comes in time."""

STALLS = 600
"""How many looks make a minute."""


class LoopWatch(BackgroundTask):
    """A task that measures how late the event loop comes to it: so long something kept it."""

    async def _run(self) -> None:
        stalls: deque[float] = deque(maxlen=STALLS)
        while True:
            due = time.monotonic() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            stalls.append(max(time.monotonic() - due, 0.0))
            STALL.set(max(stalls))
