"""The same server, which says with the answer to a recording when that was on the disk."""

import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doings import app
from doings.config import Settings
from doings.storage.database import Database

HEADER = b"bench-committed"

_committed: ContextVar[float] = ContextVar("committed", default=0.0)


async def _open(settings: Settings) -> Database:
    store = await app.open_store(settings)
    record = store.record

    async def stamped(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as `record` has it
        recorded = await record(*args, **options)
        _committed.set(time.monotonic())
        return recorded

    store.record = stamped  # type: ignore[method-assign]
    return store


def create() -> ASGIApp:
    """The application of a server process."""
    application = app.create(_open)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def stamping(message: Message) -> None:
            if message["type"] == "http.response.start" and _committed.get():
                stamp = (HEADER, repr(_committed.get()).encode())
                message = {**message, "headers": [*message["headers"], stamp]}
            await send(message)

        await application(scope, receive, stamping)

    return serve
