"""The servers that are compared, their data, and what is asked of each.

FastAPI reads the very database of Doings, the others have their own of the same shape. Posts go to
accounts that nobody reads.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.bare import postgres_page, postgres_writes, sqlite_page
from bench.measures import accounts
from bench.measures.pages import answer_in_parts, fill
from bench.subjects.databases import NewDatabase, settle
from bench.subjects.servers import App, opened, prepared, serving
from bench.traffic.data import BUSY
from bench.traffic.load import get
from doings.auth.credentials import issue

DOINGS, FIRST, BARE = "Doings", "Doings, pages read first", "bare app"
FASTAPI, DJANGO = "FastAPI + SQLAlchemy", "django-activity-stream"

DJANGO_WRITER = 0
"""An account of Django's that has no pages to read."""


class Shape(NamedTuple):
    """So many accounts with so many activities each."""

    accounts: int
    each: int

    @property
    def name(self) -> str:
        """As tables have it."""
        if self.accounts == 1:
            return f"{self.each:,} activities"
        return f"{self.accounts:,} accounts of {self.each}"


class Data(NamedTuple):
    """The databases of one shape on one engine, and who reads and writes there."""

    doings: str
    django: str
    bare: str
    readers: list[tuple[int, str]]
    """Some accounts of Doings, each with a secret."""

    writer_secret: str
    fastapi_writer: int


class Pages(NamedTuple):
    """Requests for a page, which come by turns."""

    app: App
    requests: list[bytes]


class Posts(NamedTuple):
    """Where single writes go."""

    app: App
    path: str
    headers: dict[str, str]


def pages_of(data: Data) -> dict[str, Pages]:
    """By the name of the side."""
    requests = [get(*_page(secret)) for _, secret in data.readers]
    fastapi = [
        get(f"/accounts/{account}/entities/contact/{BUSY}/activities", {})
        for account, _ in data.readers
    ]
    django = [
        get(f"/accounts/{number}/contacts/{BUSY}/stream", {})
        for number in range(1, len(data.readers) + 1)
    ]
    return {
        DOINGS: Pages(App(data.doings), requests),
        FIRST: Pages(App(data.doings, "bench.subjects.forgetful:create"), requests),
        BARE: Pages(App(data.bare, f"bench.bare.{_kind(data)}_page:create"), requests),
        FASTAPI: Pages(_fastapi(data), fastapi),
        DJANGO: Pages(_django(data), django),
    }


def posts_of(data: Data) -> dict[str, Posts]:
    """By the name of the side."""
    path, headers = "/v1/activities", {"Authorization": f"Bearer {data.writer_secret}"}
    bare = App(data.bare, f"bench.bare.{_kind(data)}_writes:create")
    return {
        DOINGS: Posts(App(data.doings), path, headers),
        BARE: Posts(bare, path, headers),
        FASTAPI: Posts(_fastapi(data), f"/accounts/{data.fastapi_writer}/activities", {}),
        DJANGO: Posts(_django(data), f"/accounts/{DJANGO_WRITER}/actions", {}),
    }


def _kind(data: Data) -> str:
    return "sqlite" if data.bare.startswith("sqlite") else "postgres"


def _fastapi(data: Data) -> App:
    return App(data.doings, "bench.peers.fastapi_sqlalchemy:create")


def _django(data: Data) -> App:
    return App(data.django, "bench.peers.activity_stream.wsgi:create", interface="wsgi")


async def filled(new_database: NewDatabase, shape: Shape) -> Data:
    """Make and fill the databases."""
    url, django, bare = [
        await new_database(f"{kind}-{shape.accounts}-{shape.each}")
        for kind in ("doings", "django", "bare")
    ]
    if shape.accounts == 1:
        account_id, _, secret = await prepared(url)
        await fill(url, shape.each)
        readers = [(account_id, secret)]
    else:
        readers = await accounts.fill(url, shape.accounts)
    writer_secret, fastapi_writer = await _writers(url)
    _fill_django(django, shape)
    for one in (url, django):
        await settle(one)
    await _fill_bare(bare, url, readers)
    return Data(url, django, bare, readers, writer_secret, fastapi_writer)


async def _writers(url: str) -> tuple[str, int]:
    """The secret of the account that is written to through Doings, the id of FastAPI's."""
    async with opened(url) as store:
        ours, theirs = [
            await store.create_account(name, name=name, time_zone="UTC")
            for name in ("writer", "fastapi")
        ]
        issued, credential = issue(ours.id, scopes=["write_activities"], now=store.clock.now())
        await store.write(ours.id, lambda writer: writer.add_credential(credential))
    return issued.secret, theirs.id


def _fill_django(url: str, shape: Shape) -> None:
    """In a process of its own, as Django's settings are those of a process."""
    words = [str(shape.accounts), str(shape.each)]
    subprocess.run(
        [sys.executable, "-m", "bench.peers.activity_stream", *words],
        check=True,
        env=os.environ | {"DOINGS_DATABASE": url},
    )


async def _fill_bare(bare: str, url: str, readers: Sequence[tuple[int, str]]) -> None:
    """Store what Doings answers."""
    path, headers = _page(readers[0][1])
    with serving(App(url)) as server:
        parts = await answer_in_parts(server.port, path, headers)
    if bare.startswith("sqlite"):
        sqlite_page.fill(Path(bare.removeprefix("sqlite:///")), *parts)
    else:
        await postgres_page.fill(bare, *parts)
        await postgres_writes.prepare(bare)


def _page(secret: str) -> tuple[str, dict[str, str]]:
    path = f"/v1/entities/contact/{BUSY}/activities?limit=35"
    return path, {"Authorization": f"Bearer {secret}"}
