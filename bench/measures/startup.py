"""From starting the program to its first answer."""

from pathlib import Path

from bench.reporting.report import Figure, Findings
from bench.sizes import Sizes
from bench.subjects.servers import App, prepared, serving


async def measure(folder: Path, _: Sizes) -> Findings:
    """Seconds until /readyz answers, the median of five starts."""
    database = folder / "startup.db"
    await prepared(database)
    seconds = []
    for _turn in range(5):
        with serving(App(database)) as server:
            seconds.append(server.started_in)
    middle = sorted(seconds)[2]
    figure = Figure("first answer after the start, over one second", middle, 1.0, "seconds", 1.0)
    return Findings([figure._replace(at_most=True)])
