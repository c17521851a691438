"""Durable writes: group commit against one commit a request, and batches against raw inserts."""

import asyncio
import http.client
import itertools
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.measures.pages import work_of
from bench.reporting.report import Figure, Findings
from bench.sizes import Sizes
from bench.subjects.alone import GROUP, SYNC_SECONDS, share_commits
from bench.subjects.servers import SLUG, App, Running, opened, prepared, serving
from bench.traffic.data import drafts, lines
from bench.traffic.load import load, post
from bench.turns import Work, in_turns, over
from doings.storage.database import Database
from doings.storage.sql.schema.steps import STEPS
from doings.storage.sqlite import connection, engine, schema

CLIENTS = 64
SLOW_DISK = 0.002
"""What a sync takes on a usual network disk."""


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Single writes that share commits, over HTTP and in the store, and batches."""
    return Findings(
        [
            await _group_commit(folder, sizes, sync_seconds=0),
            await _group_commit(folder, sizes, sync_seconds=SLOW_DISK),
            await _group_commit_in_store(folder, sizes),
            await _over_bare(folder, sizes),
            await _batch(folder, sizes.filled),
        ]
    )


async def _group_commit(folder: Path, sizes: Sizes, *, sync_seconds: float) -> Figure:
    slow = {SYNC_SECONDS: str(sync_seconds)} if sync_seconds else {}
    disk = f"a disk {sync_seconds * 1000:g} ms slower" if sync_seconds else "this disk"
    database = folder / f"singles-{sync_seconds}.db"
    _, _, secret = await prepared(database)
    app = App(database, "bench.subjects.alone:create")
    with (
        serving(app, **slow) as grouped,
        serving(app, **slow, **{GROUP: "1"}) as alone,
    ):
        headers = {"Authorization": f"Bearer {secret}"}
        sides: dict[str, Work] = {
            "grouped": lambda: write_rate(grouped.port, "/v1/activities", headers, sizes.seconds),
            "alone": lambda: write_rate(alone.port, "/v1/activities", headers, sizes.seconds),
        }
        found = await in_turns(sides, sizes.turns)
    return over(
        f"single writes over HTTP, {CLIENTS} clients, over one commit each, {disk}",
        found["grouped"],
        found["alone"],
        "writes a second",
        target=10,
    )


async def _over_bare(folder: Path, sizes: Sizes) -> Figure:
    """Against a bare app that appends the same row, and commits for all who wait at once."""
    database = folder / "singles.db"
    _, _, secret = await prepared(database)
    bare_app = App(folder / "bare.db", "bench.bare.sqlite_writes:create")
    with serving(App(database)) as server, serving(bare_app) as bare:
        headers = {"Authorization": f"Bearer {secret}"}
        sides: dict[str, Work] = {
            "ours": lambda: write_rate(server.port, "/v1/activities", headers, sizes.seconds),
            "bare": lambda: write_rate(bare.port, "/v1/activities", headers, sizes.seconds),
        }
        found = await in_turns(sides, sizes.turns)
    return over(
        f"single writes over HTTP, {CLIENTS} clients, over the bare app",
        found["ours"],
        found["bare"],
        "writes a second",
        target=0.5,
    )


async def write_rate(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    """Posts a second of many clients; each is answered once it is on the disk."""
    clients = [_posts(path, headers, client) for client in range(CLIENTS)]
    found = await load(port, clients, seconds=seconds)
    assert set(found.statuses) == {201}, found.statuses
    return found.per_second


def _posts(path: str, headers: dict[str, str], client: int) -> Iterator[bytes]:
    for number in itertools.count(client, CLIENTS):
        body = {
            "kind": "note.created",
            "summary": f"Called back about order {number}",
            "links": [f"contact:c{number % 1000}"],
        }
        yield post(path, headers, json.dumps(body).encode())


async def _group_commit_in_store(folder: Path, sizes: Sizes) -> Figure:
    """The same without HTTP, which shows what commits alone cost."""
    rates = []
    for group in (engine.GROUP, 1):
        database = folder / f"store-{group}.db"
        await prepared(database)
        async with opened(database) as store:
            share_commits(store, group)
            rates.append(await _store_singles(store, sizes.seconds * sizes.turns))
    return Figure(
        f"single writes to the store, {CLIENTS} at a time, over one commit each",
        rates[0],
        rates[1],
        "writes a second",
    )


async def _store_singles(store: Database, seconds: float) -> float:
    account = await store.account(SLUG)
    end = time.perf_counter() + seconds
    count = 0

    async def client(number: int) -> None:
        nonlocal count
        for draft in drafts(number * 1_000_000, 1_000_000):
            if time.perf_counter() > end:
                return
            await store.record(account.id, draft)
            count += 1

    started = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return count / (time.perf_counter() - started)


async def _batch(folder: Path, count: int) -> Figure:
    database = folder / "batch.db"
    await prepared(database)
    executed: list[list[tuple[str, list[tuple[Any, ...]]]]] = []
    async with opened(database) as store:
        account = await store.account(SLUG)
        plain = connection.SqliteConnection.execute_many
        chunks = [list(drafts(first, 2000)) for first in range(0, count, 2000)]
        started = time.perf_counter()
        for chunk in chunks:
            await store.write(account.id, work_of(chunk))
        ours = count / (time.perf_counter() - started)
    await prepared(folder / "batch-recorded.db")
    async with opened(folder / "batch-recorded.db") as store:
        account = await store.account(SLUG)

        async def noted(
            self: connection.SqliteConnection, sql: str, rows: Iterable[tuple[Any, ...]]
        ) -> None:
            kept = list(rows)
            executed[-1].append((sql, kept))
            await plain(self, sql, kept)

        connection.SqliteConnection.execute_many = noted  # type: ignore[method-assign]
        try:
            for chunk in chunks:
                executed.append([])
                await store.write(account.id, work_of(chunk))
        finally:
            connection.SqliteConnection.execute_many = plain  # type: ignore[method-assign]
    raw = count / _replayed(folder / "batch-raw.db", executed)
    return Figure(
        "batches of 2,000 to the store, over executemany of the same rows",
        ours,
        raw,
        "activities a second",
        target=0.5,
    )


def _replayed(database: Path, executed: list[list[tuple[str, list[tuple[Any, ...]]]]]) -> float:
    """Seconds that the driver alone takes for the same rows in the same transactions."""
    raw = connection.opened(database, is_new=True)
    for step in STEPS:
        raw.execute(step.format(**schema.SCHEMA))
    started = time.perf_counter()
    for statements in executed:
        with raw:
            for sql, rows in statements:
                raw.executemany(sql, rows)
    return time.perf_counter() - started


async def measure_ingest(folder: Path, sizes: Sizes) -> Findings:
    """NDJSON over HTTP, and the server's memory during it."""
    count = sizes.lines
    database = folder / "ingest.db"
    _, _, secret = await prepared(database)
    with serving(App(database)) as server:
        early, late = await asyncio.to_thread(_post_lines, server, secret, count)
    speed = Figure(
        f"NDJSON ingest of {count:,} lines over HTTP, over 20,000 a second",
        late[0],
        20_000,
        "activities a second",
        target=1.0,
    )
    memory = Figure(
        f"resident memory after {count:,} lines, over that after half of them",
        late[1] / 1e6,
        early[1] / 1e6,
        "MB",
        target=1.2,
        at_most=True,
    )
    return Findings([speed, memory])


def _post_lines(
    server: Running, secret: str, count: int
) -> tuple[tuple[float, int], tuple[float, int]]:
    """(activities a second, resident bytes) after half of the lines and after all of them."""
    prepared_lines = [
        b"".join(itertools.islice(lines(first, 1000), 1000)) for first in range(0, count, 1000)
    ]
    early = (0.0, 1)

    def chunks() -> Iterator[bytes]:
        nonlocal early
        for number, chunk in enumerate(prepared_lines):
            if number == len(prepared_lines) // 2:
                early = (0.0, server.resident_bytes())
            yield chunk

    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
    started = time.perf_counter()
    connection.request("POST", "/v1/activities/batch", chunks(), headers, encode_chunked=True)
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - started
    assert answer.status == 200, body  # noqa: PLR2004
    assert json.loads(body)["recorded"] == count, body
    return early, (count / seconds, server.resident_bytes())
