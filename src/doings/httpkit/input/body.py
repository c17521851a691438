"""The content of a body: inflated where it came compressed, and without a byte order mark."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator

from doings.core.errors import Malformed
from doings.core.values.encoding import HEAD, utf8_content
from doings.httpkit.errors import UnsupportedCoding
from doings.httpkit.input.headers import elements

GZIP = "gzip"
DEFLATE = "deflate"
CODINGS = (GZIP, DEFLATE)
"""The codings that are read."""

_NAMES = {GZIP: GZIP, "x-gzip": GZIP, DEFLATE: DEFLATE}

PIECE_BYTES = 262_144
"""How much is inflated at a time: however little came in, no more than this is held."""

_GZIP_WINDOW = zlib.MAX_WBITS + 16
_RAW_WINDOW = -zlib.MAX_WBITS
_HEADER_BYTES = 2
_ZLIB_METHOD = 8


def coding_from_header(header: str | None) -> str | None:
    """The coding that `Content-Encoding` names, None for a plain body; raises UnsupportedCoding.

    One at most: a body that was compressed twice could grow a million times.
    """
    names = [name for name in elements((header or "").lower()) if name != "identity"]
    if not names:
        return None
    if len(names) > 1 or names[0] not in _NAMES:
        raise UnsupportedCoding(*CODINGS)
    return _NAMES[names[0]]


async def content_chunks(chunks: AsyncIterator[bytes], coding: str | None) -> AsyncIterator[bytes]:
    """The content of a body that comes in chunks; raises Malformed and WrongEncoding."""
    if coding is not None:
        chunks = _inflated(chunks, Inflater(coding))
    head = b""
    async for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    yield utf8_content(head)
    async for chunk in chunks:
        yield chunk


async def _inflated(chunks: AsyncIterator[bytes], inflater: "Inflater") -> AsyncIterator[bytes]:
    async for chunk in chunks:
        for piece in inflater.pieces(chunk):
            yield piece
            # A few bytes can be a long text: others are served between its pieces.
            await asyncio.sleep(0)
    inflater.end()


class Inflater:
    """Inflates gzip, which may be several files joined, and deflate, with zlib's header or without.

    Raises Malformed for what is damaged or cut off.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._begun = b""
        self._stream: zlib._Decompress | None = None
        self._is_first = True

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What the chunk inflates to, in pieces."""
        rest = self._begun + chunk
        self._begun = b""
        while rest:
            stream = self._stream or self._opened(rest)
            if stream is None:
                return
            piece = self._decompress(stream, rest)
            yield piece
            rest = stream.unconsumed_tail
            while not rest and len(piece) == PIECE_BYTES:
                piece = self._decompress(stream, b"")
                yield piece
            if stream.eof:
                rest = stream.unused_data
                self._stream = None

    def end(self) -> None:
        """Check that nothing is missing."""
        if self._stream is not None or self._begun:
            raise self._damaged("is cut off")

    def _opened(self, rest: bytes) -> "zlib._Decompress | None":
        """The stream that begins here; None where it takes more bytes to see which."""
        if not self._is_first and not rest.strip(b"\0"):
            return None  # zeros that fill up the last block of an archive
        if not self._is_first and self._coding == DEFLATE:
            raise self._damaged("goes on after its end")
        if len(rest) < _HEADER_BYTES:
            self._begun = rest
            return None
        self._is_first = False
        self._stream = zlib.decompressobj(self._window(rest))
        return self._stream

    def _window(self, rest: bytes) -> int:
        if self._coding == GZIP:
            return _GZIP_WINDOW
        has_header = rest[0] & 15 == _ZLIB_METHOD and (rest[0] * 256 + rest[1]) % 31 == 0
        return zlib.MAX_WBITS if has_header else _RAW_WINDOW

    def _decompress(self, stream: "zlib._Decompress", rest: bytes) -> bytes:
        try:
            return stream.decompress(rest, PIECE_BYTES)
        except zlib.error:
            raise self._damaged("cannot be read") from None

    def _damaged(self, how: str) -> Malformed:
        return Malformed(f"the {self._coding} of the body {how}")
