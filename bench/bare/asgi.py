"""What every bare app needs of ASGI."""

import os
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send


class Bare(Protocol):
    """An app that answers every request in one way."""

    async def open(self) -> None:
        """Connect to the database."""

    async def respond(self, receive: Receive) -> tuple[int, bytes]:
        """A status and a body of JSON."""


def application(bare: Bare) -> ASGIApp:
    """The app of a server process; /readyz is answered by itself."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(bare, receive, send)
            return
        status, body = (200, b"{}") if scope["path"] == "/readyz" else await bare.respond(receive)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


async def _live(bare: Bare, receive: Receive, send: Send) -> None:
    await receive()
    await bare.open()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request."""
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


def database_url() -> str:
    """What `servers.serving` says to every app that it serves."""
    return os.environ["DOINGS_DATABASE"]


def database_file() -> Path:
    """The same, of SQLite."""
    return Path(database_url().removeprefix("sqlite:///"))
