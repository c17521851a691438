"""A database on every engine, brought up to date, with an account in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from doings.core.account import Account
from doings.storage.database import Database, open_database
from doings.storage.erasing.key import ErasureKey
from doings.storage.postgres import search
from doings.storage.postgres.citus import distribute
from doings.storage.postgres.engine import open_postgres
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.clocks import TickingClock
from tests.storage import files, servers
from tests.storage.book import Book

KEY = ErasureKey("a key for the tests", None)


def upgrade(_found: int, _known: int) -> None:
    """Let a database of an older version be brought up to date."""


async def open_sqlite(directory: Path, clock: TickingClock) -> Database:
    """A database in a file of the directory."""
    return await open_database(SqliteEngine(directory / "doings.db"), clock, SCHEMA, upgrade, KEY)


async def open_postgresql(directory: Path, clock: TickingClock) -> Database:
    """A database in a schema of the directory's own."""
    engine = await open_postgres(await servers.running().url_for(directory))
    return await open_database(engine, clock, search.SCHEMA, upgrade, KEY)


async def open_citus(directory: Path, clock: TickingClock) -> Database:
    """A database that is spread over the cluster that DOINGS_TEST_CITUS names."""
    engine = await open_postgres(await servers.cluster_url_for(directory))
    database = await open_database(engine, clock, search.SCHEMA, upgrade, KEY)
    await engine.write(distribute)
    return database


ENGINES: dict[str, Callable[[Path, TickingClock], Awaitable[Database]]] = {
    "sqlite": open_sqlite,
    "postgresql": open_postgresql,
}
"""How each engine's database is opened: to test another engine is to add a line here and below."""


@asynccontextmanager
async def begun_file(directory: Path) -> AsyncIterator[None]:
    """While this lasts, the directory has a database whose tables are made."""
    await files.begin(directory / "doings.db")
    yield


@asynccontextmanager
async def lent_schema(directory: Path) -> AsyncIterator[None]:
    """The same for the directory's schema."""
    async with servers.running().lent_schema(directory):
        yield


LENDING: dict[str, Callable[[Path], AbstractAsyncContextManager[None]]] = {
    "sqlite": begun_file,
    "postgresql": lent_schema,
}
"""What is quicker than to make tables for each test."""


@pytest.fixture
def clock() -> TickingClock:
    """The clock of the database."""
    return TickingClock()


@pytest.fixture(
    params=[
        *ENGINES,
        *([pytest.param("citus", marks=pytest.mark.citus)] if servers.CLUSTER else []),
    ]
)
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: TickingClock
) -> AsyncIterator[Database]:
    """An empty database."""
    if request.param == "citus":
        opened = await open_citus(tmp_path, clock)
        yield opened
        await opened.close()
        return
    async with LENDING[request.param](tmp_path):
        opened = await ENGINES[request.param](tmp_path, clock)
        yield opened
        await opened.close()


@pytest.fixture
async def account(database: Database) -> Account:
    """An account whose days begin at 5:00 UTC, 4:00 in summer."""
    return await database.create_account("acme", name="Acme", time_zone="America/New_York")


@pytest.fixture
def book(database: Database, account: Account) -> Book:
    """The account, bound to its database."""
    return Book(database, account)


@pytest.fixture
async def other(database: Database) -> Book:
    """Another account of the same database."""
    account = await database.create_account("other", name="Other", time_zone="UTC")
    return Book(database, account)
