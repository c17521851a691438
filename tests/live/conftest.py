"""An application that delivers quickly, and a receiver on this machine."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doings.app import Application
from doings.config import Settings
from tests.engines import engine, lent_database
from tests.live.receiver import Receiver, receiving
from tests.native.client import SCOPES, Native, signed_in

__all__ = ["engine"]

SCHEDULE = (0.05, 0.05, 0.05)
LOCAL = ("127.0.0.0/8",)


@pytest.fixture
async def database_url(tmp_path: Path) -> AsyncIterator[str]:
    """An empty database."""
    async with lent_database(tmp_path) as url:
        yield url


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Application]:
    """The whole application, which may deliver to this machine."""
    application = Application(
        Settings(
            database=database_url,
            webhook_schedule=SCHEDULE,
            webhook_allow=LOCAL,
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
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that answers 204."""
    async with receiving() as found:
        yield found
