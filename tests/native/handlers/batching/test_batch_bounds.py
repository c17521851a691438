"""Batches are recorded in transactions of bounded work, and streams of nothing end."""

import gzip
from typing import Any

import msgspec
import pytest

from doings.app import Application
from doings.core.errors import Unavailable
from doings.native.formats import ndjson
from doings.native.handlers.batching import batch, ingest
from doings.storage.database import Database
from tests.native.client import Json, Native, problems

NDJSON = {"Content-Type": "application/x-ndjson"}
ITEMS: list[Json] = [
    {"kind": "a.b", "links": [f"contact:{n}"], "summary": str(n)} for n in range(30)
]


@pytest.fixture
def transactions(app: Application) -> list[int]:
    """How many activities each transaction recorded, where it recorded any."""
    recorded: list[int] = []
    store = app.services().store
    assert isinstance(store, Database)
    store.on_recorded = lambda count: recorded.append(count) if count else None
    return recorded


@pytest.fixture(autouse=True)
def small_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a transaction do little: five items with a link."""
    monkeypatch.setattr(batch, "WRITE_WORK", 10)
    monkeypatch.setattr(ingest, "WRITE_WORK", 10)


async def send(native: Native, content: bytes, **options: Any) -> Any:  # noqa: ANN401 - an answer
    """Send a batch."""
    return await native.call("POST", "/activities/batch", content=content, **options)


@pytest.mark.parametrize("door", ["array", "stream"])
async def test_a_batch_is_parted_by_its_work(
    native: Native, transactions: list[int], door: str
) -> None:
    """Not by its lines alone; the answer is that of one transaction."""
    content, headers = msgspec.json.encode(ITEMS), {}
    if door == "stream":
        content, headers = b"\n".join(map(msgspec.json.encode, ITEMS)), NDJSON

    answer = await send(native, content, headers=headers)

    assert answer.json() == {"recorded": 30, "repeated": 0, "errors": []}
    assert transactions == [5] * 6
    assert (await native.summaries())[:2] == ["29", "28"]


async def test_lines_of_one_name_are_more_work(
    native: Native, transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them replaces the one before by itself."""
    writes: list[int] = []
    write = Database.write

    async def counted(self: Database, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        writes.append(1)
        return await write(self, *args, **options)

    monkeypatch.setattr(Database, "write", counted)
    items = [{"kind": "a.b", "external_id": "x", "summary": str(n)} for n in range(6)]
    content = b"\n".join(map(msgspec.json.encode, items))

    answer = await send(native, content, headers=NDJSON, params={"on_repeat": "replace"})

    assert answer.json() == {"recorded": 1, "replaced": 5, "repeated": 0, "errors": []}
    assert transactions == [1]
    assert len(writes) == 3


async def test_an_atomic_array_of_too_much_work_is_refused(native: Native) -> None:
    """422 that says what to do instead, with nothing recorded."""
    answer = await send(native, msgspec.json.encode(ITEMS), params={"atomic": "true"})

    assert answer.status_code == 422
    ((field, reason),) = problems(answer)
    assert field == "atomic"
    assert "application/x-ndjson" in reason
    assert await native.summaries() == []


async def test_a_large_array_is_recorded_once_under_its_key(native: Native) -> None:
    """Sent again it is answered the same; another one under the key is refused."""
    content = msgspec.json.encode(ITEMS)
    key = {"Idempotency-Key": "k"}

    first = await send(native, content, headers=key)
    again = await send(native, content, headers=key)
    other = await send(native, msgspec.json.encode(ITEMS[1:]), headers=key)

    assert first.json() == again.json() == {"recorded": 30, "repeated": 0, "errors": []}
    assert other.status_code == 409
    assert len(await native.summaries(limit=200)) == 30


async def test_a_large_array_that_breaks_off_says_how_much_is_recorded(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a stream does, and it goes on where it stopped when it is sent again under its key."""
    content, key = msgspec.json.encode(ITEMS), {"Idempotency-Key": "k"}
    write, left = Database.write, [3]

    async def failing(self: Database, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        left[0] -= 1
        if left[0] == 0:
            raise Unavailable("the disk is full")
        return await write(self, *args, **options)

    monkeypatch.setattr(Database, "write", failing)
    broken = await send(native, content, headers=key)
    again = await send(native, content, headers=key)

    assert (broken.status_code, broken.json()["line"], broken.json()["recorded"]) == (503, 5, 5)
    assert again.json()["recorded"] == 30
    assert len(await native.summaries(limit=200)) == 30


@pytest.mark.parametrize(
    "nothing",
    [b"\n", b" ", b"\r\n", b" \t\r\n", b"\n\n \n"],
    ids=["lf", "space", "crlf", "mixed", "both"],
)
async def test_a_stream_of_nothing_ends(
    native: Native, monkeypatch: pytest.MonkeyPatch, nothing: bytes
) -> None:
    """422 after so many bytes; what was handed over before is recorded."""
    monkeypatch.setattr(ingest, "BLANK_BYTES", 1000)
    monkeypatch.setattr(ndjson, "LONGEST_LINE", 2_000_000)
    content = b'{"kind":"a.b"}\n' * 10 + nothing * 2_500_000

    answer = await send(
        native, gzip.compress(content, 1), headers={**NDJSON, "Content-Encoding": "gzip"}
    )

    assert (answer.status_code, answer.json()["recorded"]) == (422, 10)
    assert len(await native.summaries()) == 10


async def test_some_empty_lines_are_no_harm(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those in a row count."""
    monkeypatch.setattr(ingest, "BLANK_BYTES", 1000)

    answer = await send(native, (b"\n" * 900 + b'{"kind":"a.b"}\n') * 5, headers=NDJSON)

    assert answer.json() == {"recorded": 5, "repeated": 0, "errors": []}


@pytest.mark.parametrize(
    "bad", [b"{}", b"\xef\xbb\xbf\xef\xbb\xbf", b"[" * 2000], ids=["empty", "marks", "deep"]
)
async def test_a_stream_of_bad_lines_ends(
    native: Native, monkeypatch: pytest.MonkeyPatch, bad: bytes
) -> None:
    """A bad line never stops the rest, but there must be a rest."""
    monkeypatch.setattr(ingest, "BAD_LINES", 50)
    good = b'{"kind":"a.b"}\n'

    few = await send(native, (good + (bad + b"\n") * 50) * 3, headers=NDJSON)
    many = await send(native, good + (bad + b"\n") * 52 + good, headers=NDJSON)

    assert (few.status_code, few.json()["recorded"]) == (200, 3)
    assert (many.status_code, many.json()["line"]) == (422, 0)
    assert "50 lines in a row" in many.json()["detail"]


async def test_an_array_of_millions_is_refused_before_it_is_read(
    native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each item would be an object of its own in memory."""
    monkeypatch.setattr(batch, "ARRAY_COMMAS", 100)

    answer = await send(native, b"[" + b",".join([b"0"] * 200) + b"]")

    assert answer.status_code == 422
    assert problems(answer) == [("body", "at most 100 members and values")]
