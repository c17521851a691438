"""The path of a request, read from its bytes: servers unescape it in ways that lose them.

A slash that came escaped belongs to its segment, and two different segments never become one.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote_to_bytes

from starlette.types import Scope

from doings.httpkit.errors import Unreadable

NOT_UTF8 = "is not valid UTF-8 once it is unescaped"
WITH_NUL = "may not contain NUL"


def text_from_escaped(escaped: bytes) -> str:
    """Unescape a part of a URL; raises ValueError for what is not UTF-8 or holds a NUL."""
    try:
        text = (unquote_to_bytes(escaped) if b"%" in escaped else escaped).decode()
    except UnicodeDecodeError:
        raise ValueError(NOT_UTF8) from None
    if "\0" in text:
        raise ValueError(WITH_NUL)
    return text


def escaped_segments(scope: Scope) -> list[bytes]:
    """The segments as they came, without empty ones at the end: a slash there says nothing."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    _, *segments = raw.split(b"/")
    while segments and not segments[-1]:
        segments.pop()
    return segments


def segments_from_escaped(escaped: Iterable[bytes]) -> list[str]:
    """Unescape segments; raises Unreadable."""
    try:
        return [text_from_escaped(segment) for segment in escaped]
    except ValueError as error:
        raise Unreadable(f"the path {error}") from None


def path_of_segments(segments: Sequence[str]) -> str:
    """The path as text, in which a slash and a percent sign of a segment stay escaped."""
    return "".join([f"/{part.replace('%', '%25').replace('/', '%2F')}" for part in segments]) or "/"
