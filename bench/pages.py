"""A 35-item page through each surface, against a bare app that selects stored documents.

Each page is read for the first time, again while nobody writes, and again beside a writer.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import msgspec

from bench import ceiling
from bench.data import BUSY, drafts, requests
from bench.load import get, load, paced, post
from bench.report import Figure
from bench.servers import SLUG, Running, opened, prepared, serving
from doings.auth.credentials import issue
from doings.auth.jwt import issue_jwt
from doings.core.activity import Draft
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.core.store.activities import Recorded

FILLED = 200_000
REQUESTS = 1000
SECONDS = 0.7
WRITES_A_SECOND = 100
TURNS = 6
"""After one that warms up."""

CONNECTIONS = 16


class Target(NamedTuple):
    """A request for 35 items, the contact that they concern, and a secret of the account."""

    surface: str
    path: str
    headers: dict[str, str]
    contact: str
    secret: str


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
    paths = {
        "native": (f"/v1/entities/contact/{BUSY}/activities?limit=35", bearer),
        "monica": (f"/monica/api/contacts/{caller.contact_seq}/activities?limit=35", bearer),
        "cobot": (f"/cobot/{SLUG}/api/activities?last=35", bearer),
        "invent": (f"/invent/orgs/c/contacts/{BUSY}/activities?take=35", bearer),
        "agendize": (f"/agendize/api/2.3/activities?clientId={SMALL}", agendize),
        "mio": ("/mio/business/v1/activities?limit=35", mio),
    }
    return [
        Target(surface, path, headers, SMALL if surface == "agendize" else BUSY, caller.secret)
        for surface, (path, headers) in paths.items()
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
    """Requests a second of each surface's page over those of a bare app that sends the same."""
    database = folder / "pages.db"
    _, key, secret = await prepared(database)
    await fill(database, FILLED)
    async with opened(database) as store:
        account = await store.account(SLUG)
        contact = await store.read(account.id, lambda reader: reader.entity(("contact", BUSY)))
        now = store.clock.now()
        jwt = issue_jwt(store.secret, key=key, account_id=account.id, now=now)
        other = await store.create_account("other", name="Other", time_zone="UTC")
        issued, credential = issue(other.id, scopes=["write_activities"], now=now)
        await store.write(other.id, lambda writer: writer.add_credential(credential))
    caller = Caller(key, secret, jwt, contact.seq)
    figures = []
    for target in targets(caller):
        figures += await _compared(folder, database, target, issued.secret)
    return figures


async def _compared(folder: Path, database: Path, target: Target, stranger: str) -> list[Figure]:
    """All take turns, so that none has the machine in a better hour."""
    stored = folder / f"{target.surface}.db"
    with serving(database) as server, serving(database, "bench.forgetful:create") as forgetful:
        await _store_answer(stored, server.port, target)
        with serving(stored, "bench.ceiling:create", **{ceiling.DATABASE: str(stored)}) as bare:
            turns = await _turns(server, forgetful, bare, target, stranger)
    return [
        Figure(
            f"35-item page, {target.surface}, {name}",
            median([turn[name] for turn in turns]),
            median([turn[BARE] for turn in turns]),
            "requests a second",
            wanted,
        )
        for name, wanted in (
            ("read first", 0.35),
            ("read again", 0.9),
            *((f"read again, 100 writes a second to {whom}", least) for whom, least in WRITES),
        )
    ]


BARE = "bare"

WRITES = (("another account", 0.65), ("another contact", 0.6), ("this contact", 0.6))
"""Whom a client writes about while pages are read, and the least ratio that is wanted."""

Turn = dict[str, float]


async def _turns(
    server: Running, forgetful: Running, bare: Running, target: Target, stranger: str
) -> list[Turn]:
    turns = []
    for number in range(TURNS + 1):
        turn = {
            "read first": await _rate(forgetful.port, target),
            BARE: await _rate(bare.port, target),
            "read again": await _rate(server.port, target),
        }
        for whom, _ in WRITES:
            writes = _writes(whom, target, stranger)
            rate, written = await asyncio.gather(
                _rate(server.port, target), paced(server.port, writes, WRITES_A_SECOND, SECONDS)
            )
            assert set(written.statuses) == {201}, written.statuses
            turn[f"read again, 100 writes a second to {whom}"] = rate
        if number:
            turns.append(turn)
    return turns


def _writes(whom: str, target: Target, stranger: str) -> Iterator[bytes]:
    """Posts to the native API that concern another account, another contact or this very one."""
    secret = stranger if whom == "another account" else target.secret
    contact = target.contact if whom == "this contact" else "c500"
    document = {"kind": "note.created", "summary": "Called back", "links": [f"contact:{contact}"]}
    body = json.dumps(document).encode()
    return itertools.repeat(post("/v1/activities", {"Authorization": f"Bearer {secret}"}, body))


async def _rate(port: int, target: Target) -> float:
    request = get(target.path, target.headers)
    found = await load(port, [itertools.repeat(request)] * CONNECTIONS, seconds=SECONDS)
    assert set(found.statuses) == {200}, found.statuses
    return found.per_second


async def _store_answer(database: Path, port: int, target: Target) -> None:
    """Store what stands around the documents of the answer, and the documents."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get(target.path, headers=target.headers)
    items = _items(answer.json())
    assert len(items) == ceiling.ITEMS
    documents = [msgspec.json.encode(item) for item in items]
    listed = b",".join(documents)
    head, _, tail = answer.content.partition(listed)
    assert head + listed + tail == answer.content
    ceiling.fill(database, head, documents, tail)


def _items(body: Any) -> list[Any]:  # noqa: ANN401 - any answer
    """The list of an answer, under whichever name."""
    if isinstance(body, list):
        return body
    return next(value for value in body.values() if isinstance(value, list))
