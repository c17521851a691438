"""Figures and comparisons of the benchmark, and what is printed of them."""

from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """What was measured over its ceiling, with a target for the ratio if one is set.

    Both are in `unit`. `at_most` where a smaller ratio is better. `spread` is the lowest and the
    highest ratio of the turns, where both sides took some.
    """

    name: str
    value: float
    ceiling: float
    unit: str
    target: float | None = None
    at_most: bool = False
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float:
        """The value over the ceiling."""
        return self.value / self.ceiling

    @property
    def detail(self) -> str:
        """Both numbers behind the ratio."""
        return f"{number_text(self.value)} of {number_text(self.ceiling)} {self.unit}"


Spread = Annotated[tuple[float, ...], msgspec.Meta(min_length=1, max_length=3)]
"""The only number; or the lowest and the highest; or these two around the middle one."""


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a comparison: numbers for each column, null where nothing was measured."""

    name: str
    cells: list[Spread | None]


class Comparison(msgspec.Struct, forbid_unknown_fields=True):
    """Several things side by side: states of the program, servers, sizes or loads."""

    title: str
    unit: str
    columns: list[str]
    rows: list[Row]


class Findings(NamedTuple):
    """What a measure found in one run."""

    figures: list[Figure]
    comparisons: list[Comparison] = []  # noqa: RUF012 - a tuple's default; nothing adds to it


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


def show(findings: Sequence[Findings]) -> None:
    """Print everything as one table: a line for each figure, and for each row of a comparison."""
    table = Table("figure", "ratio", "spread", "target", "", "in this run")
    for figure in (figure for one in findings for figure in one.figures):
        table.add_row(
            figure.name,
            f"{figure.ratio:.2f}",
            f"{figure.spread[0]:.2f} to {figure.spread[1]:.2f}" if figure.spread else "",
            target_text(figure.target, at_most=figure.at_most),
            verdict(figure.ratio, figure.target, at_most=figure.at_most),
            figure.detail,
        )
    for comparison in (comparison for one in findings for comparison in one.comparisons):
        table.add_section()
        table.add_row(f"{comparison.title}, in {comparison.unit}")
        for row in comparison.rows:
            table.add_row(f"  {row.name}", "", "", "", "", "\n".join(_cells(comparison, row)))
    Console(width=160).print(table)


def _cells(comparison: Comparison, row: Row) -> Iterator[str]:
    for column, numbers in zip(comparison.columns, row.cells, strict=True):
        if numbers:
            yield f"{column}: {spread_text(numbers)}"


def spread_text(numbers: tuple[float, ...]) -> str:
    """One number; or the lowest and the highest; or the middle one with these two behind it."""
    texts = [f"{number:,g}" if number < 1000 else f"{number:,.0f}" for number in numbers]  # noqa: PLR2004
    if len(texts) == 3:  # noqa: PLR2004
        return f"{texts[1]} ({texts[0]} to {texts[2]})"
    return " to ".join(texts)
