"""Hands every body that is posted to all who listen, and does nothing else."""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

from bench.bare.asgi import body_of

HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream")],
}
DONE = {
    "type": "http.response.start",
    "status": 201,
    "headers": [(b"content-length", b"0")],
}


class _Reader:
    """Takes all that waits at once, as that is the fastest."""

    def __init__(self) -> None:
        self.pending: deque[bytes] = deque([b"event: position\ndata: {}\n\n"])
        self.woken = asyncio.Event()
        self.woken.set()

    def push(self, body: bytes) -> None:
        self.pending.append(body)
        self.woken.set()

    async def taken(self) -> bytes:
        await self.woken.wait()
        self.woken.clear()
        chunk = b"".join(self.pending)
        self.pending.clear()
        return chunk


def create() -> ASGIApp:
    """The application of a server process."""
    readers: dict[_Reader, None] = {}

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["method"] == "POST":
            body = await body_of(receive)
            for reader in readers:
                reader.push(body)
            await send(DONE)
            await send({"type": "http.response.body", "body": b""})
        elif scope["path"] == "/readyz":
            await send(DONE)
            await send({"type": "http.response.body", "body": b""})
        else:
            await _listen(readers, receive, send)

    return serve


async def _listen(readers: dict[_Reader, None], receive: Receive, send: Send) -> None:
    reader = _Reader()
    readers[reader] = None
    await send(HEAD)

    async def end() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        sending.cancel()

    sending = asyncio.create_task(_send(reader, send))
    ending = asyncio.create_task(end())
    await asyncio.wait([sending])
    ending.cancel()
    del readers[reader]


async def _send(reader: _Reader, send: Send) -> None:
    while True:
        chunk = await reader.taken()
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
