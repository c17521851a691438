"""The table of Monica's errors: status, code and message by class of error.

Those without a code come from the framework that Monica is written in, and are shaped as its are.
"""

from collections.abc import Callable

import msgspec
from starlette.responses import Response

from doings.core import errors
from doings.core.clock import SECOND
from doings.core.errors import DoingsError
from doings.dialects.monica.documents import ErrorDocument, ErrorMember, MessageDocument
from doings.dialects.monica.params import LimitTooBig, NotSortable, UnknownSort
from doings.dialects.monica.validation import messages_of
from doings.httpkit.errors import Broken, MethodNotAllowed, NoRoute, value_for
from doings.httpkit.request import Call

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Answer(msgspec.Struct, frozen=True):
    """How an error is answered; a message may be made from the error."""

    status: int
    code: int | None
    message: str | Callable[..., str | list[str]]


def _no_route(error: NoRoute) -> str:
    return f"The route {str(error.name).strip('/')} could not be found."


def _wrong_method(error: MethodNotAllowed) -> str:
    allowed = ", ".join(method for method in METHODS if method in error.allowed)
    return (
        f"The {error.method} method is not supported for this route. Supported methods: {allowed}."
    )


ANSWERS: dict[type[DoingsError], Answer] = {
    LimitTooBig: Answer(400, 30, "The limit parameter is too big"),
    errors.NotFound: Answer(404, 31, "The resource has not been found"),
    errors.Invalid: Answer(422, 32, messages_of),
    errors.TooManyRequests: Answer(429, 34, "Too many attempts, please slow down the request"),
    errors.Malformed: Answer(400, 37, "Problems parsing JSON"),
    UnknownSort: Answer(400, 39, "The sorting criteria is invalid"),
    NotSortable: Answer(500, 40, "Invalid query"),
    errors.Forbidden: Answer(401, 42, "Not authorized"),
    errors.Unauthenticated: Answer(401, None, "Unauthenticated."),
    NoRoute: Answer(404, None, _no_route),
    MethodNotAllowed: Answer(405, None, _wrong_method),
    errors.Conflict: Answer(409, None, str),
    errors.TooLarge: Answer(413, None, "The body is too large."),
    Broken: Answer(500, None, "Server Error"),
    errors.Unavailable: Answer(503, None, "Service Unavailable"),
    DoingsError: Answer(400, None, str),
}


def answer_error(error: DoingsError, call: Call) -> Response:
    """Answer with the error's status and shape."""
    answer = value_for(ANSWERS, error)
    message = answer.message if isinstance(answer.message, str) else answer.message(error)
    response = Response(
        msgspec.json.encode(_document(answer.code, message)),
        status_code=answer.status,
        media_type="application/json",
    )
    if isinstance(error, errors.TooManyRequests):
        reset = call.services.clock.now() // SECOND + error.retry_after
        response.headers["X-RateLimit-Reset"] = str(reset)
    return response


def _document(code: int | None, message: str | list[str]) -> ErrorDocument | MessageDocument:
    if code is None:
        return MessageDocument(str(message))
    return ErrorDocument(ErrorMember(message, code))
