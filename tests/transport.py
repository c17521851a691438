"""Requests to an application in this process, streams included."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LISTENS = 0.05
"""Seconds after which a client leaves a stream, which would never end."""


def transport(app: App, **options: Any) -> httpx.ASGITransport:  # noqa: ANN401 - httpx's
    """A transport whose clients leave a stream after a moment; the answer holds what came."""
    return httpx.ASGITransport(leaving_streams(app), **options)


def leaving_streams(app: App) -> App:
    """The application, as seen by a caller that leaves a stream after a moment."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        has_left = asyncio.Event()
        has_sent_all = is_whole = False

        async def receive_or_leave() -> Message:
            nonlocal has_sent_all
            if not has_sent_all:
                message = await receive()
                has_sent_all = not message.get("more_body", False)
                return message
            await has_left.wait()
            return {"type": "http.disconnect"}

        async def send_and_watch(message: Message) -> None:
            nonlocal is_whole
            if message["type"] == "http.response.start":
                if _is_stream(message):
                    asyncio.get_running_loop().call_later(LISTENS, has_left.set)
            elif not message.get("more_body", False):
                has_left.set()
                is_whole = True
            await send(message)

        await app(scope, receive_or_leave, send_and_watch)
        if not is_whole:
            await send({"type": "http.response.body"})

    return answer


def _is_stream(message: Message) -> bool:
    types = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return any(value.startswith(b"text/event-stream") for value in types)
