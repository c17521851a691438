"""A page on PostgreSQL: one statement for stored documents by asyncpg alone, and their bytes."""

from collections.abc import Sequence

import asyncpg
from starlette.types import ASGIApp, Receive

from bench.bare.asgi import application, database_url
from bench.bare.sqlite_page import ITEMS, rows

CONNECTIONS = 8
"""About as many as the store has for the pages of an account."""

_TABLES = """
    CREATE TABLE documents (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        timeline TEXT NOT NULL, at BIGINT NOT NULL, document BYTEA NOT NULL
    );
    CREATE INDEX documents_of_timeline ON documents (timeline, at DESC);
    CREATE TABLE frame (head BYTEA NOT NULL, tail BYTEA NOT NULL)"""

_PAGE = f"SELECT document FROM documents WHERE timeline = $1 ORDER BY at DESC LIMIT {ITEMS}"  # noqa: S608


async def fill(url: str, head: bytes, documents: Sequence[bytes], tail: bytes) -> None:
    """Make the tables with the documents of an answer in each of many timelines."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_TABLES)
        await connection.execute("INSERT INTO frame VALUES ($1, $2)", head, tail)
        await connection.copy_records_to_table(
            "documents", records=rows(documents), columns=("timeline", "at", "document")
        )
        await connection.execute("VACUUM ANALYZE documents")
    finally:
        await connection.close()


class PostgresPage:
    """Does nothing but one statement and the sending."""

    async def open(self) -> None:
        """Connect, and read what stands around the documents."""
        self.pool = await asyncpg.create_pool(
            database_url(), min_size=CONNECTIONS, max_size=CONNECTIONS
        )
        self.head, self.tail = await self.pool.fetchrow("SELECT head, tail FROM frame")

    async def respond(self, _: Receive) -> tuple[int, bytes]:
        """A page."""
        rows = await self.pool.fetch(_PAGE, "t500")
        return 200, self.head + b",".join([document for (document,) in rows]) + self.tail


def create() -> ASGIApp:
    """The app of a server process."""
    return application(PostgresPage())
