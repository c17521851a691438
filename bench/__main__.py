"""`python -m bench [pages writes ingest growth startup postgres]`: all of them without a name."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import uvloop

from bench import growth, page, pages, postgres, results, startup, writes
from bench.report import Figure, show

MEASURES = {
    "pages": pages.measure,
    "writes": writes.measure,
    "ingest": writes.measure_ingest,
    "growth": growth.measure,
    "startup": startup.measure,
    "postgres": postgres.measure,
}


def main() -> None:
    """Measure what is asked for, in a temporary folder, and print the ratios of each run."""
    options = _options()
    figures: dict[str, list[list[Figure]]] = {}
    for _ in range(options.runs):
        for name in options.names or MEASURES:
            with tempfile.TemporaryDirectory(prefix="doings-bench-") as folder:
                found = uvloop.run(_measure(name, Path(folder), options))
            figures.setdefault(name, []).append(found)
        show([figure for runs in figures.values() for figure in runs[-1]])
    if options.save:
        command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
        results.keep(results.session_of(command, figures))
        page.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASURES], help="what to measure")
    parser.add_argument("--large", type=int, help="activities for growth and postgres")
    parser.add_argument("--lines", type=int, default=300_000, help="lines for ingest")
    parser.add_argument("--runs", type=int, default=1, help="how often, for the spread")
    parser.add_argument(
        "--save", action="store_true", help="keep the figures in docs/measurements.json"
    )
    return parser.parse_args()


async def _measure(name: str, folder: Path, options: argparse.Namespace) -> list[Figure]:
    if name == "growth":
        return await growth.measure(folder, options.large or growth.LARGE)
    if name == "postgres":
        return await postgres.measure(folder, options.large or postgres.LARGE)
    if name == "ingest":
        return await writes.measure_ingest(folder, options.lines)
    return await MEASURES[name](folder)


main()
