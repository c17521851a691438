"""Writes docs/measurements.md from the figures that are kept and the prose of its template.

`make docs` runs it, and so does the benchmark when it keeps what it measured.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from bench.report import Comparison, number_text, target_text, verdict
from bench.results import ROOT, Result, Session, sessions

TARGET = ROOT / "docs" / "measurements.md"
TEMPLATE = ROOT / "docs" / "measurements.template.md"

UNKNOWN = "not recorded"

_PLACEHOLDER = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)


def measurements_text() -> str:
    """The whole document; KeyError if the template has no place for something that is kept."""
    # They are numbered from the oldest on, so that a new one leaves the numbers as they are.
    numbered = list(enumerate(reversed(sessions()), start=1))[::-1]
    tables = {"sessions": _sessions_table(numbered)}
    measures = {name for _, one in numbered for name in one.results | one.comparisons}
    tables |= {name: _measure_text(name, numbered) for name in measures}
    text = TEMPLATE.read_text(encoding="utf-8")
    missing = tables.keys() - set(_PLACEHOLDER.findall(text))
    if missing:
        raise KeyError(*missing)
    return _PLACEHOLDER.sub(lambda place: tables[place[1]], text)


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
        (row.name, *(_cell_text(cell) if cell else UNKNOWN for cell in row.cells))
        for row in comparison.rows
    )
    return (
        f"{comparison.title} (session {number}, in {comparison.unit}):\n\n"
        f"{_table(['', *comparison.columns], rows)}"
    )


def _cell_text(numbers: tuple[float, ...]) -> str:
    """One number, or the lowest and the highest; spelled as they were written down."""
    return " to ".join(f"{number:,g}" for number in numbers)


def _table(heads: list[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write() -> None:
    """Write the page."""
    TARGET.write_text(measurements_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
