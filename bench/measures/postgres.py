"""The store on PostgreSQL against what asyncpg alone does on the same server, a child of ours.

Both sides run in this process on uvloop, one after the other in turns; a figure is the ratio of
their medians. The server shares the machine with this process.
"""

import asyncio
import gc
import io
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.measures.growth import PAGE
from bench.measures.pages import work_of
from bench.reporting.report import Figure, Findings
from bench.sizes import Sizes
from bench.subjects.databases import postgres_server, settle
from bench.subjects.servers import SLUG
from bench.traffic.data import drafts
from doings.app import open_store
from doings.config import Settings
from doings.core.activity import Draft
from doings.storage.database import Database
from doings.storage.postgres import engine
from doings.storage.postgres.connection import PostgresConnection
from doings.storage.postgres.opening import BOUNDED, take_binary_words
from tests.storage.servers import Server

REPEATS = 400
ROUNDS = 3
BATCH = 50_000
CHUNK = 2000
CLIENTS = 16
CONNECTIONS = engine.Sizes().bounded - 1  # as many as one account has
PAGES = 2000

COPIED = ("entities", "activities", "links", "tallies", "changes", "search_activities")
"""The tables that a batch adds rows to, apart from `heads`."""

Statements = list[tuple[str, tuple[Any, ...]]]


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Pages and batches, on a server that is removed at the end."""
    async with postgres_server() as server:
        url = await server.url_for(folder)
        async with _opened(url) as store:
            await _fill(store, list(_chunks(sizes.filled)))
        await settle(url)
        return Findings([*await _pages(url), *await _batches(server, folder, sizes.filled)])


def _chunks(count: int) -> list[list[Draft]]:
    """Batches as they are recorded."""
    return [list(drafts(first, min(CHUNK, count - first))) for first in range(0, count, CHUNK)]


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    store = await open_store(Settings(database=url))
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _fill(store: Database, chunks: list[list[Draft]]) -> float:
    """Seconds that it takes to record them into a new account."""
    account = await store.create_account(SLUG, name="Bench", time_zone="Europe/Berlin")
    started = time.perf_counter()
    for chunk in chunks:
        await store.write(account.id, work_of(chunk))
    return time.perf_counter() - started


async def _pages(url: str) -> list[Figure]:
    """A page of the busy contact: one at a time, and many at once over as many connections."""
    async with _opened(url) as store:
        ours = await _page(store)
        statements = await _statements(ours)
        async with _bare(url, statements) as bare:
            pair = await _medians(ours, bare)
            rates = [await _rate(ours), await _rate(bare)]
    return [
        Figure(
            "35-item page from PostgreSQL, over the same SELECTs by asyncpg",
            pair[0] * 1e6,
            pair[1] * 1e6,
            "µs",
            target=3,
            at_most=True,
        ),
        Figure(
            f"35-item pages, {CLIENTS} clients on {CONNECTIONS} connections, over the same SELECTs",
            rates[0],
            rates[1],
            "pages a second",
        ),
    ]


@asynccontextmanager
async def _bare(url: str, statements: Statements) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The statements and nothing else, prepared on each connection, planned as the store's."""
    connections = [
        await asyncpg.connect(url, server_settings=BOUNDED.settings) for _ in range(CONNECTIONS)
    ]
    free: asyncio.LifoQueue[list[tuple[Any, tuple[Any, ...]]]] = asyncio.LifoQueue()
    for one in connections:
        free.put_nowait([(await one.prepare(text), values) for text, values in statements])

    async def page() -> None:
        prepared = await free.get()
        for statement, values in prepared:
            await statement.fetch(*values)
        free.put_nowait(prepared)

    try:
        yield page
    finally:
        for one in connections:
            await one.close()


async def _page(store: Database) -> Callable[[], Awaitable[None]]:
    account = await store.account(SLUG)

    async def page() -> None:
        found = await store.read(account.id, lambda reader: reader.page(PAGE))
        assert len(found.items) == PAGE.limit

    return page


async def _statements(work: Callable[[], Awaitable[None]]) -> Statements:
    """What the work asks PostgreSQL for."""
    found: Statements = []
    plain = PostgresConnection.__init__

    def noted(self: PostgresConnection, raw: Any, *others: Any) -> None:  # noqa: ANN401
        plain(self, _Noting(raw, found), *others)

    PostgresConnection.__init__ = noted  # type: ignore[method-assign, assignment]
    try:
        await work()
    finally:
        PostgresConnection.__init__ = plain  # type: ignore[method-assign]
    return found


class _Noting:
    """A connection that writes down what it is asked for."""

    def __init__(self, raw: Any, found: Statements) -> None:  # noqa: ANN401
        self._raw = raw
        self._found = found

    async def fetch(self, sql: str, *values: Any, **options: Any) -> Any:  # noqa: ANN401
        self._found.append((sql, values))
        return await self._raw.fetch(sql, *values, **options)

    async def fetchrow(self, sql: str, *values: Any, **options: Any) -> Any:  # noqa: ANN401
        self._found.append((sql, values))
        return await self._raw.fetchrow(sql, *values, **options)


async def _medians(*works: Callable[[], Awaitable[None]]) -> list[float]:
    """Seconds that each takes, in turns."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, own in zip(works, seconds, strict=True):
            started = time.perf_counter()
            await work()
            own.append(time.perf_counter() - started)
    return [median(own) for own in seconds]


async def _rate(work: Callable[[], Awaitable[None]]) -> float:
    """How often a second many clients do it."""
    numbers = itertools.count()

    async def client() -> None:
        while next(numbers) < PAGES:
            await work()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return PAGES / (time.perf_counter() - started)


async def _batches(server: Server, folder: Path, filled: int) -> list[Figure]:
    count = min(BATCH, filled)
    chunks = _chunks(count)
    # As the server does when it has started: what stays is not searched for garbage.
    gc.collect()
    gc.freeze()
    ours: list[float] = []
    values: list[float] = []
    binary: list[float] = []
    for turn in range(ROUNDS):
        url = await server.url_for(folder / f"ours-{turn}")
        async with _opened(url) as store:
            ours.append(await _fill(store, chunks))
        for copy, seconds in ((_copy_values, values), (_copy_binary, binary)):
            target = await server.url_for(folder / f"{copy.__name__}-{turn}")
            async with _opened(target):
                seconds.append(await copy(url, target, len(chunks)))
    rate, by_values, by_binary = (count / median(one) for one in (ours, values, binary))
    return [
        Figure(
            f"batches of {CHUNK:,} to PostgreSQL, over COPY of the same rows by asyncpg",
            rate,
            by_values,
            "activities a second",
            target=0.5,
        ),
        Figure(
            f"batches of {CHUNK:,} to PostgreSQL, over COPY of rows in its binary form",
            rate,
            by_binary,
            "activities a second",
        ),
    ]


async def _copy_values(source: str, target: str, parts: int) -> float:
    """Seconds that the driver takes for the rows as they came in, in as many transactions."""
    async with _connected(source) as reading, _connected(target) as writing:
        for one in (reading, writing):
            await take_binary_words(one)
        chunks = [
            [(table, await _values(reading, table, part, parts)) for table in COPIED]
            for part in range(parts)
        ]
        started = time.perf_counter()
        for chunk in chunks:
            async with writing.transaction():
                for table, records in chunk:
                    await writing.copy_records_to_table(table, records=records)
        return time.perf_counter() - started


async def _copy_binary(source: str, target: str, parts: int) -> float:
    """Seconds that the server takes for the same: nothing has to be encoded any more."""
    async with _connected(source) as reading, _connected(target) as writing:
        chunks = [
            [(table, await _encoded(reading, table, part, parts)) for table in COPIED]
            for part in range(parts)
        ]
        started = time.perf_counter()
        for chunk in chunks:
            async with writing.transaction():
                for table, rows in chunk:
                    await writing.copy_to_table(table, source=io.BytesIO(rows), format="binary")
        return time.perf_counter() - started


async def _values(connection: Any, table: str, part: int, parts: int) -> list[tuple[Any, ...]]:  # noqa: ANN401
    found = await connection.fetch(await _part(connection, table, part, parts))
    return [tuple(row) for row in found]


async def _encoded(connection: Any, table: str, part: int, parts: int) -> bytes:  # noqa: ANN401
    rows = io.BytesIO()
    sql = await _part(connection, table, part, parts)
    await connection.copy_from_query(sql, output=rows, format="binary")
    return rows.getvalue()


async def _part(connection: Any, table: str, part: int, parts: int) -> str:  # noqa: ANN401
    """The query for one of the equal parts of a table, in the order its rows came in."""
    count = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    first, end = (count * number // parts for number in (part, part + 1))
    return f"SELECT * FROM {table} ORDER BY ctid OFFSET {first} LIMIT {end - first}"  # noqa: S608
