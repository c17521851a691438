"""How much one transaction of an erasure does: as much as others who write can wait for."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

SECONDS = 0.03
"""How long a transaction is to take; who writes meanwhile may wait for one that is under way."""

FEWEST, MOST = 100, 300
"""Activities of a transaction, however fast or slow the machine is."""


class Pace:
    """How many activities a transaction takes, by how long those before took."""

    def __init__(self) -> None:
        self.count = FEWEST

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Around a transaction, whose seconds decide about the next one."""
        started = perf_counter()
        yield
        wanted = self.count * SECONDS / max(perf_counter() - started, 1e-6)
        # It grows step by step: one that did little says nothing of the next.
        self.count = max(FEWEST, min(MOST, int(wanted), 2 * self.count))
