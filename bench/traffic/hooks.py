"""A receiver of webhooks that takes its time for each answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Receiver:
    """What came: `count` requests. `done` is set once there are `awaited`."""

    def __init__(self, awaited: int, seconds: float) -> None:
        self.awaited = awaited
        self.seconds = seconds
        self.count = 0
        self.port = 0
        self.done = asyncio.Event()


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(HEAD_END)
        if head < 0 or len(self._buffer) < head + len(HEAD_END) + self._length(head):
            return
        self._buffer.clear()
        loop = asyncio.get_running_loop()
        loop.call_later(self._receiver.seconds, self._answer)

    def _length(self, head: int) -> int:
        text = bytes(self._buffer[:head]).lower()
        at = text.find(LENGTH) + len(LENGTH)
        return int(text[at:].partition(b"\r\n")[0])

    def _answer(self) -> None:
        receiver = self._receiver
        receiver.count += 1
        if receiver.count >= receiver.awaited:
            receiver.done.set()
        self._transport.write(ANSWER)


@asynccontextmanager
async def receiving(awaited: int, seconds: float) -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver(awaited, seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(receiver), "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
