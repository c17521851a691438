"""How much is sent to a receiver at a time: more while it succeeds, little and slowly while not."""

from doings.core.budget import WEBHOOK_REQUESTS

FIRST_REQUESTS = 4
"""Requests side by side to a receiver that is not known yet."""

PAUSE_SECONDS = 0.02
"""How long a receiver is left alone for each failure in a row after the first."""

LONGEST_PAUSE_SECONDS = 1.0


class Pace:
    """How one receiver is treated, so that one that hangs keeps little of what all share.

    `room` are the requests it may have at a time. Before `paused_until`, by the event loop's clock,
    it is sent nothing.
    """

    def __init__(self) -> None:
        self.room = FIRST_REQUESTS
        self.paused_until = 0.0
        self._failures = 0

    def note(self, *, is_good: bool, now: float) -> None:
        """Note what came of a request; `now` is by the event loop's clock."""
        if is_good:
            self._failures, self.paused_until = 0, 0.0
            self.room = min(self.room + 1, WEBHOOK_REQUESTS)
            return
        self._failures += 1
        self.room = max(self.room // 2, 1)
        pause = min((self._failures - 1) * PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        self.paused_until = now + pause
