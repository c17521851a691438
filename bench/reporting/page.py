"""Writes docs/performance.md and its plots: the figures that are kept, in the prose of a template.

`make docs` runs it, and so does the benchmark when it keeps what it measured.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from bench.reporting.plots import PLOTS, plots
from bench.reporting.report import Comparison, number_text, spread_text, target_text, verdict
from bench.reporting.results import MEASURES, ROOT, Result, Session, sessions

TARGET = ROOT / "docs" / "performance.md"
TEMPLATE = ROOT / "docs" / "performance.template.md"
PLOT_FOLDER = ROOT / "docs" / "plots"
OPERATIONS_PAGE = ROOT / "docs" / "operations.md"

CAPACITY = "Capacity of one machine"
"""The comparison that the document for operators shows, between these two marks."""

CAPACITY_BEGIN = "<!-- capacity: from measurements.json, by make docs -->\n"
CAPACITY_END = "<!-- end of capacity -->\n"

UNKNOWN = "not recorded"
NOT_MEASURED = "Not measured yet."
NO_RATIO = "(not measured yet)"
"""The same within a sentence."""

_PLACEHOLDER = re.compile(r"^\{\{([\w-]+)\}\}$", re.MULTILINE)
"""A line of its own: the name of a measure, or `plot_` and the name of a plot."""

_RATIO = re.compile(r"\{\{ratio of ([^}]+)\}\}")
"""Within a sentence: the newest ratio of the figure of this name."""


def performance_text(kept: Sequence[Session], template: str) -> str:
    """The whole document; sessions come newest first.

    KeyError if the template has no place for something that is kept, or names a plot that there is
    not.
    """
    # They are numbered from the oldest on, so that a new one leaves the numbers as they are.
    numbered = list(enumerate(reversed(kept), start=1))[::-1]
    tables = {"sessions": _sessions_table(numbered)}
    measures = {name for one in kept for name in one.results | one.comparisons}
    tables |= {name: _measure_text(name, numbered) for name in measures}
    missing = tables.keys() - set(_PLACEHOLDER.findall(template))
    if missing:
        raise KeyError(*missing)
    drawn = plots(kept)
    for name in PLOTS:
        tables[f"plot_{name}"] = f"![{name}](plots/{name}.svg)" if name in drawn else NOT_MEASURED
    tables = dict.fromkeys(MEASURES - measures, NOT_MEASURED) | tables
    ratios = _ratios(kept)
    text = _RATIO.sub(
        lambda place: f"{ratios[place[1]]:.2f}" if place[1] in ratios else NO_RATIO, template
    )
    return _PLACEHOLDER.sub(lambda place: tables[place[1]], text)


def _ratios(kept: Sequence[Session]) -> dict[str, float]:
    """The newest of each name."""
    results = [result for one in kept for found in one.results.values() for result in found]
    return {result.name: result.ratio for result in reversed(results)}


def _sessions_table(numbered: list[tuple[int, Session]]) -> str:
    rows = (
        (
            str(number),
            session.taken_on,
            f"`{session.commit}`{' †' if session.written_down else ''}",
            session.machine,
            session.python or UNKNOWN,
            session.databases or UNKNOWN,
            f"`{session.command}`" if session.command else UNKNOWN,
        )
        for number, session in numbered
    )
    return _table(["session", "date", "commit", "machine", "Python", "databases", "command"], rows)


def _measure_text(name: str, numbered: list[tuple[int, Session]]) -> str:
    """All figures of a measure, newest first, and then the comparisons."""
    results = [(number, result) for number, one in numbered for result in one.results.get(name, ())]
    parts = [_results_table(results)] if results else []
    for number, session in numbered:
        parts += [_comparison_text(number, one) for one in session.comparisons.get(name, ())]
    return "\n\n".join(parts)


def _results_table(results: list[tuple[int, Result]]) -> str:
    """The figures of one name one below the other, the newest first; only that one is named."""
    places = {name: place for place, name in enumerate(dict.fromkeys(r.name for _, r in results))}
    ordered = sorted(results, key=lambda pair: places[pair[1].name])
    rows: list[tuple[str, ...]] = []
    for name, same in groupby(ordered, key=lambda pair: pair[1].name):
        for place, (number, result) in enumerate(same):
            rows.append(("" if place else name, *_result_cells(result), str(number)))
    return _table(["figure", "ratio", "spread", "runs", "target", "measured", "session"], rows)


def _result_cells(result: Result) -> Iterator[str]:
    yield f"{result.ratio:.2f}"
    yield _spread_text(result)
    yield UNKNOWN if result.runs is None else str(result.runs)
    target = target_text(result.target, at_most=result.at_most)
    missed = verdict(result.ratio, result.target, at_most=result.at_most) == "missed"
    yield f"{target}, **missed**" if missed else target
    yield _value_text(result)


def _spread_text(result: Result) -> str:
    if result.spread:
        lowest, highest = result.spread
        return f"{lowest:.2f} to {highest:.2f}"
    return "–" if result.runs == 1 else UNKNOWN


def _value_text(result: Result) -> str:
    if result.value is None:
        return UNKNOWN
    if result.ceiling is None:
        return f"{number_text(result.value)} {result.unit}"
    return f"{number_text(result.value)} of {number_text(result.ceiling)} {result.unit}"


def _comparison_text(number: int, comparison: Comparison) -> str:
    rows = (
        (row.name, *(spread_text(cell) if cell else UNKNOWN for cell in row.cells))
        for row in comparison.rows
    )
    return (
        f"{comparison.title} (session {number}, in {comparison.unit}):\n\n"
        f"{_table(['', *comparison.columns], rows)}"
    )


def _table(heads: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def operations_text(kept: Sequence[Session], text: str) -> str:
    """The document for operators with the newest figures of capacity between its two marks."""
    tables = [
        comparison
        for session in kept
        for comparison in session.comparisons.get("hand", ())
        if comparison.title == CAPACITY
    ]
    before, begin, rest = text.partition(CAPACITY_BEGIN)
    _, end, after = rest.partition(CAPACITY_END)
    rows = (
        (row.name, *(spread_text(cell) if cell else UNKNOWN for cell in row.cells))
        for row in tables[0].rows
    )
    table = _table(["measured", *tables[0].columns], rows)
    return f"{before}{begin}{table}\n\n{end}{after}"


def write() -> None:
    """Write the page and its plots, and the figures that other documents take from it."""
    kept = sessions()
    operations = OPERATIONS_PAGE.read_text(encoding="utf-8")
    OPERATIONS_PAGE.write_text(operations_text(kept, operations), encoding="utf-8")
    template = TEMPLATE.read_text(encoding="utf-8")
    TARGET.write_text(performance_text(kept, template), encoding="utf-8")
    PLOT_FOLDER.mkdir(exist_ok=True)
    for name, svg in plots(kept).items():
        (PLOT_FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    write()
