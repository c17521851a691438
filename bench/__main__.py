"""`python -m bench [pages writes ingest growth startup postgres]`: all of them without a name."""

import argparse
import tempfile
from pathlib import Path

import uvloop

from bench import growth, pages, postgres, startup, writes
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
    """Measure what is asked for, in a temporary folder, and print the ratios."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASURES], help="what to measure")
    parser.add_argument("--large", type=int, help="activities for growth and postgres")
    parser.add_argument("--lines", type=int, default=300_000, help="lines for ingest")
    options = parser.parse_args()
    figures: list[Figure] = []
    for name in options.names or MEASURES:
        with tempfile.TemporaryDirectory(prefix="doings-bench-") as folder:
            figures += uvloop.run(_measure(name, Path(folder), options))
    show(figures)


async def _measure(name: str, folder: Path, options: argparse.Namespace) -> list[Figure]:
    if name == "growth":
        return await growth.measure(folder, options.large or growth.LARGE)
    if name == "postgres":
        return await postgres.measure(folder, options.large or postgres.LARGE)
    if name == "ingest":
        return await writes.measure_ingest(folder, options.lines)
    return await MEASURES[name](folder)


main()
