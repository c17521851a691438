"""Reading the bodies of requests."""

from typing import TypeVar

from doings.core.errors import Invalid, UnsupportedType
from doings.httpkit.request import Request, decoded
from doings.native.formats.ndjson import LASTING, in_plain_words

T = TypeVar("T")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


def body_of_type(request: Request, body: bytes, kind: type[T]) -> T:
    """A JSON body; raises Malformed, UnsupportedType, and Invalid with the member's path."""
    if request.content_type not in {"", JSON}:
        raise UnsupportedType(JSON)
    return _told(body, kind, frozenset())


def patch_of_type(request: Request, body: bytes, kind: type[T]) -> T:
    """A merge patch; raises Malformed, UnsupportedType, and Invalid with the member's path."""
    if request.content_type not in {"", JSON, MERGE_PATCH}:
        raise UnsupportedType(MERGE_PATCH, JSON)
    return _told(body, kind, LASTING)


def _told(body: bytes, kind: type[T], lasting: frozenset[str]) -> T:
    try:
        return decoded(body, kind)
    except Invalid as error:
        raise Invalid(*(in_plain_words(problem, lasting) for problem in error.problems)) from None
