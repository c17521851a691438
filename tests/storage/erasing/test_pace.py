"""How much a transaction of an erasure does."""

import itertools

import pytest

from doings.storage.erasing import pace
from doings.storage.erasing.pace import FEWEST, MOST, SECONDS, Pace


@pytest.mark.parametrize(
    ("each", "count"),
    [(0.0, MOST), (SECONDS / 200, 200), (SECONDS / 140, 140), (SECONDS, FEWEST)],
)
def test_it_does_what_others_can_wait_for(
    monkeypatch: pytest.MonkeyPatch, each: float, count: int
) -> None:
    """By what the transactions before took, within bounds: `each` are seconds of an activity."""
    found = Pace()

    for _ in range(20):
        times = itertools.chain([0.0], itertools.repeat(each * found.count))
        monkeypatch.setattr(pace, "perf_counter", lambda times=times: next(times))
        with found.noted():
            pass

    assert found.count == pytest.approx(count, abs=1)
