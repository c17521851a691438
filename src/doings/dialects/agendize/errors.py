"""Every error in the vendor's shape: the status as a code, and a message."""

from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError
from doings.dialects.agendize.documents import ErrorDocument, ErrorMember
from doings.httpkit.error_response import error_response
from doings.httpkit.errors import STATUS, value_for
from doings.httpkit.request import Request

STATUSES: dict[type[DoingsError], int] = STATUS | {errors.Invalid: 400}
"""Status, which is the code as well, by class."""


def respond_error(error: DoingsError, request: Request) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with the vendor's error document."""
    status = value_for(STATUSES, error)
    document = ErrorDocument(ErrorMember(code=status, message=str(error)))
    return error_response(error, status, document)
