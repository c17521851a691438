"""Every error in the vendor's shape: the status as a code, and a message."""

import msgspec
from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError
from doings.dialects.agendize.documents import ErrorDocument, ErrorMember
from doings.httpkit.call import Call
from doings.httpkit.errors import Broken, MethodNotAllowed, value_for

STATUSES: dict[type[DoingsError], int] = {
    errors.Malformed: 400,
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.TooManyRequests: 429,
    Broken: 500,
    errors.Unavailable: 503,
}
"""Status, which is the code as well, by class."""


def answer_error(error: DoingsError, call: Call) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with the vendor's error document."""
    status = value_for(STATUSES, error)
    document = ErrorDocument(ErrorMember(code=status, message=str(error)))
    response = Response(msgspec.json.encode(document), status, media_type="application/json")
    if isinstance(error, errors.Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
