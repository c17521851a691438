"""Where the time of a page goes that is read first: each part of its way through the program.

The application is called in this process, without a server, one request after the other. A part is
timed without the parts that it calls. Timing takes time, so the whole way is measured without it.
"""

import inspect
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr
from functools import wraps
from http import HTTPStatus
from operator import itemgetter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from starlette.types import ASGIApp, Message

from bench import forgetful
from bench.bare import sqlite_page
from bench.bare.asgi import application as responder
from bench.load import get
from bench.pages import Target, answer_in_parts, filled_pages, rate
from bench.report import Comparison, Row
from bench.servers import App, serving, url_of
from bench.sizes import Sizes
from doings import app
from doings.dialects.cobot import routes as cobot
from doings.dialects.mio import routes as mio
from doings.dialects.monica.handlers import activities as monica
from doings.httpkit.observing import observe
from doings.httpkit.surface import Operation, Surface
from doings.native.http import responses
from doings.storage import document_cache
from doings.storage.reading import activities
from doings.storage.sqlite.connection import SqliteConnection
from doings.storage.sqlite.engine import SqliteEngine

CALLS = 20
"""Of one surface in a round; of all rounds the quickest one counts: nothing came between."""

ROUNDS = 40
"""For each turn that a size has."""

SIGN_IN_STATEMENT = "statement of the sign-in"
SIGN_IN, HANDLER, REST = "sign-in", "parameters, cursors, envelope", "routing, checks, headers"
STATEMENTS, DOCUMENTS = "statements of the page", "activities to JSON"

FUNCTIONS: list[tuple[str, object, str]] = [
    (SIGN_IN_STATEMENT, SqliteEngine, "look_up"),
    ("beginning and end of the read", SqliteEngine, "read"),
    (STATEMENTS, SqliteConnection, "fetch"),
    (STATEMENTS, SqliteConnection, "fetch_one"),
    ("rows to activities", activities, "activities_from_rows"),
    (DOCUMENTS, document_cache, "render"),
    (DOCUMENTS, monica, "rendered"),
    (DOCUMENTS, cobot, "rendered"),
    (DOCUMENTS, mio, "rendered"),
    ("ETag", responses, "etag_of"),
    ("log line", observe, "log_request"),
    ("metrics", observe, "count"),
]
"""The functions that each part is, and where they are called by that name."""

WHOLE, BARE, SERVER = "all of it, untimed", "the bare app", "the HTTP server around the bare app"

ORDER = [SIGN_IN, HANDLER, *dict.fromkeys(part for part, _, _ in FUNCTIONS), REST]
ORDER += [WHOLE, BARE, SERVER]


class Stopwatch:
    """How long each part took by itself, in nanoseconds. It is for one task."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._running = [""]
        self._called = [0]
        """For each part that runs, what the parts took that it called."""

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, or the same coroutine function, timed."""

        @wraps(work)
        async def waiting(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it is
            started = self._begin(part)
            try:
                return await work(*args, **named)
            finally:
                self._end(started)

        @wraps(work)
        def calling(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever it is
            started = self._begin(part)
            try:
                return work(*args, **named)
            finally:
                self._end(started)

        return waiting if inspect.iscoroutinefunction(work) else calling

    def _begin(self, part: str) -> int:
        # A statement is the sign-in's or the page's.
        is_inside = self._running[-1] == SIGN_IN_STATEMENT
        self._running.append(SIGN_IN_STATEMENT if is_inside else part)
        self._called.append(0)
        return time.perf_counter_ns()

    def _end(self, started: int) -> None:
        taken = time.perf_counter_ns() - started
        self.spent[self._running.pop()] += taken - self._called.pop()
        self._called[-1] += taken


async def measure(folder: Path, sizes: Sizes) -> Comparison:
    """The parts of each surface's page, and what the bare app takes for the same bytes."""
    database = folder / "budget.db"
    found: dict[str, dict[str, float]] = {}
    for target in await filled_pages(database, sizes.filled):
        parts = await _parts(database, target, sizes.turns)
        found[target.surface] = parts | await _bare(database, target, sizes)
    rows = [Row(name, [_cell(parts.get(name)) for parts in found.values()]) for name in ORDER]
    title = "A page of 35 that is read first, by parts"
    return Comparison(title, "µs", list(found), rows)


def _cell(microseconds: float | None) -> tuple[float] | None:
    return None if microseconds is None else (round(microseconds, 1),)


async def _parts(database: Path, target: Target, turns: int) -> dict[str, float]:
    """The microseconds of each part, timed, and of the whole way, untimed."""
    whole, _ = await _quickest(_application(database), target, turns, Stopwatch())
    stopwatch = Stopwatch()
    surfaces = {name: _timed(surface, stopwatch) for name, surface in app.MOUNTS.items()}
    with ExitStack() as patches:
        patches.enter_context(patch.object(app, "MOUNTS", surfaces))
        for part, owner, name in FUNCTIONS:
            timed = stopwatch.timed(part, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, timed))
        _, parts = await _quickest(_application(database), target, turns, stopwatch)
    return {**parts, WHOLE: whole}


def _timed(surface: Surface, stopwatch: Stopwatch) -> Surface:
    """The surface with its sign-in and its handlers timed."""

    def handled(operation: Operation) -> Operation:
        handle = stopwatch.timed(HANDLER, operation.handle)
        return msgspec.structs.replace(operation, handle=handle)

    resources = [
        msgspec.structs.replace(
            resource, operations={name: handled(one) for name, one in resource.operations.items()}
        )
        for resource in surface.resources
    ]
    sign_in = surface.authenticate and stopwatch.timed(SIGN_IN, surface.authenticate)
    return msgspec.structs.replace(surface, resources=tuple(resources), authenticate=sign_in)


def _application(database: Path) -> app.Application:
    """An application that keeps nothing. It writes its log, and nobody reads it."""
    variables = {"DOINGS_DATABASE": url_of(database), "DOINGS_LOG_LEVEL": "info"}
    # The log goes on after this.
    nobody = Path(os.devnull).open("w")  # noqa: SIM115
    with patch.dict(os.environ, variables), redirect_stderr(nobody):
        return forgetful.create()


async def _quickest(
    application: app.Application, target: Target, turns: int, stopwatch: Stopwatch
) -> tuple[float, dict[str, float]]:
    """Microseconds of a request in the quickest round: of the whole, and of each part."""
    await application.start()
    try:
        rounds = []
        request = stopwatch.timed(REST, application.__call__)
        for _ in range(1 + ROUNDS * turns):
            stopwatch.spent.clear()
            seconds = await _seconds(request, target)
            parts = {part: spent / CALLS / 1000 for part, spent in stopwatch.spent.items()}
            rounds.append((seconds / CALLS * 1e6, parts))
    finally:
        await application.stop()
    return min(rounds, key=itemgetter(0))


async def _seconds(application: ASGIApp, target: Target) -> float:
    """What the requests of a round take."""
    path, _, query = target.path.partition("?")
    headers = [(b"host", b"127.0.0.1")]
    headers += [(name.lower().encode(), value.encode()) for name, value in target.headers.items()]

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == HTTPStatus.OK, message

    started = time.perf_counter()
    for _ in range(CALLS):
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": list(headers),
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "root_path": "",
        }
        await application(scope, receive, send)
    return time.perf_counter() - started


async def _bare(database: Path, target: Target, sizes: Sizes) -> dict[str, float]:
    """Microseconds of the bare app in this process, and of the server that it stands behind."""
    stored = database.with_name(f"{target.surface}.db")
    with serving(App(database)) as server:
        sqlite_page.fill(stored, *await answer_in_parts(server.port, target.path, target.headers))
    with serving(App(stored, "bench.bare.sqlite_page:create")) as bare:
        requests = [get(target.path, target.headers)]
        rates = [await rate(bare.port, requests, sizes.seconds) for _ in range(1 + sizes.turns)]
    with patch.dict(os.environ, {"DOINGS_DATABASE": url_of(stored)}):
        page = sqlite_page.SqlitePage()
        await page.open()
    application = responder(page)
    rounds = [await _seconds(application, target) for _ in range(1 + ROUNDS * sizes.turns)]
    alone = min(rounds) / CALLS * 1e6
    return {BARE: alone, SERVER: 1e6 / max(rates) - alone}
