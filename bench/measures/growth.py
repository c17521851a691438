"""Whether a page costs the same among many more activities, and deep down as at the top."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from bench.measures import accounts
from bench.measures.pages import fill
from bench.reporting.report import Comparison, Figure, Findings, Row
from bench.sizes import Sizes
from bench.subjects.databases import NewDatabase, engines, settle
from bench.subjects.servers import SLUG, opened, prepared
from bench.traffic.data import BUSY, START, STEP
from doings.core.query import Gap, Query
from doings.storage.database import Database

REPEATS = 400

PAGE = Query(entities=(("contact", BUSY),), limit=35)


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Latencies of pages read from the store on both engines, few against many."""
    figures: list[Figure] = []
    pages: dict[str, list[float]] = {}
    async with engines(folder) as databases:
        for engine, new_database in databases.items():
            pages[engine] = []
            for count in sizes.growth:
                url = await new_database(f"growth-{count}")
                await prepared(url)
                await fill(url, count)
                await settle(url)
                pages[engine].append(await _of_one_account(url))
                if count == sizes.growth[-1] and engine == "SQLite":
                    figures.append(await _deep(url, count))
            pages[engine].append(await _of_many_accounts(new_database, sizes.accounts))
            figures += _grown(engine, sizes, pages[engine])
    names = [f"{count:,} activities" for count in sizes.growth]
    names.append(f"{sizes.accounts:,} accounts of {accounts.EACH}")
    rows = [
        Row(name, [(round(pages[engine][place] * 1e6, 1),) for engine in pages])
        for place, name in enumerate(names)
    ]
    table = Comparison("A page of 35 from the store, by size", "µs", list(pages), rows)
    return Findings(figures, [table])


def _grown(engine: str, sizes: Sizes, pages: Sequence[float]) -> list[Figure]:
    """Each size over the smallest, which comes first; the target is for one account."""
    on = "" if engine == "SQLite" else f" on {engine}"
    names = [f"{count:,} activities" for count in sizes.growth]
    names.append(f"{sizes.accounts:,} accounts of {accounts.EACH}")
    return [
        Figure(
            f"page latency{on} at {name} over that at {names[0]}".removesuffix(" activities"),
            seconds * 1e6,
            pages[0] * 1e6,
            "µs",
            target=1.3 if place <= len(sizes.growth) else None,
            at_most=True,
        )
        for place, (name, seconds) in enumerate(zip(names[1:], pages[1:], strict=True), start=2)
    ]


async def _of_one_account(url: str) -> float:
    async with opened(url) as store:
        account = await store.account(SLUG)
        return await _median(store, [account.id], PAGE)


async def _of_many_accounts(new_database: NewDatabase, count: int) -> float:
    url = await new_database(f"accounts-{count}")
    readable = await accounts.fill(url, count)
    await settle(url)
    async with opened(url) as store:
        return await _median(store, [account for account, _ in readable], PAGE)


async def _deep(url: str, count: int) -> Figure:
    """As deep as the account is long: the place where a walk by cursor arrives in the end."""
    whole = Query(limit=35)
    deep = msgspec.structs.replace(whole, gap=Gap(START + 2000 * STEP, 1 << 40, "older"))
    async with opened(url) as store:
        account = await store.account(SLUG)
        first, last = [await _median(store, [account.id], query) for query in (whole, deep)]
    return Figure(
        f"page number {count // 35:,} by cursor over the first",
        last * 1e6,
        first * 1e6,
        "µs",
        target=1.2,
        at_most=True,
    )


async def _median(store: Database, account_ids: Sequence[int], query: Query) -> float:
    """Seconds that a page of one of the accounts takes, which are read in turns."""
    seconds = []
    for account_id in itertools.islice(itertools.cycle(account_ids), REPEATS):
        started = time.perf_counter()
        page = await store.read(account_id, lambda reader: reader.page(query))
        seconds.append(time.perf_counter() - started)
        assert len(page.items) == query.limit
    return median(seconds)
