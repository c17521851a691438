"""Recording many at once: arrays, and NDJSON as it streams in."""

import gzip
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec
import pytest

from doings.app import Application
from doings.config import Settings
from doings.native.formats.ndjson import LineCutter
from doings.native.handlers.batching.batch_lines import MAX_ERRORS
from doings.native.handlers.batching.ingest import BATCH_LINES
from tests.engines import SQLITE_ONLY
from tests.native.client import Json, Native, problems

LIMIT = Settings().body_limit


async def send(native: Native, lines: bytes | AsyncIterator[bytes], **headers: str) -> Json:
    """Send NDJSON and return what became of it."""
    answer = await native.call(
        "POST",
        "/activities/batch",
        content=lines,
        headers={"Content-Type": "application/x-ndjson", **headers},
    )
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()
    return result


def numbered(numbers: Iterable[int]) -> bytes:
    """Lines whose external ids are these numbers."""
    return b"".join(b'{"kind":"a.b","external_id":"%d"}\n' % number for number in numbers)


async def test_records_an_array(native: Native) -> None:
    """What can be recorded is, what cannot is told by its place, counted from 1."""
    items = [{"kind": "a.b"}, {"kind": "bad"}, {"kind": "a.b", "id": "x"}, 7, {"kind": "a.c"}]

    answer = await native.call("POST", "/activities/batch", json=items)

    assert answer.status_code == 200
    assert answer.json() == {
        "recorded": 2,
        "repeated": 0,
        "errors": [
            {
                "line": 2,
                "field": "kind",
                "reason": "must be noun.verb in lower case, like note.created",
            },
            {"line": 3, "field": "id", "reason": "is set by the server and cannot be given"},
            {"line": 4, "field": "body", "reason": "Expected `object`, got `int`"},
        ],
    }


async def test_refuses_an_array_without_end(native: Native) -> None:
    """422 over ten thousand items, with nothing recorded."""
    body = b"[" + b",".join([b'{"kind":"a.b"}'] * 10_001) + b"]"

    answer = await native.call("POST", "/activities/batch", content=body)

    assert answer.status_code == 422
    assert problems(answer) == [("body", "at most 10000 items; send more as application/x-ndjson")]
    assert await native.summaries() == []


DEEP = b'{"kind":"a.b","data":' + b'{"a":' * 200 + b"1" + b"}" * 201
DEEPER = b'{"kind":"a.b","data":' + b"[" * 5000 + b"]" * 5000 + b"}"
LONG = b'{"kind":"a.b","summary":"' + b"x" * LIMIT + b'"}'

BAD_LINES: list[tuple[bytes, str, str]] = [
    (b"x", "body", "not JSON: JSON is malformed: invalid character (byte 0)"),
    (b'{"kind":"a.b"', "body", "not JSON: Input data was truncated"),
    (b'{"kind":"a.b"} {}', "body", "not JSON: JSON is malformed: trailing characters (byte 16)"),
    (
        b'{"kind":"a.b"}\r{"kind":"a.b"}',
        "body",
        "not JSON: JSON is malformed: trailing characters (byte 16); lines end with LF or CR LF",
    ),
    (b"[]", "body", "Expected `object`, got `array`"),
    (b'{"kind":"a.\xff"}', "body", "not UTF-8"),
    (b'{"kind":"a.b","data":{"x":"\xff"}}', "body", "not UTF-8"),
    (b'{"kind":"a.b","data":{"x":"\\ud800"}}', "body", "not JSON: "),
    (b'{"kind":"a.b","data":{"x":01}}', "body", "not JSON: JSON is malformed: invalid number"),
    (DEEPER, "body", "nested too deeply"),
    (DEEP, "data", "at most 100 levels deep"),
    (b'{"kind":"a.b","colour":1}', "colour", "unknown member"),
    (b'{"kind":"a.b","sumary":1}', "sumary", "unknown member; did you mean summary?"),
    (b'{"kind":"a.b","occurred_at":"2026-01-01T00:00:00"}', "occurred_at", "a time needs its"),
    (LONG, "body", f"the line is longer than {LIMIT} bytes"),
]


@pytest.mark.parametrize(("line", "field", "reason"), BAD_LINES)
async def test_a_bad_line_never_stops_the_rest(
    native: Native, line: bytes, field: str, reason: str
) -> None:
    """Its number, the member and the reason are told; the lines around it are recorded."""
    good = b'{"kind":"a.b"}'

    result = await send(native, b"\n".join([good, line, good]))

    assert (result["recorded"], result["repeated"]) == (2, 0)
    assert [(error["line"], error["field"]) for error in result["errors"]] == [(2, field)]
    assert result["errors"][0]["reason"].startswith(reason)


async def test_skips_empty_lines_and_takes_any_line_end(native: Native) -> None:
    """Blank lines count as lines; CRLF is as good; the last line needs no end."""
    body = b'\n\r\n{"kind":"a.b"}\r\n  \n{"kind":"a.c"}\n\nx\n{"kind":"a.d"}'

    result = await send(native, body)

    assert result["recorded"] == 3
    assert [error["line"] for error in result["errors"]] == [7]


async def test_an_empty_stream_records_nothing(native: Native) -> None:
    """Nothing is no error."""
    assert await send(native, b"") == {"recorded": 0, "repeated": 0, "errors": []}


async def test_counts_repetitions_apart(native: Native) -> None:
    """What was recorded before, in this stream or an earlier one, is repeated."""
    await send(native, numbered(range(5)))

    result = await send(native, numbered([3, 4, 5, 5]))

    assert (result["recorded"], result["repeated"]) == (1, 3)


async def test_cuts_lines_wherever_the_chunks_end(native: Native) -> None:
    """A line may come in any number of pieces."""
    body = numbered(range(50)) + '{"kind":"a.b","summary":"é…🤝"}'.encode()

    async def bytewise() -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]

    result = await send(native, bytewise())

    assert (result["recorded"], result["errors"]) == (51, [])
    assert (await native.summaries())[0] == "é…🤝"


async def test_records_more_than_one_batch_in_order(native: Native) -> None:
    """The order of the lines is the order of the timeline, across batches."""
    count = 2 * BATCH_LINES + 10
    body = b"\n".join(b'{"kind":"a.b","summary":"%d"}' % number for number in range(count))

    result = await send(native, body)

    feed = await native.get("/changes", after=count - 5)
    assert result["recorded"] == count
    summaries = [int(item["activity"]["summary"]) for item in feed["items"]]
    assert summaries == list(range(summaries[0], count))


async def test_tells_the_first_errors_and_counts_the_rest(native: Native) -> None:
    """However bad a stream is, its answer stays small."""
    result = await send(native, b"x\n" * (MAX_ERRORS + 5))

    assert len(result["errors"]) == MAX_ERRORS
    assert result["errors_left_out"] == 5


@pytest.mark.parametrize("media_type", ["application/ndjson", "application/jsonl"])
async def test_takes_the_other_names_of_ndjson(native: Native, media_type: str) -> None:
    """There is no registered one."""
    result = await send(native, b'{"kind":"a.b"}', **{"Content-Type": media_type})

    assert result["recorded"] == 1


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda lines: gzip.compress(lines)[:-9],
    "without its end": lambda lines: gzip.compress(lines)[:-1],
    "followed by something else": lambda lines: gzip.compress(lines) + b"x" * 20,
}


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize("how", BROKEN)
async def test_a_stream_that_breaks_off_says_what_was_recorded(
    native: Native, how: str, accept: str
) -> None:
    """400 with the last line that is done and what became of those before."""
    repeated = b'{"kind":"a.b","external_id":"5"}\n{"kind":"bad"}\n\n'
    lines = numbered(range(BATCH_LINES - 3)) + repeated + numbered(range(BATCH_LINES, 6000))

    answer = await native.call(
        "POST",
        "/activities/batch",
        content=BROKEN[how](lines),
        headers={
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
            "Accept": accept,
        },
    )

    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (
        400,
        "application/problem+json",
    )
    assert problem["detail"].endswith(f"{problem['recorded']} recorded and nothing after line 4000")
    assert {name: problem[name] for name in ("line", "recorded", "repeated", "refused")} == {
        "line": BATCH_LINES,
        "recorded": BATCH_LINES - 3,
        "repeated": 1,
        "refused": 1,
    }
    assert (await native.get("/stats"))["total"] == problem["recorded"]


WHOLE = gzip.compress(numbered(range(9)))


@pytest.mark.parametrize(
    "content",
    [b"x", b"xy", WHOLE[:-1], WHOLE[:-8] + bytes(8)],
    ids=["no gzip", "half a mark", "cut off", "wrong sum"],
)
async def test_a_stream_that_breaks_off_at_once_says_so(native: Native, content: bytes) -> None:
    """Nothing is recorded of a batch that did not come to its end."""
    answer = await native.call(
        "POST",
        "/activities/batch",
        content=content,
        headers={"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"},
    )

    assert answer.status_code == 400
    assert (answer.json()["line"], answer.json()["recorded"]) == (0, 0)
    assert answer.json()["detail"].endswith("nothing is recorded")
    assert await native.summaries() == []


async def test_a_stream_that_broke_off_is_sent_again(native: Native) -> None:
    """Under its key it goes on where it stopped."""
    lines = numbered(range(BATCH_LINES + 5))
    headers = {"Content-Encoding": "gzip", "Idempotency-Key": "k"}
    whole = gzip.compress(lines)

    broken = await native.call(
        "POST",
        "/activities/batch",
        content=whole[:-1],
        headers={"Content-Type": "application/x-ndjson", **headers},
    )
    result = await send(native, whole, **headers)

    assert broken.json()["recorded"] == BATCH_LINES
    assert result == {"recorded": BATCH_LINES + 5, "repeated": 0, "errors": []}


async def test_what_was_recorded_before_the_caller_went_away_stays(
    app: Application, native: Native
) -> None:
    """Whole batches last, the rest is not there, and nobody logs a defect.

    One that is there still, and sent a chunk that cannot be read, is told: the server says the same
    of it, and would answer 500 itself.
    """
    chunks = [numbered(range(BATCH_LINES)), numbered(range(BATCH_LINES, 2 * BATCH_LINES - 1))]
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    sent: list[Json] = []

    async def receive() -> Json:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def note(message: Json) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/activities/batch",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {native.secret}".encode()),
            (b"content-type", b"application/x-ndjson"),
        ],
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, note)  # type: ignore[arg-type]

    stats = await native.get("/stats")
    assert sent[0]["status"] == 400
    assert b"the body ended before it was whole" in sent[1]["body"]
    assert stats["total"] == BATCH_LINES


@SQLITE_ONLY
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_cutter_gives_the_same_lines_whatever_the_chunks(size: int) -> None:
    """Lines over the limit come as None, the others as they are."""
    text = b"a\nbb\n\n" + b"c" * 10 + b"\n" + b"d" * 11 + b"\ne\n" + b"f" * 12
    cutter = LineCutter(10)

    lines: list[bytes | None] = []
    for place in range(0, len(text), size):
        lines += cutter.cut(text[place : place + size])
    lines.append(cutter.end())

    assert lines == [b"a", b"bb", b"", b"c" * 10, None, b"e", None]


async def test_a_document_that_was_exported_can_be_sent_back_through_the_import() -> None:
    """`draft_from_exported` takes whole documents, of which it ignores what the server sets."""
    from doings.native.formats.ndjson import draft_from_exported  # noqa: PLC0415 - named in the sentence

    document = {
        "id": "x", "seq": 5, "kind": "a.b", "occurred_at": "2026-05-01T00:00:00Z",
        "actor": {"type": "user", "id": "u1", "name": None},
        "links": [
            {"type": "contact", "id": "8", "role": "owner", "name": None},
            {"type": "appointment", "id": "1", "role": "data", "name": None},
            {"type": "deal", "id": "2", "role": "subject", "name": "D"},
        ],
        "data": {"b": 1, "a": 2}, "recorded_at": "x", "updated_at": "x", "future": 1,
    }  # fmt: skip

    draft = draft_from_exported(msgspec.json.encode(document), now=0)

    assert [(link.type, link.role) for link in draft.links] == [
        ("user", "actor"),
        ("deal", "subject"),
    ]
    assert draft.data == '{"b":1,"a":2}'
