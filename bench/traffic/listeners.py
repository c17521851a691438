"""Readers of streams: connections that take what they are sent, and count it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from bench.traffic.load import get

CONNECTING = 200
"""How many connect at a time."""

SECONDS = 60
"""How long a stream may take to begin."""

BEGUN = b"event: position\n"
CREATED = b"event: created\n"

_SEQ = re.compile(rb"id: (?:\w+-)?(\d+)\nevent: created\n")


class Listener(asyncio.Protocol):
    """One stream. `events` counts what was created; `on_seq` is told the seq of each."""

    def __init__(self, request: bytes, on_seq: Callable[[int], None] | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.events = 0
        self.begun: asyncio.Future[None] = loop.create_future()
        self.is_open = True
        self._request = request
        self._on_seq = on_seq
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count; an event may come in two pieces."""
        text = self._rest + data
        if not self.begun.done() and BEGUN in text:
            self.begun.set_result(None)
        self.events += text.count(CREATED)
        # What follows the last whole event is looked at again with what comes next.
        self._rest = text[text.rfind(b"\n\n") + 2 :] if b"\n\n" in text else text
        self.events -= self._rest.count(CREATED)
        if self._on_seq is not None:
            for found in _SEQ.finditer(text, 0, len(text) - len(self._rest)):
                self._on_seq(int(found[1]))

    def connection_lost(self, error: Exception | None) -> None:
        """The server ended it, or we did."""
        self.is_open = False
        if not self.begun.done():
            self.begun.set_exception(error or ConnectionError("closed by the server"))


@asynccontextmanager
async def listening(
    port: int,
    headers: dict[str, str],
    count: int,
    on_seq: Callable[[int], None] | None = None,
) -> AsyncIterator[Sequence[Listener]]:
    """So many streams; those that did not begin are not open."""
    request = get("/v1/stream", headers)
    loop, places = asyncio.get_running_loop(), asyncio.Semaphore(CONNECTING)
    listeners: list[Listener] = []

    async def connect() -> None:
        async with places:
            _, listener = await loop.create_connection(
                lambda: Listener(request, on_seq), "127.0.0.1", port
            )
            listeners.append(listener)
            async with asyncio.timeout(SECONDS):
                await listener.begun

    try:
        await asyncio.gather(*(connect() for _ in range(count)), return_exceptions=True)
        yield listeners
    finally:
        for listener in listeners:
            listener.transport.abort()
        await asyncio.sleep(0)
