"""The bare ceiling: an ASGI app that selects stored documents by an index and sends their bytes.

It knows no caller, no query and no surface. What Doings adds to that is what a ratio shows.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import apsw
from starlette.types import Receive, Scope, Send

DATABASE = "BENCH_CEILING"
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
        # In the order of happening, as they would come: the rows of one timeline lie far apart.
        connection.executemany(
            "INSERT INTO documents (timeline, at, document) VALUES (?, ?, ?)",
            (
                (f"t{timeline}", at, document)
                for at, document in enumerate(documents)
                for timeline in range(TIMELINES)
            ),
        )
    connection.close()


class Ceiling:
    """Does nothing but one statement and the sending."""

    def __init__(self, database: Path) -> None:
        self.connection = _opened(database)
        ((self.head, self.tail),) = self.connection.execute("SELECT head, tail FROM frame")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request with a page."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        rows: list[tuple[bytes]] = self.connection.execute(_PAGE, ("t500",)).fetchall()  # type: ignore[assignment]
        body = self.head + b",".join([document for (document,) in rows]) + self.tail
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _opened(database: Path) -> apsw.Connection:
    connection = apsw.Connection(str(database))
    connection.pragma("journal_mode", "wal")
    return connection


def create() -> Ceiling:
    """The app of a server process."""
    return Ceiling(Path(os.environ[DATABASE]))
