"""One stream as an answer: what its reader is handed is sent, until either side ends it."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doings.core.errors import DoingsError
from doings.live import sse
from doings.live.tail import PAUSE_SECONDS, Reader, Tail

POSITION_SECONDS = 7.0
"""How often a reader is told up to where it missed nothing; it may be left out once."""


class EventStream(Response):
    """The answer of a stream; `enter` gives its reader, `leave` is told when it is over.

    Starlette's streaming answer takes three tasks for each reader. This one takes one: that which
    notices that the caller has left.
    """

    def __init__(
        self, enter: Callable[[], Reader], leave: Callable[[Reader], Awaitable[None]]
    ) -> None:
        super().__init__(headers=sse.HEADERS)
        del self.headers["content-length"]
        self._enter = enter
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end."""
        del scope
        reader = self._enter()
        reader.task = asyncio.current_task()
        watching = asyncio.create_task(_watch(receive, reader))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _send(send, reader, sse.BEGINNING)
            await _catch_up(reader.tail, reader, send)
            while not reader.is_ended:
                await _send(send, reader, await reader.taken())
            await _end(send, reader)
        except asyncio.CancelledError:
            if reader.closing != "slow" or reader.task is None:
                raise
            # It took nothing, not even the reason; the connection ends without an end.
            reader.task.uncancel()
        finally:
            watching.cancel()
            await self._leave(reader)


async def _watch(receive: Receive, reader: Reader) -> None:
    """Notice that the caller has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.leave()


async def _catch_up(tail: Tail, reader: Reader, send: Send) -> None:
    """Read and send for a reader that is behind, a chunk at a time, until it joins the others."""
    clock = asyncio.get_running_loop().time
    sent_at = clock()
    has_joined = False
    while not has_joined and not reader.is_ended:
        try:
            has_joined = await tail.step(reader)
        except DoingsError:
            # The store is away or busy: the reader waits, like those that have joined.
            await asyncio.sleep(PAUSE_SECONDS)
        if not reader.pending and clock() - sent_at >= POSITION_SECONDS:
            reader.push(sse.position_event(reader.position))
        if reader.pending and not reader.is_ended:
            await _send(send, reader, await reader.taken())
            sent_at = clock()
        else:
            await asyncio.sleep(0)


async def _send(send: Send, reader: Reader, chunk: bytes) -> None:
    """Send a chunk; it returns once the server has taken it, which it does as the reader does."""
    if chunk:
        reader.sending_since = asyncio.get_running_loop().time()
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        reader.sending_since = None


async def _end(send: Send, reader: Reader) -> None:
    """Tell the reader why its stream ends, where it is still there."""
    if not reader.has_left:
        reader.sending_since = asyncio.get_running_loop().time()
        last = b"".join(reader.pending)
        await send({"type": "http.response.body", "body": last, "more_body": False})


def is_stuck(reader: Reader, now: float, seconds: float) -> bool:
    """Whether a reader has taken nothing for so long."""
    return reader.sending_since is not None and now - reader.sending_since >= seconds
