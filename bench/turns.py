"""Sides of a comparison that take turns, so that none has the machine in a better hour."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median

from bench.reporting.report import Figure

Work = Callable[[], Awaitable[float]]
Series = dict[str, list[float]]
"""What each side reached, by turn."""


async def in_turns(sides: Mapping[str, Work], turns: int) -> Series:
    """Let all sides work once in each turn; a turn that warms up goes before and is dropped."""
    rounds = [{name: await work() for name, work in sides.items()} for _ in range(turns + 1)]
    return {name: [one[name] for one in rounds[1:]] for name in sides}


def over(
    name: str,
    values: Sequence[float],
    ceilings: Sequence[float],
    unit: str,
    target: float | None = None,
) -> Figure:
    """The medians of two sides as a figure; its spread is that of the ratios of the turns."""
    ratios = sorted(value / ceiling for value, ceiling in zip(values, ceilings, strict=True))
    figure = Figure(name, median(values), median(ceilings), unit, target)
    return figure._replace(spread=(ratios[0], ratios[-1]) if len(ratios) > 1 else None)


def cell(values: Sequence[float]) -> tuple[float, ...]:
    """The lowest, the middle and the highest number, of four digits; only one if there is one."""
    ordered = sorted(values)
    numbers = (ordered[0], median(ordered), ordered[-1]) if len(ordered) > 1 else ordered
    return tuple(float(f"{number:.4g}") for number in numbers)
