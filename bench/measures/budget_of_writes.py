"""Where the time of a single write goes, when 64 are recorded together: statement by statement."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from bench.measures.budget import Stopwatch
from bench.measures.writes import CLIENTS
from bench.reporting.report import Comparison, Row
from bench.sizes import Sizes
from bench.subjects.databases import engines
from bench.subjects.servers import SLUG, opened, prepared
from bench.traffic.data import drafts
from doings.storage.database import Database
from doings.storage.postgres import engine as postgres
from doings.storage.postgres.connection import PostgresConnection
from doings.storage.sqlite.connection import SqliteConnection
from doings.storage.sqlite.writer import Writer

COMMIT, BETWEEN, WAITING = "commit, on the disk", "between the statements", "batching, answering"
WHOLE = "all of it"
LAST = (BETWEEN, COMMIT, WAITING, WHOLE)

FUNCTIONS: list[tuple[str, object, str]] = [
    (COMMIT, Writer, "_commit"),
    (BETWEEN, Writer, "_attempt"),
    (COMMIT, postgres, "_commit"),
    (BETWEEN, postgres.PostgresEngine, "_transact"),
]
"""Beginning and locking are counted as `BETWEEN` on PostgreSQL, as `COMMIT` on SQLite."""

ROUNDS = 40
"""Batches for each turn that a size has. Of the quickest quarter the medians count."""

WARM = 20
"""So many come before, until all contacts are known and all statements prepared."""

STATEMENTS = ("fetch", "fetch_one", "execute", "execute_many")

_TABLE = re.compile(r"\b(FROM|INTO|UPDATE)\s+(\w+)")
_VERBS = {"FROM": "read", "INTO": "add", "UPDATE": "change"}


async def measure(folder: Path, sizes: Sizes) -> Comparison:
    """The microseconds that each statement takes of a write, on both engines."""
    found: dict[str, dict[str, float]] = {}
    async with engines(folder) as databases:
        for engine, new_database in databases.items():
            url = await new_database("budget-of-writes")
            await prepared(url)
            found[engine] = await _parts(url, sizes.turns)
    names = list(dict.fromkeys(name for parts in found.values() for name in parts))
    ordered = [*(name for name in names if name not in LAST), *LAST]
    rows = [
        Row(name, [(round(parts[name], 1),) if name in parts else None for parts in found.values()])
        for name in ordered
    ]
    title = f"One of {CLIENTS} single writes that are recorded together, by parts"
    return Comparison(title, "µs", list(found), rows)


async def _parts(url: str, turns: int) -> dict[str, float]:
    """What each part takes of a write."""
    stopwatch = Stopwatch()
    batches = []
    with ExitStack() as patches:
        for part, owner, name in FUNCTIONS:
            timed = stopwatch.timed(part, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, timed))
        for connection in (SqliteConnection, PostgresConnection):
            for name in STATEMENTS:
                timed = _by_statement(stopwatch, getattr(connection, name))
                patches.enter_context(patch.object(connection, name, timed))
        async with opened(url) as store:
            record = stopwatch.timed(WHOLE, _batch)
            for number in range(WARM + ROUNDS * turns):
                stopwatch.spent.clear()
                await record(store, number * CLIENTS)
                batches.append(dict(stopwatch.spent))
    quick = sorted(batches[WARM:], key=lambda spent: sum(spent.values()))
    quick = quick[: len(quick) // 4]
    parts = {
        name: median([spent.get(name, 0) for spent in quick]) / CLIENTS / 1000 for name in quick[0]
    }
    return {**parts, WAITING: parts[WHOLE], WHOLE: sum(parts.values())}


def _by_statement(
    stopwatch: Stopwatch, run: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    async def timed(connection: object, sql: str, *args: Any, **values: Any) -> Any:  # noqa: ANN401
        return await stopwatch.timed(statement_name(sql), run)(connection, sql, *args, **values)

    return timed


def statement_name(sql: str) -> str:
    """What a statement does, and to which table."""
    found = _TABLE.search(sql)
    return f"{_VERBS[found[1]]} {found[2]}" if found else "others"


async def _batch(store: Database, first: int) -> None:
    """Record so many at once, each by itself."""
    account = await store.account(SLUG)
    await asyncio.gather(*(store.record(account.id, draft) for draft in drafts(first, CLIENTS)))
