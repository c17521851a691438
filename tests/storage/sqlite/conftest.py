"""An engine on a file of its own, with work that never ends."""

from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from doings.storage.engine import Connection, Row
from doings.storage.sqlite.engine import SqliteEngine

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT SUM(i) FROM n"


def stuck(connection: Connection) -> Awaitable[list[Row]]:
    """Work that SQLite never ends."""
    return connection.fetch(ENDLESS)


async def quick(connection: Connection) -> bool:
    """Work that ends at once; whether it ran on the event loop's thread."""
    await connection.fetch("SELECT 1")
    return connection.is_on_loop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The database file."""
    return tmp_path / "doings.db"


@pytest.fixture
async def sqlite(path: Path) -> AsyncIterator[SqliteEngine]:
    """An engine on an empty database."""
    engine = SqliteEngine(path)
    yield engine
    await engine.close()
