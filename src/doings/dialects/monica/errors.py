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
from doings.dialects.monica.handlers.oauth import Refused
from doings.dialects.monica.operations import answer as respond_document
from doings.dialects.monica.params import LimitTooBig, NotSortable, UnknownSort
from doings.dialects.monica.validation import messages_of
from doings.httpkit.errors import (
    AddressTooLong,
    Broken,
    HeaderTooLarge,
    MethodNotAllowed,
    NoRoute,
    TooSlow,
    Unreadable,
    UnsupportedCoding,
    value_for,
)
from doings.httpkit.request import Request

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class ErrorResponse(msgspec.Struct, frozen=True):
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


ERROR_RESPONSES: dict[type[DoingsError], ErrorResponse] = {
    LimitTooBig: ErrorResponse(400, 30, "The limit parameter is too big"),
    errors.NotFound: ErrorResponse(404, 31, "The resource has not been found"),
    errors.Invalid: ErrorResponse(422, 32, messages_of),
    errors.TooManyRequests: ErrorResponse(
        429, 34, "Too many attempts, please slow down the request"
    ),
    errors.Malformed: ErrorResponse(400, 37, "Problems parsing JSON"),
    errors.WrongEncoding: ErrorResponse(400, 37, str),
    UnknownSort: ErrorResponse(400, 39, "The sorting criteria is invalid"),
    NotSortable: ErrorResponse(500, 40, "Invalid query"),
    errors.Forbidden: ErrorResponse(401, 42, "Not authorized"),
    Unreadable: ErrorResponse(400, None, str),
    errors.Unauthenticated: ErrorResponse(401, None, "Unauthenticated."),
    NoRoute: ErrorResponse(404, None, _no_route),
    MethodNotAllowed: ErrorResponse(405, None, _wrong_method),
    TooSlow: ErrorResponse(408, None, "The body came too slowly."),
    errors.Conflict: ErrorResponse(409, None, str),
    UnsupportedCoding: ErrorResponse(415, None, str),
    errors.TooLarge: ErrorResponse(413, None, "The body is too large."),
    AddressTooLong: ErrorResponse(414, None, "The address is too long."),
    HeaderTooLarge: ErrorResponse(431, None, "The headers are too large."),
    Broken: ErrorResponse(500, None, "Server Error"),
    errors.Unavailable: ErrorResponse(503, None, "Service Unavailable"),
    DoingsError: ErrorResponse(400, None, str),
}


def respond_error(error: DoingsError, request: Request) -> Response:
    """Answer with the error's status and shape."""
    if isinstance(error, Refused):
        return respond_document(error.document, error.status)
    answer = value_for(ERROR_RESPONSES, error)
    message = answer.message if isinstance(answer.message, str) else answer.message(error)
    response = Response(
        msgspec.json.encode(_document(answer.code, message)),
        status_code=answer.status,
        media_type="application/json",
    )
    if isinstance(error, errors.TooManyRequests):
        reset = request.services.clock.now() // SECOND + error.retry_after
        response.headers["X-RateLimit-Reset"] = str(reset)
    return response


def _document(code: int | None, message: str | list[str]) -> ErrorDocument | MessageDocument:
    if code is None:
        return MessageDocument(str(message))
    return ErrorDocument(ErrorMember(message, code))
