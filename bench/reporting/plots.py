"""Draws comparisons as SVG: bars side by side, and lines over a load."""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

from bench.reporting.report import Comparison, spread_text
from bench.reporting.results import Session


class Plot(NamedTuple):
    """What is drawn: the newest comparison of a measure whose title begins so."""

    measure: str
    title: str
    drawn_as: Literal["bars", "lines"]


PLOTS = {
    "pages": Plot("pages", "A page of 35 on SQLite, by surface", "bars"),
    "peers": Plot("peers", "Page of 35", "bars"),
    "writes": Plot("peers", "Single writes", "bars"),
    "mix": Plot("mix", "LinkBench, latency of a list by load", "lines"),
    "growth": Plot("growth", "A page of 35 from the store, by size", "bars"),
}
"""By the name of the file."""

COLOURS = ("#2f6db3", "#d9822b", "#3d9a5f", "#b4433f", "#7a5aa6", "#6b6b6b")
WIDTH = 860
LEFT, RIGHT, TOP, BOTTOM = 220, 150, 48, 40
BAR, GAP, LEGEND = 14, 14, 18
HEIGHT = 300
"""Of the area of lines."""

Point = tuple[float, float]


def plots(sessions: Sequence[Session]) -> dict[str, str]:
    """The SVG of each plot that something is kept for; sessions come newest first."""
    drawn = {}
    for name, plot in PLOTS.items():
        for comparison in _comparisons(sessions, plot):
            draw = _bars if plot.drawn_as == "bars" else _lines
            drawn[name] = draw(comparison)
            break
    return drawn


def _comparisons(sessions: Sequence[Session], plot: Plot) -> list[Comparison]:
    return [
        comparison
        for session in sessions
        for comparison in session.comparisons.get(plot.measure, ())
        if comparison.title.startswith(plot.title)
    ]


def _bars(comparison: Comparison) -> str:
    """A group of bars for each row, one for each column, with the number at its end."""
    numbers = [middle(cell) for row in comparison.rows for cell in row.cells if cell]
    scale = (WIDTH - LEFT - RIGHT) / (max(numbers, default=0) or 1)
    top = TOP + LEGEND * len(comparison.columns)
    shapes = _legend(comparison.columns)
    for row in comparison.rows:
        height = BAR * len(row.cells)
        shapes.append(_text((LEFT - 8, top + height / 2 + 4), row.name, "end"))
        for column, cell in enumerate(row.cells):
            if cell:
                y = top + BAR * column
                length = middle(cell) * scale
                colour = COLOURS[column % len(COLOURS)]
                shapes.append(
                    f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 2}"'
                    f' fill="{colour}"/>'
                )
                shapes.append(_text((LEFT + length + 4, y + 10), spread_text((middle(cell),))))
        top += height + GAP
    return _svg(comparison, shapes, top)


def _lines(comparison: Comparison) -> str:
    """A line for each column over the rows, with a logarithmic scale."""
    numbers = [middle(cell) for row in comparison.rows for cell in row.cells if cell]
    powers = [math.log10(number) for number in numbers if number > 0] or [0.0]
    low, high = math.floor(min(powers)), max(math.floor(min(powers)) + 1, math.ceil(max(powers)))
    top = TOP + LEGEND * len(comparison.columns)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(comparison.rows) - 1)

    def height_of(number: float) -> float:
        power = math.log10(number) if number > 0 else low
        return top + HEIGHT * (high - power) / (high - low)

    shapes = _legend(comparison.columns)
    for power in range(low, high + 1):
        y = height_of(10.0**power)
        shapes.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        shapes.append(_text((LEFT - 8, y + 4), f"{10.0**power:g}", "end"))
    for place, row in enumerate(comparison.rows):
        shapes.append(_text((LEFT + step * place, top + HEIGHT + 20), row.name, "middle"))
    for column in range(len(comparison.columns)):
        points = [
            f"{LEFT + step * place:.1f},{height_of(middle(cell)):.1f}"
            for place, row in enumerate(comparison.rows)
            if (cell := row.cells[column])
        ]
        colour = COLOURS[column % len(COLOURS)]
        shapes.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"'
            ' stroke-width="2"/>'
        )
    return _svg(comparison, shapes, top + HEIGHT + 24)


def middle(cell: Sequence[float]) -> float:
    """The middle one of the numbers of a cell, the lower one of two."""
    return cell[(len(cell) - 1) // 2]


def _legend(columns: Sequence[str]) -> list[str]:
    shapes = []
    for place, column in enumerate(columns):
        y = TOP - 8 + LEGEND * place
        colour = COLOURS[place % len(COLOURS)]
        shapes.append(f'<rect x="{LEFT}" y="{y}" width="12" height="12" fill="{colour}"/>')
        shapes.append(_text((LEFT + 18, y + 10), column))
    return shapes


def _text(place: Point, words: str, anchor: str = "start") -> str:
    x, y = place
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(comparison: Comparison, shapes: Sequence[str], height: float) -> str:
    title = f"{comparison.title}, in {comparison.unit}"
    box = f'viewBox="0 0 {WIDTH} {height + BOTTOM:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
        *shapes,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
