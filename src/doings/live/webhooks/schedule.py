"""When a delivery that failed is tried again."""

import random
from email.utils import parsedate_to_datetime

from doings.core.clock import DAY, SECOND

SCHEDULE = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds after each failure: 5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h."""

JITTER = 0.2
"""By how much of itself a step may be longer, so that not all receivers are called at once."""


def next_at(
    schedule: tuple[float, ...], tries: int, *, now: int, retry_after: str | None = None
) -> int | None:
    """The instant of the next attempt after so many; None where there is none.

    `retry_after` is the receiver's header, and takes the place of the step.
    """
    if tries > len(schedule):
        return None
    asked = _asked(retry_after, now)
    if asked is not None:
        return now + asked
    step = schedule[tries - 1]
    return now + int(step * (1 + random.uniform(0, JITTER)) * SECOND)  # noqa: S311 - no secret


def _asked(retry_after: str | None, now: int) -> int | None:
    """How long the receiver asks us to wait, at most a day; None where it says nothing readable."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:12]) * SECOND, DAY)
    try:
        asked = int(parsedate_to_datetime(text).timestamp() * SECOND) - now
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(asked, 0), DAY)
