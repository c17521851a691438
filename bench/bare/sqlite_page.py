"""A page on SQLite: selects stored documents by an index and sends their bytes."""

from collections.abc import Sequence
from pathlib import Path

import apsw
from starlette.types import ASGIApp, Receive

from bench.bare.asgi import application, database_file

ITEMS = 35
TIMELINES = 1000

_TABLES = """
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY, timeline TEXT NOT NULL, at INTEGER NOT NULL, document BLOB NOT NULL
    );
    CREATE INDEX documents_of_timeline ON documents (timeline, at DESC);
    CREATE TABLE frame (head BLOB NOT NULL, tail BLOB NOT NULL)"""

_PAGE = f"SELECT document FROM documents WHERE timeline = ? ORDER BY at DESC LIMIT {ITEMS}"  # noqa: S608


def fill(database: Path, head: bytes, documents: Sequence[bytes], tail: bytes) -> None:
    """Make a database with the documents of an answer in each of many timelines."""
    connection = _opened(database)
    connection.execute(_TABLES)
    with connection:
        connection.execute("INSERT INTO frame VALUES (?, ?)", (head, tail))
        connection.executemany(
            "INSERT INTO documents (timeline, at, document) VALUES (?, ?, ?)", rows(documents)
        )
    connection.close()


def rows(documents: Sequence[bytes]) -> list[tuple[str, int, bytes]]:
    """In the order of happening, as they would come: those of one timeline lie far apart."""
    return [
        (f"t{timeline}", at, document)
        for at, document in enumerate(documents)
        for timeline in range(TIMELINES)
    ]


class SqlitePage:
    """Does nothing but one statement and the sending."""

    async def open(self) -> None:
        """Connect, and read what stands around the documents."""
        self.connection = _opened(database_file())
        ((self.head, self.tail),) = self.connection.execute("SELECT head, tail FROM frame")

    async def respond(self, _: Receive) -> tuple[int, bytes]:
        """A page."""
        rows: list[tuple[bytes]] = self.connection.execute(_PAGE, ("t500",)).fetchall()  # type: ignore[assignment]
        return 200, self.head + b",".join([document for (document,) in rows]) + self.tail


def _opened(database: Path) -> apsw.Connection:
    connection = apsw.Connection(str(database))
    connection.pragma("journal_mode", "wal")
    return connection


def create() -> ASGIApp:
    """The app of a server process."""
    return application(SqlitePage())
