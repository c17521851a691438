"""A 35-item page through each surface, against the bare ceiling that runs the same SQL."""

import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from bench.ceiling import VARIABLE, Recording
from bench.data import BUSY, drafts
from bench.load import Load, get, load
from bench.report import Figure
from bench.servers import SLUG, opened, prepared, serving
from doings.app import MOUNTS, Application
from doings.config import Settings
from doings.core.activity import Draft
from doings.core.store import Ledger, Recorded
from doings.httpkit.logs import set_up_logs

FILLED = 200_000
SECONDS = 4.0
CONNECTIONS = 16


class Target(NamedTuple):
    """A request for 35 items."""

    surface: str
    path: str
    headers: dict[str, str]


def targets(key: str, secret: str, contact_seq: int) -> list[Target]:
    """One for each surface that is mounted."""
    bearer = {"Authorization": f"Bearer {secret}"}
    agendize = {"apiKey": key, "token": secret}
    every = [
        Target("native", f"/v1/entities/contact/{BUSY}/activities?limit=35", bearer),
        Target("monica", f"/monica/api/contacts/{contact_seq}/activities?limit=35", bearer),
        Target("cobot", f"/cobot/{SLUG}/api/activities?last=35", bearer),
        Target("invent", f"/invent/orgs/c/contacts/{BUSY}/activities?take=35", bearer),
        Target("agendize", f"/agendize/api/2.3/activities?clientId={SMALL}", agendize),
    ]
    mounted = {surface.name for surface in MOUNTS.values()}
    return [target for target in every if target.surface in mounted]


SMALL = "small"
"""A contact with 35 activities, for surfaces that know no pages."""


def recording(some: list[Draft]) -> Callable[[Ledger], Awaitable[list[Recorded]]]:
    """The work of a transaction that records them."""
    return lambda ledger: ledger.record(some)


async def fill(database: Path, count: int, note: Callable[[int], None] = lambda _: None) -> None:
    """Record so many activities into a prepared database."""
    async with opened(database) as store:
        account = await store.account(SLUG)
        for first in range(0, count, 2000):
            chunk = list(drafts(first, min(2000, count - first)))
            await store.write(account.id, recording(chunk))
            note(first)
        small = [
            msgspec.structs.replace(
                draft, links=(msgspec.structs.replace(draft.links[0], id=SMALL), draft.links[1])
            )
            for draft in itertools.islice(
                (d for d in drafts(count, 1000) if d.kind == "note.created"), 35
            )
        ]
        await store.write(account.id, recording(small))


async def measure(folder: Path) -> list[Figure]:
    """Requests a second of each surface's page over those of its ceiling."""
    database = folder / "pages.db"
    _, key, secret = await prepared(database)
    await fill(database, FILLED)
    async with opened(database) as store:
        account = await store.account(SLUG)
        contact = await store.read(account.id, lambda reader: reader.entity(("contact", BUSY)))
    figures = []
    for target in targets(key, secret, contact.seq):
        recording = folder / f"{target.surface}.json"
        recording.write_bytes(msgspec.json.encode(await record(database, target)))
        with serving(database) as server:
            ours = await _load(server.port, target)
        with serving(database, "bench.ceiling:create", **{VARIABLE: str(recording)}) as server:
            bare = await _load(server.port, target)
        figures.append(
            Figure(
                f"35-item page, {target.surface}",
                ours.per_second / bare.per_second,
                0.5,
                f"{ours.per_second:,.0f} of {bare.per_second:,.0f} requests a second",
            )
        )
    return figures


async def _load(port: int, target: Target) -> Load:
    request = get(target.path, target.headers)
    await load(port, [itertools.repeat(request)] * CONNECTIONS, seconds=1)
    found = await load(port, [itertools.repeat(request)] * CONNECTIONS, seconds=SECONDS)
    assert set(found.statuses) == {200}, found.statuses
    return found


async def record(database: Path, target: Target) -> Recording:
    """Answer the request once in this process and write down what that takes."""
    settings = Settings(database=f"sqlite:///{database}", log_level="warning")
    set_up_logs(settings)
    application = Application(settings)
    await application.start()
    statements: list[tuple[str, dict[str, Any]]] = []

    def trace(_: object, sql: str, values: dict[str, Any] | None) -> bool:
        statements.append((sql, values or {}))
        return True

    engine: Any = application.services().store.engine  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
        warm = await client.get(target.path, headers=target.headers)
        assert warm.status_code == 200, warm.text  # noqa: PLR2004
        engine.trace_reads(trace)
        answer = await client.get(target.path, headers=target.headers)
    await application.stop()
    return Recording(str(database), statements, answer.content)
