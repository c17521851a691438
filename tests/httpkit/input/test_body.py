"""Bodies that come compressed."""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.errors import Malformed
from doings.httpkit.errors import UnsupportedCoding
from doings.httpkit.input.body import PIECE_BYTES, Inflater, coding_from_header, content_chunks


def raw_deflate(text: bytes) -> bytes:
    """Deflate without zlib's header, as some clients send it."""
    return zlib.compress(text)[2:-4]


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw": raw_deflate,
    "joined": lambda text: (
        gzip.compress(text[:7], mtime=0) + gzip.compress(text[7:], mtime=0) + b"\0" * 9
    ),
}


def inflated(coding: str, *chunks: bytes) -> bytes:
    """All that the chunks inflate to."""
    inflater = Inflater(coding)
    pieces = [piece for chunk in chunks for piece in inflater.pieces(chunk)]
    inflater.end()
    assert all(len(piece) <= PIECE_BYTES for piece in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("how", COMPRESS)
@given(text=st.binary(max_size=300), size=st.integers(1, 50))
def test_inflates_whatever_the_chunks(how: str, text: bytes, size: int) -> None:
    """What was compressed comes out, however it was cut on the way."""
    body = COMPRESS[how](text)
    coding = "deflate" if how in {"deflate", "raw"} else "gzip"

    assert inflated(coding, *[body[at : at + size] for at in range(0, len(body), size)]) == text


@pytest.mark.parametrize("how", COMPRESS)
@pytest.mark.parametrize("size", [PIECE_BYTES, PIECE_BYTES * 3 + 1, 5_000_000])
def test_long_texts_come_in_pieces(how: str, size: int) -> None:
    """However few bytes they were."""
    coding = "deflate" if how in {"deflate", "raw"} else "gzip"

    assert inflated(coding, COMPRESS[how](b"x" * size)) == b"x" * size


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"abc", mtime=0)[:-1]),
        ("gzip", gzip.compress(b"abc", mtime=0)[:5]),
        ("gzip", b"\x1f"),
        ("gzip", b"plain text"),
        ("gzip", gzip.compress(b"abc", mtime=0)[:-8] + b"\0" * 8),
        ("gzip", gzip.compress(b"abc", mtime=0) + b"rest"),
        ("gzip", zlib.compress(b"abc")),
        ("deflate", zlib.compress(b"abc")[:-1]),
        ("deflate", zlib.compress(b"abc") + b"rest"),
        ("deflate", b"\xff\xff\xff"),
        ("deflate", b"x"),
    ],
)
def test_what_is_damaged_is_refused(coding: str, body: bytes) -> None:
    """Cut off, changed, or never compressed."""
    with pytest.raises(Malformed, match=coding):
        inflated(coding, body)


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", "deflate"),
        ("identity, gzip", "gzip"),
    ],
)
def test_the_coding_is_read_from_its_header(header: str | None, coding: str | None) -> None:
    """Upper or lower case."""
    assert coding_from_header(header) == coding


@pytest.mark.parametrize("header", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "*", "x"])
def test_another_coding_is_refused(header: str) -> None:
    """And one upon the other: such a body could grow a million times."""
    with pytest.raises(UnsupportedCoding, match="gzip or deflate"):
        coding_from_header(header)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("coding", [None, "gzip"])
async def test_a_mark_is_found_in_small_chunks(size: int, coding: str | None) -> None:
    """Also in what was compressed."""
    text = b"\xef\xbb\xbf\xef\xbb\xbf{}"
    body = gzip.compress(text, mtime=0) if coding else text

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    content = [chunk async for chunk in content_chunks(chunks(), coding)]

    assert b"".join(content) == text[3:]
