"""Whether a page costs the same among many more activities, and deep down as at the top."""

import time
from pathlib import Path
from statistics import median

import msgspec

from bench.data import BUSY, START, STEP
from bench.pages import fill
from bench.report import Figure
from bench.servers import SLUG, opened, prepared
from doings.core.query import Gap, Query
from doings.storage.database import Database

SMALL, LARGE = 10_000, 1_000_000
REPEATS = 400

PAGE = Query(entities=(("contact", BUSY),), limit=35)


async def measure(folder: Path, large: int = LARGE) -> list[Figure]:
    """Latencies of pages read from the store, small against large and first against deep."""
    medians = {}
    for count in (SMALL, large):
        database = folder / f"growth-{count}.db"
        if not database.exists():
            await prepared(database)
            await fill(database, count)
        async with opened(database) as store:
            medians[count] = await _median(store, PAGE)
    async with opened(folder / f"growth-{large}.db") as store:
        whole = Query(limit=35)
        # As deep as the account is long: the place where a walk by cursor arrives in the end.
        deep = msgspec.structs.replace(whole, gap=Gap(START + 2000 * STEP, 1 << 40, "older"))
        first, last = await _median(store, whole), await _median(store, deep)
    return [
        Figure(
            f"page latency at {large:,} activities over that at {SMALL:,}",
            medians[large] * 1e6,
            medians[SMALL] * 1e6,
            "µs",
            target=1.3,
            at_most=True,
        ),
        Figure(
            f"page number {large // 35:,} by cursor over the first",
            last * 1e6,
            first * 1e6,
            "µs",
            target=1.2,
            at_most=True,
        ),
    ]


async def _median(store: Database, query: Query) -> float:
    account = await store.account(SLUG)
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        page = await store.read(account.id, lambda reader: reader.page(query))
        seconds.append(time.perf_counter() - started)
        assert len(page.items) == query.limit
    return median(seconds)
