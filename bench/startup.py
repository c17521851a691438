"""From starting the program to its first answer."""

from pathlib import Path

from bench.report import Figure
from bench.servers import prepared, serving


async def measure(folder: Path) -> list[Figure]:
    """Seconds until /readyz answers, the median of five starts."""
    database = folder / "startup.db"
    await prepared(database)
    seconds = []
    for _ in range(5):
        with serving(database) as server:
            seconds.append(server.started_in)
    middle = sorted(seconds)[2]
    return [
        Figure(
            "first answer after the start, over one second",
            middle,
            1.0,
            "seconds",
            target=1.0,
            at_most=True,
        )
    ]
