"""A 35-item page through each surface, against bare ceilings that run the SQL of an answer.

Each page is read for the first time, and again, when its documents are kept.
"""

import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from bench.ceiling import VARIABLE, Recording
from bench.data import BUSY, drafts, requests
from bench.load import get, load
from bench.report import Figure
from bench.servers import SLUG, opened, prepared, serving
from doings.app import Application
from doings.auth.jwt import issue_jwt
from doings.config import Settings
from doings.core.activity import Draft
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.core.store.activities import Recorded
from doings.httpkit.logs import set_up_logs

FILLED = 200_000
REQUESTS = 1000
SECONDS = 0.7
TURNS = 6
"""After one that warms up."""

CONNECTIONS = 16


class Target(NamedTuple):
    """A request for 35 items."""

    surface: str
    path: str
    headers: dict[str, str]


class Caller(NamedTuple):
    """What a caller needs: a credential, a token made of it, and the busy contact's number."""

    key: str
    secret: str
    jwt: str
    contact_seq: int


def targets(caller: Caller) -> list[Target]:
    """One for each surface."""
    bearer = {"Authorization": f"Bearer {caller.secret}"}
    agendize = {"apiKey": caller.key, "token": caller.secret}
    mio = {"Authorization": f"Bearer {caller.jwt}", "x-api-key": caller.key}
    monica = f"/monica/api/contacts/{caller.contact_seq}/activities?limit=35"
    return [
        Target("native", f"/v1/entities/contact/{BUSY}/activities?limit=35", bearer),
        Target("monica", monica, bearer),
        Target("cobot", f"/cobot/{SLUG}/api/activities?last=35", bearer),
        Target("invent", f"/invent/orgs/c/contacts/{BUSY}/activities?take=35", bearer),
        Target("agendize", f"/agendize/api/2.3/activities?clientId={SMALL}", agendize),
        Target("mio", "/mio/business/v1/activities?limit=35", mio),
    ]


SMALL = "small"
"""A contact with 35 activities, for surfaces that know no pages."""


def work_of(some: list[Draft]) -> Callable[[Writer], Awaitable[list[Recorded]]]:
    """The work of a transaction that records them."""
    return lambda writer: writer.record(some)


async def fill(database: Path, count: int, note: Callable[[int], None] = lambda _: None) -> None:
    """Record so many activities into a prepared database."""
    async with opened(database) as store:
        account = await store.account(SLUG)
        for first in range(0, count, 2000):
            chunk = list(drafts(first, min(2000, count - first)))
            await store.write(account.id, work_of(chunk))
            note(first)
        small = [
            msgspec.structs.replace(
                draft, links=(msgspec.structs.replace(draft.links[0], id=SMALL), draft.links[1])
            )
            for draft in itertools.islice(
                (d for d in drafts(count, 1000) if d.kind == "note.created"), 35
            )
        ]
        await store.write(account.id, work_of(small))
        asked = list(requests(REQUESTS))
        await store.write(account.id, lambda writer: recording.record(writer, asked))


async def measure(folder: Path) -> list[Figure]:
    """Requests a second of each surface's page over those of its ceiling."""
    database = folder / "pages.db"
    _, key, secret = await prepared(database)
    await fill(database, FILLED)
    async with opened(database) as store:
        account = await store.account(SLUG)
        contact = await store.read(account.id, lambda reader: reader.entity(("contact", BUSY)))
        now = store.clock.now()
        jwt = issue_jwt(store.secret, key=key, account_id=account.id, now=now)
    caller = Caller(key, secret, jwt, contact.seq)
    figures = []
    for target in targets(caller):
        figures += await _compared(folder, database, target)
    return figures


async def _compared(folder: Path, database: Path, target: Target) -> list[Figure]:
    """All take turns, so that none has the machine in a better hour."""
    first, again = [
        _ceiling(folder, name, recording)
        for name, recording in zip(("first", "again"), await record(database, target), strict=True)
    ]
    rates = [0.0] * 4
    with (
        serving(database, "bench.forgetful:create") as forgetful,
        serving(database, "bench.ceiling:create", **first) as ceiling_of_first,
        serving(database) as server,
        serving(database, "bench.ceiling:create", **again) as ceiling_of_again,
    ):
        servers = (forgetful, ceiling_of_first, server, ceiling_of_again)
        for turn in range(TURNS + 1):
            found = [await _rate(one.port, target) for one in servers]
            if turn:
                rates = [total + rate / TURNS for total, rate in zip(rates, found, strict=True)]
    ours_first, bare_first, ours_again, bare_again = rates
    page = f"35-item page, {target.surface}"
    return [
        _figure(f"{page}, read first", ours_first, bare_first, 0.5),
        _figure(f"{page}, read again", ours_again, bare_again, 0.5),
        _figure(f"{page}, read again, over the SQL of a first time", ours_again, bare_first, None),
    ]


def _ceiling(folder: Path, name: str, recording: Recording) -> dict[str, str]:
    """The variables of a ceiling's process."""
    file = folder / f"{name}.json"
    file.write_bytes(msgspec.json.encode(recording))
    return {VARIABLE: str(file)}


def _figure(name: str, ours: float, bare: float, target: float | None) -> Figure:
    return Figure(name, ours, bare, "requests a second", target)


async def _rate(port: int, target: Target) -> float:
    request = get(target.path, target.headers)
    found = await load(port, [itertools.repeat(request)] * CONNECTIONS, seconds=SECONDS)
    assert set(found.statuses) == {200}, found.statuses
    return found.per_second


async def record(database: Path, target: Target) -> tuple[Recording, Recording]:
    """Answer the request twice in this process and write down what either takes."""
    settings = Settings(database=f"sqlite:///{database}", log_level="warning")
    set_up_logs(settings)
    application = Application(settings)
    await application.start()
    engine: Any = application.services().store.engine  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(application)
    recordings = []
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        for _ in range(2):
            statements: list[tuple[str, dict[str, Any]]] = []

            def trace(_: object, sql: str, values: dict[str, Any] | None) -> bool:
                statements.append((sql, values or {}))  # noqa: B023 - traced before the next one
                return True

            engine.trace_reads(trace)
            answer = await client.get(target.path, headers=target.headers)
            assert answer.status_code == 200, answer.text  # noqa: PLR2004
            recordings.append(Recording(str(database), statements, answer.content))
    await application.stop()
    first, again = recordings
    return first, again
