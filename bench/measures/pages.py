"""A 35-item page through each surface, against a bare app that selects stored documents.

Each page is read for the first time, again while nobody writes, and again beside a writer.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from bench.bare import sqlite_page
from bench.reporting.report import Comparison, Figure, Findings, Row
from bench.sizes import Sizes
from bench.subjects.servers import SLUG, App, Running, opened, prepared, serving
from bench.traffic.data import BUSY, START, STEP, drafts, requests
from bench.traffic.load import get, load, paced, post, with_body
from bench.turns import Work, in_turns, over
from doings.auth.credentials import issue
from doings.auth.jwt import issue_jwt
from doings.core.activity import Draft
from doings.core.clock import text_from_instant
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.core.store.activities import Recorded

REQUESTS = 1000
WRITES_A_SECOND = 100
FORGETFUL = "bench.subjects.forgetful:create"
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


async def fill(database: Path | str, count: int) -> None:
    """Record so many activities into a prepared database."""
    async with opened(database) as store:
        account = await store.account(SLUG)
        for first in range(0, count, 2000):
            chunk = list(drafts(first, min(2000, count - first)))
            await store.write(account.id, work_of(chunk))
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


async def filled_pages(database: Path, count: int) -> list[Target]:
    """Make a database with so many activities; returns a page for each surface."""
    _, key, secret = await prepared(database)
    await fill(database, count)
    async with opened(database) as store:
        account = await store.account(SLUG)
        contact = await store.read(account.id, lambda reader: reader.entity(("contact", BUSY)))
        jwt = issue_jwt(store.secret, key=key, account_id=account.id, now=store.clock.now())
    return targets(Caller(key, secret, jwt, contact.seq))


async def _stranger(database: Path) -> str:
    """A secret of another account, which may write."""
    async with opened(database) as store:
        other = await store.create_account("other", name="Other", time_zone="UTC")
        issued, credential = issue(other.id, scopes=["write_activities"], now=store.clock.now())
        await store.write(other.id, lambda writer: writer.add_credential(credential))
    return issued.secret


async def measure(folder: Path, sizes: Sizes) -> Findings:
    """Requests a second of each surface's page over those of a bare app that sends the same."""
    database = folder / "pages.db"
    pages = await filled_pages(database, sizes.filled)
    stranger = await _stranger(database)
    figures = {
        target.surface: await _compared(database, target, stranger, sizes) for target in pages
    }
    ratios = Comparison(
        "A page of 35 on SQLite, by surface",
        "requests over those of the bare app",
        list(WANTED),
        [
            Row(surface, [(round(figure.ratio, 3),) for figure in of_one])
            for surface, of_one in figures.items()
        ],
    )
    return Findings([figure for of_one in figures.values() for figure in of_one], [ratios])


WRITES = {
    "100 writes a second to another account": "another account",
    "100 writes a second to another contact": "another contact",
    "100 writes a second to this contact": "this contact",
}
"""Whom a client writes about while pages are read again."""

WANTED = {"read first": 0.35, "read again": 0.9} | dict(zip(WRITES, (0.65, 0.6, 0.6), strict=True))
"""The least ratio that is wanted of each."""


async def _compared(database: Path, target: Target, stranger: str, sizes: Sizes) -> list[Figure]:
    stored = database.with_name(f"{target.surface}.db")
    with serving(App(database)) as server, serving(App(database, FORGETFUL)) as forgetful:
        sqlite_page.fill(stored, *await answer_in_parts(server.port, target.path, target.headers))
        with serving(App(stored, "bench.bare.sqlite_page:create")) as bare:
            sides: dict[str, Work] = {
                "read first": lambda: _rate(forgetful, target, sizes.seconds),
                "bare": lambda: _rate(bare, target, sizes.seconds),
                "read again": lambda: _rate(server, target, sizes.seconds),
            }
            for name, whom in WRITES.items():
                writes = await _writes(whom, target, stranger, server.port, sizes.filled)
                sides[name] = partial(_rate_beside, server, target, writes, sizes.seconds)
            found = await in_turns(sides, sizes.turns)
    return [
        over(
            f"page of 35, {target.surface}, {name}",
            found[name],
            found["bare"],
            "requests a second",
            wanted,
        )
        for name, wanted in WANTED.items()
    ]


async def _writes(
    whom: str, target: Target, stranger: str, port: int, count: int
) -> Iterator[bytes]:
    """Writes to another account, to another contact, or to the very contact of the page."""
    if whom != "this contact":
        secret = stranger if whom == "another account" else target.secret
        return itertools.repeat(_post(secret, {"links": ["contact:c500"]}))
    if target.contact == SMALL:
        return _changes(target.secret, await _ids_of(SMALL, target.secret, port))
    return _going_on(target, count)


def _going_on(target: Target, count: int) -> Iterator[bytes]:
    """Posts that are the newest of the contact, a dozen a day as in the data that is there."""
    for number in itertools.count(count + 100, 100):
        at = text_from_instant(START + number * STEP)
        links = [f"contact:{target.contact}"]
        yield _post(target.secret, {"links": links, "occurred_at": at})


def _changes(secret: str, ids: list[str]) -> Iterator[bytes]:
    """Changes of one after the other: where there are no pages, posts would make the list long."""
    headers = {"Authorization": f"Bearer {secret}"}
    for number, activity_id in enumerate(itertools.cycle(ids)):
        body = json.dumps({"summary": f"Called back {number} times"}).encode()
        yield with_body("PATCH", f"/v1/activities/{activity_id}", headers, body)


async def _ids_of(contact: str, secret: str, port: int) -> list[str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get(
            f"/v1/entities/contact/{contact}/activities",
            headers={"Authorization": f"Bearer {secret}"},
        )
    return [item["id"] for item in answer.json()["items"]]


def _post(secret: str, document: dict[str, object]) -> bytes:
    body = json.dumps({"kind": "note.created", "summary": "Called back", **document}).encode()
    return post("/v1/activities", {"Authorization": f"Bearer {secret}"}, body)


async def _rate(server: Running, target: Target, seconds: float) -> float:
    return await rate(server.port, [get(target.path, target.headers)], seconds)


async def _rate_beside(
    server: Running, target: Target, writes: Iterator[bytes], seconds: float
) -> float:
    """The rate while a client writes."""
    found, written = await asyncio.gather(
        _rate(server, target, seconds), paced(server.port, writes, WRITES_A_SECOND, seconds)
    )
    assert set(written.statuses) <= {200, 201}, written.statuses
    return found


async def rate(port: int, requests: Sequence[bytes], seconds: float) -> float:
    """Pages a second of requests that come by turns on many connections."""
    found = await load(port, [itertools.cycle(requests)] * CONNECTIONS, seconds=seconds)
    assert set(found.statuses) == {200}, found.statuses
    return found.per_second


async def answer_in_parts(
    port: int, path: str, headers: dict[str, str]
) -> tuple[bytes, list[bytes], bytes]:
    """The documents of an answer, and what stands before and behind them."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.get(path, headers=headers)
    items = _items(answer.json())
    assert len(items) == sqlite_page.ITEMS
    documents = [msgspec.json.encode(item) for item in items]
    listed = b",".join(documents)
    head, _, tail = answer.content.partition(listed)
    assert head + listed + tail == answer.content
    return head, documents, tail


def _items(body: Any) -> list[Any]:  # noqa: ANN401 - any answer
    """The list of an answer, under whichever name."""
    if isinstance(body, list):
        return body
    return next(value for value in body.values() if isinstance(value, list))
