"""ETags (RFC 9110, section 8.8.3), and whether a caller has an answer already."""

import re

import xxhash

ENTITY_TAG = re.compile(r'(W/)?("[^"]*")|\*')
"""A tag, weak or strong; it may have commas in it."""


Headers = list[tuple[bytes, bytes]]
"""Names in lower case with their values, as ASGI takes them."""

_OF_BODY = frozenset({b"content-length", b"content-type"})


def etag_of(body: bytes) -> str:
    """The strong validator of an answer with this body."""
    return f'"{xxhash.xxh3_128_hexdigest(body)}"'


def is_unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller has this answer already."""
    if not if_none_match:
        return False
    tags = [found[2] or "*" for found in ENTITY_TAG.finditer(if_none_match)]
    return etag in tags or "*" in tags


def without_body(sent: Headers) -> Headers:
    """The headers of an answer that says only that the caller has it already."""
    return [header for header in sent if header[0] not in _OF_BODY]
