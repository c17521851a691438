"""What shows that a bound was hit: a count of refusals, a line in the log."""

import time
from collections.abc import Mapping

import structlog

from doings.core.errors import DoingsError
from doings.httpkit.observing.metrics import REFUSALS

log = structlog.get_logger("doings.bounds")

QUIET_SECONDS = 60
"""How long a bound that was told of is not told of again."""

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
