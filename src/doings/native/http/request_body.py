"""Reading the bodies of requests."""

from typing import TypeVar

from doings.core.errors import Invalid, Problem, UnsupportedType
from doings.httpkit.request import Request, decoded

T = TypeVar("T")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

SERVER_SET = frozenset({"id", "seq", "recorded_at", "updated_at"})
"""Members of an activity document that only the server sets."""

LASTING = frozenset({"origin", "external_id"})
"""Members that an activity keeps for life."""

LASTING_OF_ENTITIES = frozenset({"type"})
"""Members that an entity keeps for life, besides its id."""


def body_of_type(request: Request, body: bytes, kind: type[T]) -> T:
    """A JSON body; raises Malformed, UnsupportedType, and Invalid with the member's path."""
    if request.content_type not in {"", JSON}:
        raise UnsupportedType(JSON)
    return _decoded(body, kind, frozenset())


def patch_of_type(
    request: Request, body: bytes, kind: type[T], *, lasting: frozenset[str] = LASTING
) -> T:
    """A merge patch; raises Malformed, UnsupportedType, and Invalid with the member's path.

    `lasting` are the members that no patch can change.
    """
    if request.content_type not in {"", JSON, MERGE_PATCH}:
        raise UnsupportedType(MERGE_PATCH, JSON)
    return _decoded(body, kind, lasting)


def _decoded(body: bytes, kind: type[T], lasting: frozenset[str]) -> T:
    try:
        return decoded(body, kind)
    except Invalid as error:
        raise Invalid(*(in_plain_words(problem, lasting) for problem in error.problems)) from None


def in_plain_words(problem: Problem, lasting: frozenset[str] = frozenset()) -> Problem:
    """Say why in our words, for members that the server sets or that last."""
    if problem.reason != "unknown member":
        return problem
    if problem.field in SERVER_SET:
        return Problem(problem.field, "is set by the server and cannot be given")
    if problem.field in lasting:
        return Problem(problem.field, "cannot be changed once recorded")
    return problem
