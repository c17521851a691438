"""What shows that a bound was hit: a count of refusals, a line in the log, the loop's stalls."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping

import structlog

from doings.core.background import BackgroundTask
from doings.core.errors import DoingsError
from doings.httpkit.metrics import REFUSALS, STALL

log = structlog.get_logger("doings.bounds")

QUIET_SECONDS = 60
"""How long a bound that was told of is not told of again."""

LOOK_SECONDS = 0.1
"""How often the loop is asked whether it comes in time."""

STALLS = 600
"""How many looks make a minute."""

_told: dict[str, float] = {}


def note_refusal(error: DoingsError, about: Mapping[str, object]) -> None:
    """Count a request that a bound refuses; tell of it once a minute for each bound."""
    if error.bound is None:
        return
    REFUSALS.labels(error.bound).inc()
    now = time.monotonic()
    if now - _told.get(error.bound, -QUIET_SECONDS) >= QUIET_SECONDS:
        _told[error.bound] = now
        log.warning("a bound was hit", bound=error.bound, **about)


class LoopWatch(BackgroundTask):
    """A task that measures how late the event loop comes to it: so long something kept it."""

    async def _run(self) -> None:
        stalls: deque[float] = deque(maxlen=STALLS)
        while True:
            due = time.monotonic() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            stalls.append(max(time.monotonic() - due, 0.0))
            STALL.set(max(stalls))
