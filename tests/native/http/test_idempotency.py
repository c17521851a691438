"""Idempotency-Key: a write that is sent again is answered again and done once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from doings.app import Application
from doings.core.clock import DAY
from doings.native.handlers.batching.ingest import BATCH_LINES
from tests.native.client import Json, Native
from tests.native.handlers.batching.test_batch import numbered

KEY = {"Idempotency-Key": "k-1"}
NDJSON = {**KEY, "Content-Type": "application/x-ndjson"}

WRITES: list[tuple[str, str, Json, int]] = [
    ("POST", "/activities", {"kind": "a.b"}, 201),
    ("POST", "/activities/batch", [{"kind": "a.b"}, {"kind": "bad"}], 200),  # type: ignore[list-item]
    ("PATCH", "/activities/{id}", {"summary": "x"}, 200),
    ("DELETE", "/activities/{id}", {}, 204),
    ("PUT", "/entities/contact/8", {"name": "Jim"}, 201),
    ("DELETE", "/entities/contact/9", {}, 204),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
async def test_answers_the_same_to_the_same(
    native: Native, method: str, path: str, body: Json, status: int
) -> None:
    """Status, headers and body are those of the first time, and nothing happens again."""
    document = await native.record(links=["contact:9"])
    options: dict[str, Any] = {"json": body} if body else {}
    path = path.format(id=document["id"])
    first = await native.call(method, path, headers=KEY, **options)
    head = (await native.get("/changes", after=0, limit=200))["last"]

    again = await native.call(method, path, headers=KEY, **options)

    assert first.status_code == again.status_code == status
    assert again.content == first.content
    kept = {"content-type", "etag", "location"}
    assert _some(again.headers, kept) == _some(first.headers, kept)
    assert (await native.get("/changes", after=0, limit=200))["last"] == head


def _some(headers: Any, names: set[str]) -> dict[str, str]:  # noqa: ANN401 - httpx's own
    return {name: value for name, value in headers.items() if name in names}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/activities", {"kind": "a.c"}),
        ("POST", "/activities/batch", [{"kind": "a.b"}]),
        ("PUT", "/entities/contact/8", {"name": "Jim"}),
        ("DELETE", "/entities/contact/9", None),
    ],
)
async def test_refuses_the_key_of_another_request(
    native: Native, method: str, path: str, body: object
) -> None:
    """409 for another body, path or method; nothing is written."""
    await native.put("contact:9")
    await native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)

    answer = await native.call(
        method, path, headers=KEY, **({} if body is None else {"json": body})
    )

    assert answer.status_code == 409
    assert (await native.get("/stats"))["total"] == 1
    assert (await native.call("GET", "/entities/contact/9")).status_code == 200


async def test_a_failed_request_leaves_the_key_free(native: Native) -> None:
    """What was refused changed nothing, so it can be put right under the same key."""
    await native.call("POST", "/activities", json={"kind": "bad"}, headers=KEY)

    answer = await native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)

    assert answer.status_code == 201


async def test_keys_are_an_account_s_own(native: Native, stranger: Native) -> None:
    """The same key in another account is another key."""
    one = await native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)

    other = await stranger.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)

    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_refuses_a_key_that_is_none(native: Native, key: str) -> None:
    """400: 1 to 255 printable ASCII characters."""
    answer = await native.call(
        "POST", "/activities", json={"kind": "a.b"}, headers={"Idempotency-Key": key}
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_concurrent_duplicates_are_done_once(native: Native) -> None:
    """However many arrive at the same time, one is carried out and all get its answer."""
    answers = await asyncio.gather(
        *(native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY) for _ in range(30))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert (await native.get("/stats"))["total"] == 1


async def test_a_key_is_forgotten_after_a_day(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the same request is a new one."""
    first = await native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)
    clock = app.services().clock
    now = clock.now
    monkeypatch.setattr(type(clock), "now", lambda _: now() + DAY + 1)

    again = await native.call("POST", "/activities", json={"kind": "a.b"}, headers=KEY)

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


async def test_a_stream_that_is_sent_again_is_recorded_once(native: Native) -> None:
    """The same lines get the same answer, without external ids too."""
    body = b'{"kind":"a.b"}\nbad\n' * (BATCH_LINES + 1)
    first = await native.call("POST", "/activities/batch", content=body, headers=NDJSON)

    again = await native.call("POST", "/activities/batch", content=body, headers=NDJSON)

    assert first.json()["recorded"] == BATCH_LINES + 1
    assert again.content == first.content
    assert (await native.get("/stats"))["total"] == BATCH_LINES + 1


async def test_a_stream_that_broke_off_goes_on_when_sent_again(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batches that were recorded are not recorded again, the rest is."""
    body = b'{"kind":"a.b"}\n' * (3 * BATCH_LINES)
    write = _failing_after(3, app.services().store.write)
    monkeypatch.setattr(app.services().store, "write", write)
    broken = await native.call("POST", "/activities/batch", content=body, headers=NDJSON)
    monkeypatch.undo()
    halfway = (await native.get("/stats"))["total"]

    again = await native.call("POST", "/activities/batch", content=body, headers=NDJSON)

    assert broken.status_code == 500
    assert halfway == 2 * BATCH_LINES
    assert again.json()["recorded"] == 3 * BATCH_LINES
    assert (await native.get("/stats"))["total"] == 3 * BATCH_LINES


def _failing_after(count: int, write: Callable[..., Any]) -> Callable[..., Any]:
    left = iter(range(count))

    async def failing(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - Store.write
        if next(left, None) is None:
            raise OSError
        return await write(*args, **options)

    return failing


@pytest.mark.parametrize(
    "other",
    [
        numbered(range(1, 2 * BATCH_LINES + 1)),
        numbered(range(2 * BATCH_LINES + 1)),
        numbered(range(BATCH_LINES)),
        numbered(range(BATCH_LINES + 1)),
        b"",
    ],
    ids=["other lines", "longer", "shorter by a batch", "shorter", "empty"],
)
async def test_refuses_another_stream_under_the_same_key(native: Native, other: bytes) -> None:
    """409, and nothing of it is recorded."""
    body = numbered(range(2 * BATCH_LINES))
    await native.call("POST", "/activities/batch", content=body, headers=NDJSON)

    answer = await native.call("POST", "/activities/batch", content=other, headers=NDJSON)

    assert answer.status_code == 409
    assert (await native.get("/stats"))["total"] == 2 * BATCH_LINES


async def test_a_new_secret_is_not_kept_for_a_repetition(native: Native) -> None:
    """The answer is repeated without the secret, which is stored nowhere."""
    body = {"scopes": ["read"]}
    first = (await native.call("POST", "/tokens", json=body, headers=KEY)).json()

    again = (await native.call("POST", "/tokens", json=body, headers=KEY)).json()

    assert first["secret"] is not None
    assert again == {**first, "secret": None}
    assert len((await native.get("/tokens"))["items"]) == 2
