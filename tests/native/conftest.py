"""An application with an account, and somebody who talks to its native API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doings.app import Application
from doings.config import Settings
from tests.engines import engine, lent_database
from tests.native.client import SCOPES, Native, signed_in

__all__ = ["engine"]


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[Application]:
    """The whole application on an empty database."""
    async with lent_database(tmp_path) as database:
        application = Application(
            Settings(
                database=database,
                log_key=f"{tmp_path}/log-key",
                erasure_key="a key for the tests",
            )
        )
        await application.start()
        yield application
        await application.stop()


@pytest.fixture
async def native(app: Application) -> AsyncIterator[Native]:
    """A client that may do everything in its account."""
    client = await signed_in(app, "acme", SCOPES)
    yield client
    await client.http.aclose()


@pytest.fixture
async def stranger(app: Application) -> AsyncIterator[Native]:
    """A client that may do everything in another account."""
    client = await signed_in(app, "other", SCOPES)
    yield client
    await client.http.aclose()
