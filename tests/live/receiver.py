"""A receiver of webhooks on a free port, which answers as it is told and keeps what it got."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec


class Received(NamedTuple):
    """One request: its headers in lower case, and the body."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body read."""
        return msgspec.json.decode(self.body)

    @property
    def message(self) -> str:
        """The id of the message."""
        return self.headers["webhook-id"]


Respond = Callable[[Received], Awaitable[bytes] | bytes]

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, body: bytes = b"", *headers: bytes) -> bytes:
    """The bytes of an answer."""
    head = b"HTTP/1.1 %d Any\r\ncontent-length: %d\r\n" % (status, len(body))
    return head + b"".join(one + b"\r\n" for one in headers) + b"\r\n" + body


class Receiver:
    """What was received, and `respond`, which says what is answered to each request."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.respond: Respond = lambda _: NO_CONTENT
        self.port = 0
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._more = asyncio.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def got(self, count: int, seconds: float = 15) -> list[Received]:
        """The requests, once there are so many."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                self._more.clear()
                await self._more.wait()
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while True:
                received = await _request(reader)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                self.received.append(received)
                self._more.set()
                try:
                    found = self.respond(received)
                    text = found if isinstance(found, bytes) else await found
                finally:
                    self._at_once -= 1
                writer.write(text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.strip().split("\r\n")[1:]
    pairs = [line.partition(":") for line in lines]
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return Received(headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver for as long as it is needed."""
    receiver = Receiver()
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
