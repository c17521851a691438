"""Every error in the vendor's shape: a message and a code."""

import msgspec
from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError
from doings.dialects.invent.documents import ErrorDocument
from doings.httpkit.errors import Broken, MethodNotAllowed, value_for
from doings.httpkit.request import Request

ERROR_RESPONSES: dict[type[DoingsError], tuple[int, str]] = {
    errors.Malformed: (400, "invalid_parameter"),
    errors.Invalid: (400, "invalid_parameter"),
    errors.Unauthenticated: (401, "unauthorized"),
    errors.Forbidden: (403, "forbidden"),
    errors.NotFound: (404, "not_found"),
    MethodNotAllowed: (405, "method_not_allowed"),
    errors.NotAcceptable: (406, "not_acceptable"),
    errors.Conflict: (409, "conflict"),
    errors.Outdated: (412, "outdated"),
    errors.TooLarge: (413, "too_large"),
    errors.UnsupportedType: (415, "unsupported_type"),
    errors.TooManyRequests: (429, "too_many_requests"),
    Broken: (500, "internal_error"),
    errors.Unavailable: (503, "unavailable"),
}
"""Status and code by class."""


def respond_error(error: DoingsError, request: Request) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with the vendor's error document."""
    status, code = value_for(ERROR_RESPONSES, error)
    document = ErrorDocument(message=str(error), code=code)
    response = Response(msgspec.json.encode(document), status, media_type="application/json")
    if isinstance(error, errors.Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
