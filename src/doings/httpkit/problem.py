"""Problem details (RFC 9457), the shape of errors wherever no vendor says otherwise."""

from http import HTTPStatus

import msgspec
from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError
from doings.httpkit.error_response import error_response
from doings.httpkit.errors import STATUS, value_for
from doings.httpkit.request import Request

MEDIA_TYPE = "application/problem+json"

RESET = "urn:doings:problem/reset"
"""The type of the problem that a position of another history is answered with."""


class FieldProblem(msgspec.Struct):
    """One member that is wrong."""

    field: str
    reason: str


class ProblemDocument(msgspec.Struct, omit_defaults=True):
    """A problem; `errors` only where single members or parameters are to blame.

    `position` only where the caller's own is of a history that was replaced: where to begin again.

    The others only where a stream broke off: the last `line` that is done, and how many lines up to
    it became what.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []
    line: int | None = None
    recorded: int | None = None
    replaced: int | None = None
    repeated: int | None = None
    refused: int | None = None
    position: str | None = None


def problem_document(error: DoingsError) -> ProblemDocument:
    """Render an error."""
    if isinstance(error, errors.BrokenOff):
        return _broken_off_document(error)
    if isinstance(error, errors.HistoryReplaced):
        return msgspec.structs.replace(_plain_document(error), type=RESET, position=error.position)
    return _plain_document(error)


def _plain_document(error: DoingsError) -> ProblemDocument:
    status = value_for(STATUS, error)
    return ProblemDocument(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=str(error),
        errors=_field_problems(error),
    )


def _broken_off_document(error: errors.BrokenOff) -> ProblemDocument:
    """The problem that broke the stream off, and what was done before."""
    return msgspec.structs.replace(
        problem_document(error.cause),
        detail=str(error),
        line=error.line,
        recorded=error.recorded,
        replaced=error.replaced,
        repeated=error.repeated,
        refused=error.refused,
    )


def _field_problems(error: DoingsError) -> list[FieldProblem]:
    if isinstance(error, errors.Invalid):
        return [FieldProblem(field, reason) for field, reason in error.problems]
    if isinstance(error, errors.Malformed) and error.field:
        return [FieldProblem(error.field, error.reason)]
    return []


def respond_problem(error: DoingsError, request: Request) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with a problem document."""
    document = problem_document(error)
    return error_response(error, document.status, document, media_type=MEDIA_TYPE, shows_scope=True)
