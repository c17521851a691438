"""Where there is no room, each surface says so in its own shape, and when to come again."""

from typing import Any

import pytest

from doings.httpkit.problem import MEDIA_TYPE
from doings.storage import write_batcher
from doings.storage.sqlite import readers
from tests.serving import Served

PROBLEM = {"type": "about:blank", "title": "Service Unavailable", "status": 503}


@pytest.mark.parametrize(
    ("path", "media_type", "document"),
    [
        (
            "/v1/activities?q=x",
            MEDIA_TYPE,
            {**PROBLEM, "detail": "too many searches and exports are running; try again soon"},
        ),
        (
            "/monica/api/contacts?query=x",
            "application/json",
            {"message": "Service Unavailable"},
        ),
    ],
)
async def test_a_search_without_a_reader_is_refused(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    media_type: str,
    document: dict[str, Any],
) -> None:
    """503, and after a second there may be one."""
    monkeypatch.setattr(readers, "ACCOUNT_READS", 0)
    acme = await served.business()

    answer = await served.client.get(path, headers=acme.bearer)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == media_type
    assert answer.json() == document


async def test_a_write_without_room_is_refused(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and nothing is recorded."""
    monkeypatch.setattr(write_batcher, "ACCOUNT_WRITES", 0)
    acme = await served.business()

    answer = await served.client.post("/v1/activities", json={"kind": "a.b"}, headers=acme.bearer)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json() == {**PROBLEM, "detail": "too much waits to be written; try again soon"}
