"""An answer that nobody waits for any more is given up."""

import asyncio
from typing import cast

import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message

from doings.httpkit.bounds import presence
from doings.httpkit.bounds.presence import while_present
from doings.httpkit.endpoint import handled
from doings.httpkit.request import Request, Services
from doings.httpkit.surface import Operation


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before looking."""
    monkeypatch.setattr(presence, "LOOK_SECONDS", 0)


async def test_work_is_cancelled_when_its_caller_leaves() -> None:
    """What is left of the body is of no interest."""
    messages = iter(("http.request", "http.disconnect"))
    ends: list[str] = []

    async def receive() -> Message:
        return {"type": next(messages)}

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    with pytest.raises(ClientDisconnect):
        await while_present(work(), receive)

    assert ends == ["cancelled"]
    await asyncio.sleep(0)


async def test_nobody_listens_after_the_work() -> None:
    """The answer may listen by itself."""
    listening = asyncio.Event()
    ends: list[str] = []

    async def receive() -> Message:
        listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("heard")
        return {}

    async def work() -> int:
        await listening.wait()
        return 1

    assert await while_present(work(), receive) == 1
    assert ends == ["heard"]


async def test_work_may_be_cancelled_by_others() -> None:
    """That is no caller that left."""

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    task = asyncio.create_task(while_present(asyncio.Event().wait(), receive))
    await asyncio.sleep(0.01)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("method", "is_given_up"), [("GET", True), ("HEAD", True), ("POST", False)]
)
async def test_only_what_reads_is_given_up(
    method: str,
    is_given_up: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """What writes is carried out, whoever still waits for it."""

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def handle(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
        await asyncio.sleep(0.05)
        return Response()

    request = Request(cast("Services", None), {"method": method}, receive, 1)
    answering = handled(Operation(handle), request, receive)

    if is_given_up:
        with pytest.raises(ClientDisconnect):
            await answering
    else:
        assert (await answering).status_code == 200


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_what_a_write_only_reads_is_given_up(method: str) -> None:
    """Such as counting what would go; nobody listens twice for the end of a GET."""
    heard: list[str] = []

    async def receive() -> Message:
        heard.append("disconnect")
        return {"type": "http.disconnect"}

    async def handle(request: Request) -> Response:
        await request.while_present(asyncio.sleep(0.05))
        return Response()

    request = Request(cast("Services", None), {"method": method}, receive, 1)

    with pytest.raises(ClientDisconnect):
        await handled(Operation(handle), request, receive)

    assert heard == ["disconnect"]
