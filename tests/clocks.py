"""A clock that tests can set, and whose instants and ids are the same in every run."""

from doings.core.clock import SECOND

NOON = 1_772_366_400 * SECOND
"""2026-03-01T12:00:00Z."""


class TickingClock:
    """`core.clock.Clock`: every look at it moves it on by `step`."""

    def __init__(self, instant: int = NOON, *, step: int = SECOND) -> None:
        self.instant = instant
        self.step = step
        self._ids = 0

    def now(self) -> int:
        """The present instant, which is never given twice unless the clock is set back."""
        self.instant += self.step
        return self.instant

    def new_id(self) -> str:
        """The next id, in the form of a UUIDv7."""
        self._ids += 1
        return f"01900000-0000-7000-8000-{self._ids:012x}"
