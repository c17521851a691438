"""What people really send as bodies: codings, encodings, limits, marks."""

import gzip
import zlib
from typing import Any

import pytest

from tests.engines import SQLITE_ONLY
from tests.native.client import Native

BODY = b'{"kind":"note.created","summary":"caf\xc3\xa9"}'


BODIES: dict[str, tuple[Any, dict[str, str]]] = {
    "plain": (BODY, {}),
    "gzip": (gzip.compress(BODY), {"Content-Encoding": "gzip"}),
    "x-gzip": (gzip.compress(BODY), {"Content-Encoding": "X-GZIP"}),
    "deflate": (zlib.compress(BODY), {"Content-Encoding": "deflate"}),
    "raw deflate": (zlib.compress(BODY)[2:-4], {"Content-Encoding": "deflate"}),
    "identity": (BODY, {"Content-Encoding": "identity"}),
    "mark": (b"\xef\xbb\xbf" + BODY, {}),
    "mark in gzip": (gzip.compress(b"\xef\xbb\xbf" + BODY), {"Content-Encoding": "gzip"}),
}


@SQLITE_ONLY
@pytest.mark.parametrize("how", BODIES)
@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
async def test_a_body_may_come_in_many_ways(native: Native, how: str, media_type: str) -> None:
    """What is recorded is the same."""
    body, headers = BODIES[how]
    path = "/activities" if media_type == "application/json" else "/activities/batch"

    answer = await native.call(
        "POST", path, content=body, headers={"Content-Type": media_type, **headers}
    )

    assert answer.status_code in {200, 201}, answer.text
    assert await native.summaries() == ["café"]


@SQLITE_ONLY
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("media_type", ["application/json", "application/x-ndjson"])
async def test_another_encoding_is_named(native: Native, encoding: str, media_type: str) -> None:
    """Also where it came compressed."""
    path = "/activities" if media_type == "application/json" else "/activities/batch"
    body = BODY.decode().encode(encoding)

    for content, headers in ((body, {}), (gzip.compress(body), {"Content-Encoding": "gzip"})):
        answer = await native.call(
            "POST", path, content=content, headers={"Content-Type": media_type, **headers}
        )
        assert answer.status_code == 400
        assert encoding[:6].upper() in answer.json()["detail"]


@SQLITE_ONLY
@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "nonsense"])
async def test_415_another_coding(native: Native, coding: str) -> None:
    """With those that are read."""
    answer = await native.call(
        "POST", "/activities", content=BODY, headers={"Content-Encoding": coding}
    )

    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip, deflate"


@SQLITE_ONLY
@pytest.mark.parametrize("lines", [("gzip", "gzip"), ("gzip", "br")])
async def test_codings_may_have_several_lines(native: Native, lines: tuple[str, ...]) -> None:
    """They are one list, and too many."""
    answer = await native.http.post(
        "/activities",
        content=gzip.compress(BODY),
        headers=[("Content-Encoding", line) for line in lines],
    )

    assert answer.status_code == 415


@SQLITE_ONLY
async def test_the_limit_holds_for_what_is_inflated(native: Native) -> None:
    """A few bytes that grow without end are refused."""
    bomb = gzip.compress(b'{"kind":"a.b","body":"' + b"x" * 50_000_000 + b'"}')
    empty = gzip.compress(b"") * 100_000

    answers = [
        await native.call(
            "POST", "/activities", content=content, headers={"Content-Encoding": "gzip"}
        )
        for content in (bomb, empty)
    ]

    assert [answer.status_code for answer in answers] == [413, 413]
    assert len(bomb) < 100_000


async def test_a_damaged_body_is_refused(native: Native) -> None:
    """400, and nothing is recorded."""
    for content in (gzip.compress(BODY)[:-3], BODY):
        answer = await native.call(
            "POST", "/activities", content=content, headers={"Content-Encoding": "gzip"}
        )
        assert answer.status_code == 400

    assert await native.summaries() == []


async def test_a_mark_before_any_line_is_no_content(native: Native) -> None:
    """Files that were joined each began with one; a line of nothing else is empty."""
    lines = [b"\xef\xbb\xbf" + BODY, b"", b"\xef\xbb\xbf", BODY, b"\xef\xbb\xbf" + BODY]

    answer = await native.call(
        "POST",
        "/activities/batch",
        content=b"\r\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )

    assert (answer.json()["recorded"], answer.json()["errors"]) == (3, [])


async def test_a_part_in_another_encoding_is_named(native: Native) -> None:
    """The other lines are recorded."""
    body = BODY + b"\n" + "{}".encode("utf-16") + b"\n" + BODY

    answer = await native.call(
        "POST",
        "/activities/batch",
        content=body,
        headers={"Content-Type": "application/x-ndjson"},
    )

    assert answer.json()["recorded"] >= 1
    assert "UTF-16" in answer.json()["errors"][0]["reason"]


async def test_the_same_content_is_the_same_request(native: Native) -> None:
    """Under one Idempotency-Key, compressed or not."""
    for body, headers in BODIES.values():
        answer = await native.call(
            "POST", "/activities", content=body, headers={"Idempotency-Key": "k", **headers}
        )
        assert answer.status_code == 201

    assert await native.summaries() == ["café"]
