"""`python -m bench [tiny|full] [pages writes …]`: all measures without a name, small by default."""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench.measures import (
    budget,
    budget_of_writes,
    growth,
    linkbench,
    live,
    pages,
    postgres,
    startup,
    trust,
    writes,
)
from bench.peers import comparison
from bench.reporting import page, results
from bench.reporting.report import Findings, show
from bench.sizes import SIZES, Sizes


async def _budget(folder: Path, sizes: Sizes) -> Findings:
    pages_by_part = await budget.measure(folder, sizes)
    return Findings([], [pages_by_part, await budget_of_writes.measure(folder, sizes)])


MEASURES: dict[str, Callable[[Path, Sizes], Awaitable[Findings]]] = {
    "pages": pages.measure,
    "budget": _budget,
    "peers": comparison.measure,
    "mix": linkbench.measure,
    "writes": writes.measure,
    "ingest": writes.measure_ingest,
    "growth": growth.measure,
    "growth-postgres": growth.measure_postgres,
    "live": live.measure,
    "trust": trust.measure,
    "startup": startup.measure,
    "postgres": postgres.measure,
}


def main() -> None:
    """Measure what is asked for, and print it as one table, also what a failure leaves of it."""
    options = _options()
    words = set(options.words)
    sizes = next((SIZES[word] for word in SIZES if word in words), SIZES["small"])
    if options.scale:
        sizes = sizes._replace(scale=options.scale)
    found: dict[str, list[Findings]] = {}
    try:
        for _ in range(options.runs):
            for name in [name for name in MEASURES if name in words] or MEASURES:
                print(f"{name} …", file=sys.stderr)
                with tempfile.TemporaryDirectory(prefix="doings-bench-") as folder:
                    findings = uvloop.run(_measure(name, Path(folder), sizes))
                found.setdefault(name, []).append(findings)
    finally:
        _show_and_keep(found, options)


def _show_and_keep(found: dict[str, list[Findings]], options: argparse.Namespace) -> None:
    show([run for runs in found.values() for run in runs])
    if options.save and found:
        command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
        results.keep(results.session_of(command, found))
        page.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    choices = [*SIZES, *MEASURES]
    parser.add_argument("words", nargs="*", choices=[[], *choices], help="how much, and what")
    parser.add_argument("--scale", type=float, help="the part of LinkBench's ten million nodes")
    parser.add_argument("--runs", type=int, default=1, help="how often, for the spread")
    parser.add_argument(
        "--save", action="store_true", help="keep the figures in docs/measurements.json"
    )
    return parser.parse_args()


async def _measure(name: str, folder: Path, sizes: Sizes) -> Findings:
    return await MEASURES[name](folder, sizes)


main()
