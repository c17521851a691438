"""Somebody who listens to a stream, and what they have heard."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol

from doings.app import Application
from tests.native.client import Native

QUICK = 0.02
"""Seconds in the place of all that a stream waits for."""


class Signed(Protocol):
    """Whoever has a secret."""

    @property
    def secret(self) -> str | None:
        """That of a credential."""


class Event(NamedTuple):
    """An event as a browser takes it."""

    name: str
    id: str | None
    data: Any


class Listener:
    """Somebody who reads a stream in this process; `is_stuck` takes nothing of it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.is_over = False
        self.is_stuck = False
        self.free = asyncio.Event()
        self.left = asyncio.Event()
        self.news = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        """ASGI's: nothing is sent but that it leaves."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's
        """ASGI's: what it gets."""
        if self.is_stuck:
            await self.free.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()
            self.is_over = not message.get("more_body", False)
        self.news.set()

    @property
    def events(self) -> list[Event]:
        """All whole events that it got."""
        blocks = [block for block in self.text.split("\n\n")[:-1] if "event: " in block]
        return [_event(block) for block in blocks]

    def told(self) -> list[tuple[str, int]]:
        """The names and seqs of its events, positions left out."""
        return [
            (event.name, int(event.id.rpartition("-")[2]))
            for event in self.events
            if event.id and event.name != "position"
        ]

    async def wait_for(self, name: str, count: int = 1) -> Event:
        """The event of that name, once there are so many."""
        async with asyncio.timeout(10):
            while len(found := [event for event in self.events if event.name == name]) < count:
                self.news.clear()
                await self.news.wait()
        return found[count - 1]


def _event(block: str) -> Event:
    fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
    return Event(fields["event"], fields.get("id"), json.loads(fields["data"]))


@asynccontextmanager
async def listening(
    app: Application,
    native: Signed,
    query: str = "",
    *,
    path: str = "/v1/stream",
    is_ready: bool = True,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[Listener]:
    """Listen to a stream; it has begun unless it is not to be waited for."""
    listener = Listener()
    sent = {"authorization": f"Bearer {native.secret}", **(headers or {})}
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(),
        "root_path": "", "query_string": query.encode(), "client": ("127.0.0.1", 1),
        "headers": [
            (name.encode(), text.encode()) for name, text in sent.items()
        ],
    }  # fmt: skip
    serving = asyncio.create_task(app(scope, listener.receive, listener.send))
    try:
        if is_ready:
            await listener.wait_for("position")
        yield listener
    finally:
        listener.left.set()
        listener.free.set()
        await asyncio.wait_for(serving, 10)


async def until(is_so: Callable[[], bool]) -> None:
    """Return when something is so."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - nothing tells when it is
            await asyncio.sleep(QUICK)


async def position(native: Native) -> str:
    """The position of the account now."""
    answer = await native.http.get("/activities")
    here: str = answer.headers["doings-position"]
    return here
