"""The conditions that writes set with ETags (RFC 9110, section 13)."""

import msgspec

from doings.core.errors import Outdated
from doings.httpkit.etags import ENTITY_TAG, etag_of, is_unchanged
from doings.httpkit.request import Request


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
    tags = [found[0] for found in ENTITY_TAG.finditer(if_match)]
    return etag is not None and ("*" in tags or etag in tags)
