"""The seeded fuzz, as long as the tests can spare; `make fuzz` runs it for as long as one likes."""

import pytest

from tests.fuzz.cases import Thinker
from tests.fuzz.fuzzing import fuzz
from tests.fuzz.world import Case

CASES = 14_000
"""What two cores answer in about ten seconds."""


async def test_whatever_is_sent_is_answered_in_the_surface_s_shape() -> None:
    """No defect: requests made from the route tables, with ids that answers held."""
    run = await fuzz(seed=1, seconds=60, cases=CASES)

    assert [str(fault) for fault in run.faults] == []
    assert run.share_of_successes > 0.25, run.statuses


def test_the_same_seed_thinks_up_the_same_cases() -> None:
    """So that what failed can be tried again."""
    first, second = Thinker(7, "key"), Thinker(7, "key")

    assert [first.case() for _ in range(200)] == [second.case() for _ in range(200)]


@pytest.mark.parametrize("seed", [1, 2])
def test_thinks_up_every_operation(seed: int) -> None:
    """None of the route tables is left out."""
    thinker = Thinker(seed, "key")
    cases: list[Case] = [thinker.case() for _ in range(5_000)]

    asked = {(case.surface, case.method) for case in cases}
    assert {("native", "PATCH"), ("monica", "DELETE"), ("cobot", "POST"), ("mio", "PUT")} <= asked
    assert {case.surface for case in cases} >= {"native", "docs", "invent", "agendize"}
