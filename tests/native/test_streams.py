"""Whole timelines as streams, and how a reader knows that one broke off."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from doings.app import Application
from doings.core.activity import Activity
from doings.core.errors import Unavailable
from doings.core.query import Query
from doings.core.timeline import Timeline
from tests.native.client import Native


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "text/csv"])
async def test_a_stream_that_breaks_off_has_no_end(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch, media_type: str
) -> None:
    """The server is never told that the answer is complete, so it leaves out the last chunk."""
    await native.record(summary="first")
    walk = Timeline.walk

    async def broken(
        timeline: Timeline, query: Query, **asked: bool
    ) -> AsyncIterator[list[Activity]]:
        async for chunk in walk(timeline, query, **asked):
            yield chunk
        raise Unavailable("the store went away")

    monkeypatch.setattr(Timeline, "walk", broken)
    sent: list[dict[str, Any]] = []

    with pytest.raises(Unavailable):
        await _get(app, native, media_type, sent)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert b"first" in sent[1]["body"]
    assert sent[1]["more_body"] is True


async def _get(
    app: Application, native: Native, media_type: str, sent: list[dict[str, Any]]
) -> None:
    """Ask for the list and keep the messages that the server is sent."""
    headers = [
        (b"host", b"server"),
        (b"accept", media_type.encode()),
        (b"authorization", f"Bearer {native.secret}".encode()),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
        "method": "GET", "scheme": "http", "path": "/v1/activities", "root_path": "",
        "raw_path": b"/v1/activities", "query_string": b"", "headers": headers,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()  # the caller stays, and sends nothing
        return {}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
        sent.append(message)

    await app(scope, receive, send)
