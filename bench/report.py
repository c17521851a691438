"""What the benchmark prints."""

from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """A ratio with its target, if one is set; `at_most` where a smaller one is better."""

    name: str
    ratio: float
    target: float | None
    detail: str
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """Whether the target is reached."""
        if self.target is None:
            return ""
        is_reached = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return "reached" if is_reached else "missed"


def show(figures: list[Figure]) -> None:
    """Print the figures as a table."""
    table = Table("figure", "ratio", "target", "", "in this run")
    for figure in figures:
        sign = "≤" if figure.at_most else "≥"
        target = f"{sign} {figure.target:g}" if figure.target is not None else ""
        table.add_row(figure.name, f"{figure.ratio:.2f}", target, figure.verdict, figure.detail)
    Console(width=140).print(table)
