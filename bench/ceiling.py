"""The bare ceiling: an ASGI app that runs the SQL of one answer and sends its stored bytes."""

import os
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from doings.storage.sqlite.connection import opened

VARIABLE = "BENCH_CEILING"


class Recording(msgspec.Struct):
    """What answering one request took: the statements with their values, and the answer."""

    database: str
    statements: list[tuple[str, dict[str, Any]]]
    body: bytes


class Ceiling:
    """Does nothing but the statements and the sending."""

    def __init__(self, recording: Recording) -> None:
        self.connection = opened(Path(recording.database))
        self.statements = recording.statements
        self.body = recording.body
        self.headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(recording.body)).encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer any request with the same."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        for sql, values in self.statements:
            self.connection.execute(sql, values).fetchall()
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def create() -> Ceiling:
    """The app of a server process."""
    text = Path(os.environ[VARIABLE]).read_bytes()
    return Ceiling(msgspec.json.decode(text, type=Recording))
