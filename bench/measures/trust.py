"""Erasure, merges and the log of changes: how long each takes, and what it costs others."""

import asyncio
import http.client
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bench.measures.pages import FORGETFUL, work_of
from bench.reporting.report import Figure, Findings
from bench.sizes import Sizes
from bench.subjects.databases import NewDatabase, engines, settle
from bench.subjects.servers import App, Running, prepared, serving, url_of
from bench.traffic.data import START, STEP, drafts, lines
from bench.traffic.load import get, load
from bench.turns import Work, in_turns, over
from doings.app import open_store
from doings.config import Settings
from doings.core.activity import Draft, Link
from doings.core.erasing.erasure import ErasureOrder
from doings.core.store import Reader
from doings.proof.inclusion import root_from, stretches
from doings.proof.leaf import digest_of, leaf_hash
from doings.storage.database import Database

UNLOGGED = "bench.subjects.unlogged:create"

ERASING_SECONDS = 5
WAIT_MS = 100
PROOF_MS = 5
MERGE_SECONDS = 1

CHUNK = 2_000
LINES = 1_000
"""Lines of a request of the ingest."""

PART = 0.1
"""Of the people this part is erased before all proofs are verified."""

EACH = 10
"""Activities of each of these people."""


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Erasing and merging on both engines, the rest on SQLite."""
    figures = []
    async with engines(folder) as databases:
        for engine, new_database in databases.items():
            on = "" if engine == "SQLite" else f" on {engine}"
            figures += await _erasing(new_database, sizes.person, on)
            figures += await _merging(new_database, sizes, on)
    figures.append(await _ingest(folder, sizes))
    figures.append(await _inclusion(folder, sizes))
    figures.append(await _others_hold(folder, sizes.people))
    return Findings(figures)


@asynccontextmanager
async def _opened(database: Path | str) -> AsyncIterator[Database]:
    """The store, which can erase."""
    settings = Settings(database=url_of(database), erasure_key="a key for the benchmark")
    store = await open_store(settings)
    try:
        yield store
    finally:
        await store.close()


async def _record(store: Database, account_id: int, made: Iterator[Draft]) -> None:
    while chunk := list(itertools.islice(made, CHUNK)):
        await store.write(account_id, work_of(chunk))


def _about(count: int, name: Callable[[int], list[str]], first: int = 0) -> Iterator[Draft]:
    """Activities that name these contacts, and that come `first` minutes later."""
    for number in range(count):
        yield Draft(
            kind="note.created",
            occurred_at=START + (first + number) * STEP,
            summary=f"Called Jim Halpert back about order {number}",
            body="We talked for a while and agreed to meet again in a couple of weeks, at noon.",
            links=tuple([Link("contact", one) for one in name(number)]),
        )


async def _erasing(new_database: NewDatabase, count: int, on: str) -> list[Figure]:
    """Half of the person's activities go, the others are redacted; somebody else records."""
    url = await new_database("erasing")
    account_id, _, _ = await prepared(url)
    async with _opened(url) as store:
        await _record(store, account_id, drafts(0, count))
        shared = _about(count, lambda number: ["gone", "other"][: 1 + number % 2], count)
        await _record(store, account_id, shared)
        await store.settle_log(account_id)
        await settle(url)
        alone = await _longest_wait(store, account_id, asyncio.sleep(1))
        order = ErasureOrder(entity=("contact", "gone"), activities="erase", reason=None, by=None)
        started = time.perf_counter()
        waited = await _longest_wait(store, account_id, store.erasures.erase(account_id, order))
        seconds = time.perf_counter() - started
    name = f"erasing a person with {count:,} activities{on}"
    return [
        Figure(
            f"{name}, over {ERASING_SECONDS} s",
            seconds,
            ERASING_SECONDS,
            "s",
            target=1.0,
            at_most=True,
        ),
        Figure(
            f"longest wait of another writer while {name}, over {WAIT_MS} ms"
            f" ({alone * 1000:.0f} ms without)",
            waited * 1000,
            WAIT_MS,
            "ms",
            target=1.0,
            at_most=True,
        ),
    ]


async def _longest_wait(store: Database, account_id: int, work: Awaitable[object]) -> float:
    """The longest that a write in the account takes while something else is done."""
    longest, is_done = 0.0, asyncio.Event()

    async def write() -> None:
        nonlocal longest
        for draft in drafts(10_000_000, 1_000_000):
            if is_done.is_set():
                return
            started = time.perf_counter()
            await store.record(account_id, draft)
            longest = max(longest, time.perf_counter() - started)
            await asyncio.sleep(0.002)

    writing = asyncio.create_task(write())
    await work
    is_done.set()
    await writing
    return longest


async def _merging(new_database: NewDatabase, sizes: Sizes, on: str) -> list[Figure]:
    """Two people who share every hundredth activity, and one who is alone and has as many."""
    url, count = await new_database("merging"), sizes.merged
    account_id, _, secret = await prepared(url)
    async with _opened(url) as store:
        for first, name in enumerate(("8", "77", "alone")):
            made = _about(
                count,
                lambda number, name=name: [name, *(["8"] if not number % 100 else [])],  # type: ignore[misc]
                first,
            )
            await _record(store, account_id, made)
        await settle(url)
        started = time.perf_counter()
        await store.write(
            account_id,
            lambda writer: writer.add_merge(("contact", "8"), [("contact", "77")], None),
        )
        seconds = time.perf_counter() - started
    await settle(url)
    headers = {"Authorization": f"Bearer {secret}"}
    with serving(App(url, FORGETFUL)) as server:
        sides: dict[str, Work] = {
            contact: partial(_page_ms, server, contact, headers, sizes.seconds)
            for contact in ("77", "alone")
        }
        found = await in_turns(sides, sizes.turns)
    page = over(
        f"page over HTTP of a merged timeline{on}, over that of one person",
        found["77"],
        found["alone"],
        "ms",
        target=1.3,
    )
    return [
        Figure(
            f"merging two people with {count:,} activities each{on}, over {MERGE_SECONDS} s",
            seconds,
            MERGE_SECONDS,
            "s",
            target=1.0,
            at_most=True,
        ),
        page._replace(at_most=True),
    ]


async def _page_ms(server: Running, contact: str, headers: dict[str, str], seconds: float) -> float:
    """What half of the pages took no longer than."""
    request = get(f"/v1/entities/contact/{contact}/activities?limit=35", headers)
    found = await load(server.port, [itertools.repeat(request)], seconds=seconds)
    assert set(found.statuses) == {200}, found.statuses
    return found.median * 1000


async def _ingest(folder: Path, sizes: Sizes) -> Figure:
    """NDJSON into two servers in turns, one of which keeps no log."""
    sides: dict[str, Work] = {}
    logged, unlogged = folder / "logged.db", folder / "unlogged.db"
    secrets = [(await prepared(database))[2] for database in (logged, unlogged)]
    count = max(sizes.lines // 20, LINES)
    with serving(App(logged)) as ours, serving(App(unlogged, UNLOGGED)) as other:
        for name, server, secret in zip(("with", "without"), (ours, other), secrets, strict=True):
            sides[name] = _posting(server, secret, count)
        found = await in_turns(sides, sizes.turns)
    return over(
        f"NDJSON ingest of {count:,} lines with the log of changes, over that without",
        found["with"],
        found["without"],
        "activities a second",
        target=0.9,
    )


def _posting(server: Running, secret: str, count: int) -> Work:
    firsts = itertools.count(0, count)

    def post() -> float:
        first = next(firsts)
        chunks = [b"".join(lines(start, LINES)) for start in range(first, first + count, LINES)]
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
        started = time.perf_counter()
        connection.request(
            "POST", "/v1/activities/batch", iter(chunks), headers, encode_chunked=True
        )
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body  # noqa: PLR2004
        return count / (time.perf_counter() - started)

    return partial(asyncio.to_thread, post)


async def _inclusion(folder: Path, sizes: Sizes) -> Figure:
    """Proofs over HTTP of changes that are chosen by chance, one after the other."""
    database, count = folder / "log.db", sizes.growth[-1]
    account_id, _, secret = await prepared(database)
    async with _opened(database) as store:
        await _record(store, account_id, drafts(0, count))
        await store.settle_log(account_id)
    chosen = random.Random(7)
    headers = {"Authorization": f"Bearer {secret}"}
    with serving(App(database)) as server:
        requests = (
            get(f"/v1/proofs/{chosen.randrange(1, count)}", headers) for _ in itertools.count()
        )
        found = await load(server.port, [requests], seconds=sizes.seconds * sizes.turns)
    assert set(found.statuses) == {200}, found.statuses
    return Figure(
        f"inclusion proof over HTTP among {count:,} changes, median over {PROOF_MS} ms",
        found.median * 1000,
        PROOF_MS,
        "ms",
        target=1.0,
        at_most=True,
    )


async def _others_hold(folder: Path, people: int) -> Figure:
    """Proofs that verify after a part of the people was erased, over those that say something."""
    database = folder / "others.db"
    account_id, _, _ = await prepared(database)
    async with _opened(database) as store:
        made = _about(people * EACH, lambda number: [f"p{number % people}"])
        await _record(store, account_id, made)
        chosen = random.Random(7)
        for number in chosen.sample(range(people), max(int(people * PART), 1)):
            order = ErasureOrder(
                entity=("contact", f"p{number}"), activities="erase", reason=None, by=None
            )
            await store.erasures.erase(account_id, order)
        await store.settle_log(account_id)
        good, said = await store.read(account_id, _verified, bounded=False)
    return Figure(
        f"proofs that verify after {PART:.0%} of {people:,} people were erased,"
        " over all that were not erased",
        good,
        said,
        "proofs",
        target=1.0,
    )


async def _verified(reader: Reader) -> tuple[int, int]:
    """How many leaves verify, and how many still say something."""
    state = await reader.log_state()
    root = (await reader.log_hashes([(0, state.size)]))[0]
    good = said = first = 0
    while first < state.size:
        leaves = await reader.log_leaves(first, state.size)
        for leaf in leaves:
            path = await reader.log_hashes(stretches(leaf.number, state.size))
            leads_there = root_from(leaf.number, state.size, leaf_hash(leaf.digest), path) == root
            assert leads_there, leaf.number
            if leaf.salt is not None and leaf.statement is not None:
                said += 1
                good += digest_of(leaf.salt, leaf.statement) == leaf.digest
        first += len(leaves)
    return good, said
