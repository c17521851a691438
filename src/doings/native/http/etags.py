"""ETags, and the conditions that requests set with them (RFC 9110, section 13)."""

import re

import xxhash

from doings.core.errors import Outdated

_TAG = re.compile(r'(W/)?("[^"]*")|\*')
"""An entity tag, weak or strong; it may have commas in it."""


def etag_of(body: bytes) -> str:
    """The strong validator of an answer with this body."""
    return f'"{xxhash.xxh3_128_hexdigest(body)}"'


def is_unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller has this answer already."""
    if not if_none_match:
        return False
    tags = [found[2] or "*" for found in _TAG.finditer(if_none_match)]
    return etag in tags or "*" in tags


def check_match(if_match: str, body: bytes | None) -> None:
    """Raise Outdated unless the caller saw this state, or `*` and there is any; None is none."""
    tags = [found[0] for found in _TAG.finditer(if_match)]
    if body is None or ("*" not in tags and etag_of(body) not in tags):
        raise Outdated("this has been changed since you read it; read it again")
