"""Streams and webhooks: memory, fan-out, how soon a commit is told, and what it costs recording.

Readers, receivers and writers are in this process, on the machine that serves.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from bench.measures.writes import write_rate
from bench.reporting.report import Figure, Findings
from bench.sizes import Sizes
from bench.subjects.servers import (
    SLUG,
    App,
    Running,
    opened,
    prepared,
    raised_connection_limit,
    serving,
)
from bench.subjects.stamped import HEADER
from bench.traffic.hooks import receiving
from bench.traffic.listeners import Listener, listening
from bench.traffic.load import load, post
from bench.turns import Work, in_turns, over
from doings.auth.credentials import issue
from doings.core.activity import Draft, Link
from doings.core.budget import ACCOUNT_STREAMS_SHARE
from doings.core.clock import SystemClock
from doings.storage.database import Database

GIGABYTE = 1024**3
STREAMS = 20_000
"""So many idle streams one worker is to hold in a gigabyte."""

READERS = 1_000
"""Those of the fan-out, and those beside whom others record."""

POSTS = 8
"""Requests under way that are told to all readers."""

WRITES_A_SECOND = 500
IN_PROCESS_MS = 20
ACROSS_MS = 40

DELIVERIES_A_SECOND = 1_000
RECEIVER_SECONDS = 0.05
LANES = 1_000


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Everything about streams and webhooks, on SQLite with one worker."""
    return Findings(
        [
            *await _idle(folder, sizes),
            await _fan_out(folder, sizes),
            await _told_in_process(folder, sizes),
            await _told_across(folder, sizes),
            await _deliveries(folder, sizes),
            await _recording_beside(folder, sizes),
        ]
    )


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def _idle(folder: Path, sizes: Sizes) -> list[Figure]:
    """As many streams as are wanted, or as the limit of descriptors allows to one account."""
    count = min(sizes.streams, int(raised_connection_limit() * ACCOUNT_STREAMS_SHARE))
    _, _, secret = await prepared(folder / "idle.db")
    with serving(App(folder / "idle.db")) as server:
        async with listening(server.port, _bearer(secret), count) as listeners:
            begun = sum(one.is_open for one in listeners)
            memory = server.resident_bytes()
    return [
        Figure(
            f"{count:,} streams that connect, 200 at a time, and are there",
            begun,
            count,
            "streams",
            target=1.0,
        ),
        Figure(
            f"resident memory of a worker with {count:,} idle streams,"
            f" over its part of 1 GiB for {STREAMS:,}",
            memory / 1e6,
            GIGABYTE * max(count / STREAMS, 0.5) / 1e6,
            "MB",
            target=1.0,
            at_most=True,
        ),
    ]


async def _fan_out(folder: Path, sizes: Sizes) -> Figure:
    """Deliveries a second; the bare app hands out the frame that ours made."""
    database, readers = folder / "fan-out.db", min(READERS, sizes.streams)
    _, _, secret = await prepared(database)
    headers = _bearer(secret)
    async with AsyncExitStack() as stack:
        ours = stack.enter_context(serving(App(database)))
        bare = stack.enter_context(serving(App(database, "bench.bare.fanout:create")))
        body = json.dumps({"kind": "note.created", "summary": "Called back about the order"})
        frame = await _frame(ours, headers, body)
        sides: dict[str, Work] = {}
        for name, server, path, text in (
            ("ours", ours, "/v1/activities", body.encode()),
            ("bare", bare, "/", frame),
        ):
            listeners = await stack.enter_async_context(listening(server.port, headers, readers))
            request = post(path, headers, text)
            sides[name] = _delivering(server.port, request, listeners, sizes.seconds)
        found = await in_turns(sides, sizes.turns)
    return over(
        f"deliveries to {readers:,} streams, over a bare ASGI fan-out of the same bytes",
        found["ours"],
        found["bare"],
        "deliveries a second",
        target=0.5,
    )


async def _frame(server: Running, headers: dict[str, str], body: str) -> bytes:
    """An event as the server sends it."""
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        await client.post("/v1/activities", content=body)
        async with client.stream("GET", "/v1/stream", params={"after": 0}) as answer:
            text = ""
            async for piece in answer.aiter_text():
                text += piece
                for frame in text.split("\n\n")[:-1]:
                    if "event: created\n" in frame:
                        return f"{frame}\n\n".encode()
    msg = "the stream ended"
    raise ConnectionError(msg)


def _delivering(
    port: int, request: bytes, listeners: Sequence[Listener], seconds: float
) -> Callable[[], Awaitable[float]]:
    """Posts for so long; what counts is when the last reader has the last event."""

    async def deliver() -> float:
        before = [one.events for one in listeners]
        started = time.perf_counter()
        found = await load(port, [itertools.repeat(request)] * POSTS, seconds=seconds)
        count = len(found.latencies)
        while any(one.events < had + count for one, had in zip(listeners, before, strict=True)):
            assert all(one.is_open for one in listeners)
            await asyncio.sleep(0.001)
        return count * len(listeners) / (time.perf_counter() - started)

    return deliver


async def _told_in_process(folder: Path, sizes: Sizes) -> Figure:
    """From the commit, as the server stamps it, to when a reader has the event."""
    database, told = folder / "in-process.db", _Told()
    _, _, secret = await prepared(database)
    headers = _bearer(secret)
    with serving(App(database, "bench.subjects.stamped:create")) as server:
        async with (
            listening(server.port, headers, 1, told.came),
            httpx.AsyncClient(base_url=server.url, headers=headers) as client,
        ):

            async def write(number: int) -> None:
                body = {"kind": "note.created", "summary": f"Called back about order {number}"}
                answer = await client.post("/v1/activities", json=body)
                told.committed[answer.json()["seq"]] = float(answer.headers[HEADER.decode()])

            await _at_pace(write, sizes.seconds * sizes.turns)
            await told.all_came()
    return told.figure("in the process", IN_PROCESS_MS)


async def _told_across(folder: Path, sizes: Sizes) -> Figure:
    """This process commits, the server tells its reader."""
    database, told = folder / "across.db", _Told()
    account_id, _, secret = await prepared(database)
    async with opened(database) as store:
        with serving(App(database)) as server:
            async with listening(server.port, _bearer(secret), 1, told.came):

                async def write(number: int) -> None:
                    draft = _draft(number)
                    activity, _ = await store.record(account_id, draft)
                    told.committed[activity.seq] = time.monotonic()

                await _at_pace(write, sizes.seconds * sizes.turns)
                await told.all_came()
    return told.figure("across processes", ACROSS_MS)


class _Told:
    """When each seq was committed, and when the reader had it."""

    def __init__(self) -> None:
        self.committed: dict[int, float] = {}
        self._came: dict[int, float] = {}

    def came(self, seq: int) -> None:
        """The reader has it."""
        self._came[seq] = time.monotonic()

    async def all_came(self) -> None:
        """Wait for what was committed."""
        async with asyncio.timeout(10):
            while self.committed.keys() - self._came.keys():  # noqa: ASYNC110 - of a protocol
                await asyncio.sleep(0.01)

    def figure(self, where: str, most: float) -> Figure:
        """The time that 99 of a hundred take no longer than, in ms."""
        taken = sorted(self._came[seq] - at for seq, at in self.committed.items())
        slowest = taken[min(int(len(taken) * 0.99), len(taken) - 1)]
        return Figure(
            f"commit to reader {where}, p99 at {WRITES_A_SECOND} writes a second, over {most:g} ms",
            max(slowest, 0.0) * 1000,
            most,
            "ms",
            target=1.0,
            at_most=True,
        )


async def _at_pace(write: Callable[[int], Coroutine[None, None, None]], seconds: float) -> None:
    """Begin so many writes a second, whatever is under way."""
    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(max(int(WRITES_A_SECOND * seconds), 1)):
            await asyncio.sleep(started + number / WRITES_A_SECOND - time.perf_counter())
            group.create_task(write(number))


def _draft(number: int, contact: int | None = None) -> Draft:
    return Draft(
        kind="note.created",
        occurred_at=SystemClock().now(),
        summary=f"Called back about order {number}",
        links=() if contact is None else (Link("contact", f"c{contact}", "subject"),),
    )


async def _deliveries(folder: Path, sizes: Sizes) -> Figure:
    """A queue of activities about a thousand people, in a lane for each."""
    database = folder / "deliveries.db"
    count = max(int(DELIVERIES_A_SECOND * sizes.seconds * sizes.turns), LANES // 10)
    account_id, _, secret = await prepared(database)
    async with opened(database) as store:
        for first in range(0, count, LANES):
            some = range(first, min(first + LANES, count))
            await asyncio.gather(
                *(store.record(account_id, _draft(one, one % LANES)) for one in some)
            )
    with serving(App(database), DOINGS_WEBHOOK_ALLOW="127.0.0.0/8") as server:
        async with receiving(count, RECEIVER_SECONDS) as receiver:
            url = f"http://127.0.0.1:{receiver.port}/"
            body = {"url": url, "lane": "entity", "after": 0}
            started = time.perf_counter()
            async with httpx.AsyncClient(base_url=server.url, headers=_bearer(secret)) as client:
                (await client.post("/v1/webhooks", json=body)).raise_for_status()
            async with asyncio.timeout(60 + count / 50):
                await receiver.done.wait()
            rate = count / (time.perf_counter() - started)
    return Figure(
        f"{count:,} webhook deliveries in lanes to a receiver that takes 50 ms,"
        f" over {DELIVERIES_A_SECOND:,} a second",
        rate,
        DELIVERIES_A_SECOND,
        "deliveries a second",
        target=1.0,
    )


async def _recording_beside(folder: Path, sizes: Sizes) -> Figure:
    """Two servers: one has streams of another account than the one that is recorded in."""
    readers = min(READERS, sizes.streams)
    async with AsyncExitStack() as stack:
        sides: dict[str, Work] = {}
        for name in ("with", "without"):
            database = folder / f"beside-{name}.db"
            _, _, secret = await prepared(database)
            async with opened(database) as store:
                other = await _credential_of_another(store)
            server = stack.enter_context(serving(App(database)))
            if name == "with":
                await stack.enter_async_context(listening(server.port, _bearer(other), readers))
            sides[name] = _recording(server.port, secret, sizes.seconds)
        found = await in_turns(sides, sizes.turns)
    return over(
        f"single writes over HTTP while {readers:,} streams of another account listen,"
        " over those without",
        found["with"],
        found["without"],
        "writes a second",
        target=0.95,
    )


def _recording(port: int, secret: str, seconds: float) -> Work:
    return lambda: write_rate(port, "/v1/activities", _bearer(secret), seconds)


async def _credential_of_another(store: Database) -> str:
    """The secret of a credential of an account in which nothing happens."""
    account = await store.create_account(f"{SLUG}-other", name="Other", time_zone="UTC")
    issued, credential = issue(account.id, scopes=["read_activities"], now=store.clock.now())
    await store.write(account.id, lambda writer: writer.add_credential(credential))
    return issued.secret
