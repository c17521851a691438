"""Counting the SQL statements that the application reads by."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import pytest

from doings.storage.engine import Connection, Row
from doings.storage.sql.webhook_statements import ACTIVE_WEBHOOKS
from tests.serving import IN_BACKGROUND, Served

T = TypeVar("T")


class CountingConnection:
    """A connection that keeps every statement it is asked to read by."""

    def __init__(self, connection: Connection, statements: list[str]) -> None:
        self._connection = connection
        self._statements = statements

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any member of the connection
        return getattr(self._connection, name)

    async def fetch(self, sql: str, **values: object) -> list[Row]:
        """All rows."""
        # What looks for deliveries is begun by what was recorded, and runs beside all requests.
        if sql != ACTIVE_WEBHOOKS:
            self._statements.append(sql)
        return await self._connection.fetch(sql, **values)

    async def fetch_until(self, sql: str, most: int, /, **values: object) -> list[Row]:
        """The rows of a page."""
        self._statements.append(sql)
        return await self._connection.fetch_until(sql, most, **values)

    async def fetch_one(self, sql: str, **values: object) -> Row | None:
        """The first row, if any."""
        self._statements.append(sql)
        return await self._connection.fetch_one(sql, **values)


@pytest.fixture
def statements(served: Served, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the application has read by since it started or the list was cleared."""
    return statements_of(served.database.engine, monkeypatch)


def statements_of(engine: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:  # noqa: ANN401 - any engine
    """A list that grows by each statement that the engine reads by from now on.

    What the application looks for by itself, now and then, is left out.
    """
    kept: list[str] = []
    read_uncounted = engine.read

    async def read(work: Callable[[Connection], Awaitable[T]], **options: Any) -> T:  # noqa: ANN401 - those of the engine
        if IN_BACKGROUND.get():
            return cast("T", await read_uncounted(work, **options))

        def counted(connection: Connection) -> Awaitable[T]:
            return work(cast("Connection", CountingConnection(connection, kept)))

        result: T = await read_uncounted(counted, **options)
        return result

    monkeypatch.setattr(engine, "read", read)
    return kept
