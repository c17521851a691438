"""A figure of the benchmark, and what is printed of it."""

from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """What was measured over its ceiling, with a target for the ratio if one is set.

    Both are in `unit`. `at_most` where a smaller ratio is better.
    """

    name: str
    value: float
    ceiling: float
    unit: str
    target: float | None = None
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """The value over the ceiling."""
        return self.value / self.ceiling

    @property
    def detail(self) -> str:
        """Both numbers behind the ratio."""
        return f"{number_text(self.value)} of {number_text(self.ceiling)} {self.unit}"


def number_text(number: float) -> str:
    """A number as it is shown: whole if it is large, with two decimals if it is small."""
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.2f}"  # noqa: PLR2004


def target_text(target: float | None, *, at_most: bool) -> str:
    """A target with its sign; empty if none is set."""
    return "" if target is None else f"{'≤' if at_most else '≥'} {target:g}"


def verdict(ratio: float, target: float | None, *, at_most: bool) -> str:
    """Whether the target is reached; empty if none is set."""
    if target is None:
        return ""
    return "reached" if (ratio <= target if at_most else ratio >= target) else "missed"


def show(figures: list[Figure]) -> None:
    """Print the figures as a table."""
    table = Table("figure", "ratio", "target", "", "in this run")
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.ratio:.2f}",
            target_text(figure.target, at_most=figure.at_most),
            verdict(figure.ratio, figure.target, at_most=figure.at_most),
            figure.detail,
        )
    Console(width=140).print(table)
