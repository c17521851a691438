"""A run of the fuzz: worlds one after the other, each asked so many times, until time is over."""

import time
from collections.abc import Callable

import msgspec

from tests.fuzz.cases import Thinker
from tests.fuzz.shapes import fault_of
from tests.fuzz.world import Case, world_in

BAD = 400
"""The first status that is no success."""

CASES = 2_000
"""How many cases a world sees: what they record would make its lists ever longer."""


class Fault(msgspec.Struct, frozen=True):
    """An answer that may not be; `seed` and `number` say which case of which world it was of."""

    seed: int
    number: int
    why: str
    case: Case
    curl: str
    defects: list[str]

    def __str__(self) -> str:
        told = "".join(self.defects)
        return f"seed {self.seed}, case {self.number}: {self.why}\n{self.curl}\n{told}"


class Run(msgspec.Struct):
    """What came of a run."""

    cases: int = 0
    statuses: dict[int, int] = {}
    faults: list[Fault] = []

    @property
    def share_of_successes(self) -> float:
        """How many of the requests did what they asked for."""
        refused = sum([self.statuses[status] for status in self.statuses if status >= BAD])
        return 1 - refused / self.cases


async def fuzz(
    seed: int,
    *,
    seconds: float,
    cases: int | None = None,
    tell: Callable[[Fault], None] = lambda _: None,
) -> Run:
    """Ask until the time is over or so many cases are done; each world has the next seed."""
    run, end = Run(), time.monotonic() + seconds
    while time.monotonic() < end and (cases is None or run.cases < cases):
        await _fuzz_world(seed, run, end, tell)
        seed += 1
    return run


async def _fuzz_world(seed: int, run: Run, end: float, tell: Callable[[Fault], None]) -> None:
    async with world_in(failed_sign_ins=1_000_000) as world:
        thinker = Thinker(seed, world.acme.key)
        for number in range(CASES):
            case = thinker.case()
            answer = await world.ask(case)
            run.cases += 1
            run.statuses[answer.status] = run.statuses.get(answer.status, 0) + 1
            why = fault_of(case, answer)
            if why is None:
                thinker.learn(answer)
            else:
                fault = Fault(seed, number, why, case, world.curl(case), world.defects[-1:])
                run.faults.append(fault)
                tell(fault)
            if time.monotonic() > end:
                return
