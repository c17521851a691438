"""Every error in the vendor's shape: a code and a message."""

from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError
from doings.dialects.mio.documents import ErrorDocument
from doings.httpkit.error_response import error_response
from doings.httpkit.errors import ERROR_CODES, value_for
from doings.httpkit.request import Request

ERROR_RESPONSES = ERROR_CODES | {errors.Invalid: (400, "invalid_value")}
"""Status and code by class."""


def respond_error(error: DoingsError, request: Request) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with the vendor's error document."""
    status, code = value_for(ERROR_RESPONSES, error)
    return error_response(error, status, ErrorDocument(code=code, message=str(error)))
