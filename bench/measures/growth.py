"""Whether a page costs the same among many more activities, and deep down as at the top."""

import itertools
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
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
from bench.turns import Series, Work, cell, in_turns, over
from doings.core.query import Gap, Query
from doings.storage.database import Database

READS = 100
"""Pages that are read of each size in a turn."""

PAGE = Query(entities=(("contact", BUSY),), limit=35)


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Latencies of pages read from the store on SQLite, few activities against many."""
    async with engines(folder) as databases:
        urls, pages = await _measured(databases["SQLite"], sizes)
        deep = await _deep(urls[-1], sizes)
    return Findings([deep, *_grown("", sizes, pages)], [_table("SQLite", pages)])


async def measure_postgres(folder: Path, sizes: Sizes) -> Findings:
    """The same on PostgreSQL: a measure of its own, as ten million take an hour to record."""
    async with engines(folder) as databases:
        _, pages = await _measured(databases["PostgreSQL"], sizes)
    return Findings(_grown(" on PostgreSQL", sizes, pages), [_table("PostgreSQL", pages)])


async def _measured(new_database: NewDatabase, sizes: Sizes) -> tuple[list[str], Series]:
    urls = [await _filled(new_database, count) for count in sizes.growth]
    return urls, await _in_turns(urls, new_database, sizes)


def _table(engine: str, pages: Series) -> Comparison:
    rows = [Row(name, [cell(values)]) for name, values in pages.items()]
    return Comparison("A page of 35 from the store, by size", "µs", [engine], rows)


async def _filled(new_database: NewDatabase, count: int) -> str:
    url = await new_database(f"growth-{count}")
    await prepared(url)
    await fill(url, count)
    await settle(url)
    return url


async def _in_turns(urls: Sequence[str], new_database: NewDatabase, sizes: Sizes) -> Series:
    """Microseconds of a page by size and turn; all databases are there before the first turn."""
    many = await new_database(f"accounts-{sizes.accounts}")
    readable = [account for account, _ in await accounts.fill(many, sizes.accounts)]
    await settle(many)
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(url)) for url in [*urls, many]]
        read = [[(await store.account(SLUG)).id] for store in stores[:-1]] + [readable]
        works: dict[str, Work] = {
            name: partial(_median, store, account_ids, PAGE)
            for name, store, account_ids in zip(_names(sizes), stores, read, strict=True)
        }
        return await in_turns(works, sizes.turns)


def _names(sizes: Sizes) -> list[str]:
    """The sizes, the smallest first and the many accounts last."""
    return [
        *(f"{count:,} activities" for count in sizes.growth),
        f"{sizes.accounts:,} accounts of {accounts.EACH}",
    ]


def _grown(on: str, sizes: Sizes, pages: Series) -> list[Figure]:
    """Each size over the smallest, which comes first; the target is for one account."""
    first, *others = _names(sizes)
    return [
        over(
            f"page latency{on} at {name} over that at {first}".removesuffix(" activities"),
            pages[name],
            pages[first],
            "µs",
            target=1.3 if name != others[-1] else None,
        )._replace(at_most=True)
        for name in others
    ]


async def _deep(url: str, sizes: Sizes) -> Figure:
    """As deep as the account is long: the place where a walk by cursor arrives in the end."""
    whole = Query(limit=35)
    deep = msgspec.structs.replace(whole, gap=Gap(START + 2000 * STEP, 1 << 40, "older"))
    async with opened(url) as store:
        account = await store.account(SLUG)
        works: dict[str, Work] = {
            name: partial(_median, store, [account.id], query)
            for name, query in (("first", whole), ("deep", deep))
        }
        found = await in_turns(works, sizes.turns)
    name = f"page number {sizes.growth[-1] // 35:,} by cursor over the first"
    return over(name, found["deep"], found["first"], "µs", 1.2)._replace(at_most=True)


async def _median(store: Database, account_ids: Sequence[int], query: Query) -> float:
    """Microseconds that a page of one of the accounts takes, which are read one by one."""
    seconds = []
    for account_id in itertools.islice(itertools.cycle(account_ids), READS):
        started = time.perf_counter()
        page = await store.read(account_id, lambda reader: reader.page(query))
        seconds.append(time.perf_counter() - started)
        assert len(page.items) == query.limit
    return median(seconds) * 1e6
