"""The engines that whole applications are tested on: each test runs once on each.

A conftest that imports `engine` has its tests run so; `url_for` then names their databases.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.storage import files, servers

ENGINES = ("sqlite", "postgresql")

SQLITE_ONLY = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Marks a test that is about SQLite's file, or about nothing that an engine has a part in: what is
refused before the store is asked, what a text is read as, how an answer is laid out.
"""

POSTGRESQL_ONLY = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""Marks a test that is about PostgreSQL's server."""

_chosen = ENGINES[0]


@pytest.fixture(params=ENGINES, autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine of this test's databases."""
    global _chosen  # noqa: PLW0603 - what every helper of the running test goes by
    _chosen = request.param
    yield _chosen
    _chosen = ENGINES[0]


async def url_for(directory: Path) -> str:
    """The URL of the directory's database, which is empty at first."""
    if _chosen == "postgresql":
        return await servers.running().url_for(directory)
    return f"sqlite:///{directory}/doings.db"


@asynccontextmanager
async def lent_database(directory: Path) -> AsyncIterator[str]:
    """The URL of an empty database for as long as an application runs; quicker than `url_for`."""
    if _chosen == "postgresql":
        async with servers.running().lent_schema(directory) as url:
            yield url
    else:
        await files.begin(directory / "doings.db")
        yield await url_for(directory)


def url_outside_a_loop(directory: Path) -> str:
    """The same, for tests that speak to the program from outside and have no event loop."""
    return asyncio.run(url_for(directory))
