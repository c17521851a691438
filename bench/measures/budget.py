"""Where the time of a page goes that is read first: each part of its way through the program.

The application is called in this process, without a server, one request after the other. A part is
timed without the parts that it calls. Timing takes time, so the whole way is measured without it.
"""

import asyncio
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

from bench.bare import sqlite_page
from bench.bare.asgi import application as responder
from bench.measures.pages import Target, answer_in_parts, filled_pages
from bench.reporting.report import Comparison, Row
from bench.sizes import Sizes
from bench.subjects import forgetful
from bench.subjects.servers import App, serving, url_of
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

ROUNDS = 400
"""Requests of one surface for each turn that a size has."""

QUICK = 20
"""Of so many rounds one is quicker than the one that counts: few are disturbed in the same way."""

SIGN_IN_STATEMENT = "statement of the sign-in"
SIGN_IN, HANDLER, REST = "sign-in", "parameters, cursors, envelope", "routing, checks, headers"
STATEMENTS, DOCUMENTS = "statements of the page", "activities to JSON"

FUNCTIONS: list[tuple[str, object, str]] = [
    (SIGN_IN_STATEMENT, SqliteEngine, "look_up"),
    ("the read around its statements", SqliteEngine, "read"),
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

WHOLE, BARE = "all of it, untimed", "the bare app"

ORDER = [SIGN_IN, HANDLER, *dict.fromkeys(part for part, _, _ in FUNCTIONS), REST]
ORDER += [WHOLE, BARE]


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
        found[target.surface] = parts | await _bare(database, target, sizes.turns)
    named = [name for name in ORDER if any(name in parts for parts in found.values())]
    rows = [Row(name, [_cell(parts.get(name)) for parts in found.values()]) for name in named]
    title = "A page of 35 that is read first, by parts"
    return Comparison(title, "µs", list(found), rows)


def _cell(microseconds: float | None) -> tuple[float] | None:
    return None if microseconds is None else (round(microseconds, 1),)


async def _parts(database: Path, target: Target, turns: int) -> dict[str, float]:
    """The microseconds of each part, timed, and of the whole way, untimed."""
    whole, _ = await _quick_round(_application(database), target, turns, Stopwatch())
    stopwatch = Stopwatch()
    surfaces = {name: _timed(surface, stopwatch) for name, surface in app.MOUNTS.items()}
    with ExitStack() as patches:
        patches.enter_context(patch.object(app, "MOUNTS", surfaces))
        for part, owner, name in FUNCTIONS:
            timed = stopwatch.timed(part, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, timed))
        _, parts = await _quick_round(_application(database), target, turns, stopwatch)
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


async def _quick_round(
    application: app.Application, target: Target, turns: int, stopwatch: Stopwatch
) -> tuple[float, dict[str, float]]:
    """Microseconds of a quick request: of the whole, and of each part."""
    await application.start()
    rounds = []
    try:
        request = stopwatch.timed(REST, application.__call__)
        for _ in range(ROUNDS * turns):
            stopwatch.spent.clear()
            microseconds = await _request(request, target)
            parts = {part: spent / 1000 for part, spent in stopwatch.spent.items()}
            rounds.append((microseconds, parts))
    finally:
        await application.stop()
    return sorted(rounds, key=itemgetter(0))[len(rounds) // QUICK]


async def _request(application: ASGIApp, target: Target) -> float:
    """The microseconds of one request."""
    path, _, query = target.path.partition("?")
    headers = [(b"host", b"127.0.0.1")]
    headers += [(name.lower().encode(), value.encode()) for name, value in target.headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }

    async def receive() -> Message:
        await asyncio.Event().wait()  # the caller stays, and sends nothing
        return {}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == HTTPStatus.OK, message

    started = time.perf_counter()
    await application(scope, receive, send)
    return (time.perf_counter() - started) * 1e6


async def _bare(database: Path, target: Target, turns: int) -> dict[str, float]:
    """The microseconds of the bare app in this process, which sends the same bytes."""
    stored = database.with_name(f"{target.surface}.db")
    with serving(App(database)) as server:
        sqlite_page.fill(stored, *await answer_in_parts(server.port, target.path, target.headers))
    with patch.dict(os.environ, {"DOINGS_DATABASE": url_of(stored)}):
        page = sqlite_page.SqlitePage()
        await page.open()
    application = responder(page)
    rounds = sorted([await _request(application, target) for _ in range(ROUNDS * turns)])
    return {BARE: rounds[len(rounds) // QUICK]}
