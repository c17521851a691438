"""ETags, and the conditions that requests set with them (RFC 9110, section 13)."""

import re

import msgspec
import xxhash

from doings.core.errors import Outdated
from doings.httpkit.request import Request

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


class Conditions(msgspec.Struct, frozen=True):
    """What a write asks of the state that it would change: `If-Match` and `If-None-Match`."""

    if_match: str | None
    if_none_match: str | None

    @property
    def are_set(self) -> bool:
        """Whether the write asks anything."""
        return self.if_match is not None or self.if_none_match is not None

    def check(self, state: object | None) -> None:
        """Raise Outdated unless the document is as the write asks; None says there is none."""
        etag = None if state is None else etag_of(msgspec.json.encode(state))
        if self.if_match is not None and not _is_match(self.if_match, etag):
            raise Outdated("this has been changed since you read it; read it again")
        if etag is not None and is_unchanged(self.if_none_match, etag):
            raise Outdated("this is there already, which If-None-Match rules out")


def conditions_of(request: Request) -> Conditions:
    """The conditions in the headers of a write."""
    return Conditions(request.header("if-match"), request.header("if-none-match"))


def _is_match(if_match: str, etag: str | None) -> bool:
    """Whether the caller saw this state, or `*` and there is any."""
    tags = [found[0] for found in _TAG.finditer(if_match)]
    return etag is not None and ("*" in tags or etag in tags)
