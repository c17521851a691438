"""Every error in the vendor's shape: a word, or reasons by field."""

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core import errors
from doings.core.errors import DoingsError
from doings.dialects.cobot.documents import (
    ErrorDocument,
    FieldErrorsDocument,
    ScopeErrorDocument,
)
from doings.httpkit.error_response import error_response
from doings.httpkit.errors import (
    AddressTooLong,
    Broken,
    HeaderTooLarge,
    MethodNotAllowed,
    TooSlow,
    value_for,
)
from doings.httpkit.request import Request

ERROR_RESPONSES: dict[type[DoingsError], tuple[int, str]] = {
    errors.Malformed: (400, "bad_request"),
    errors.Unauthenticated: (401, "unauthorized"),
    errors.Forbidden: (403, "insufficient_scope"),
    errors.NotFound: (404, "not_found"),
    MethodNotAllowed: (405, "method_not_allowed"),
    errors.NotAcceptable: (406, "not_acceptable"),
    TooSlow: (408, "request_timeout"),
    errors.Conflict: (409, "conflict"),
    errors.Outdated: (412, "precondition_failed"),
    errors.TooLarge: (413, "payload_too_large"),
    AddressTooLong: (414, "uri_too_long"),
    errors.UnsupportedType: (415, "unsupported_media_type"),
    errors.Invalid: (422, "unprocessable_entity"),
    errors.TooManyRequests: (429, "too_many_requests"),
    HeaderTooLarge: (431, "request_header_fields_too_large"),
    Broken: (500, "internal_server_error"),
    errors.Unavailable: (503, "service_unavailable"),
}
"""Status and word by class."""

FIELDS = {"body": "text", "url": "callback_url"}
"""The vendor's names for members, where they differ from ours."""


def respond_error(error: DoingsError, request: Request) -> Response:  # noqa: ARG001 - a Surface's shape
    """Answer with the vendor's error document."""
    status = 422 if _is_of_field(error) else value_for(ERROR_RESPONSES, error)[0]
    return error_response(error, status, error_document(error), shows_scope=True)


def error_document(
    error: DoingsError,
) -> ErrorDocument | ScopeErrorDocument | FieldErrorsDocument:
    """Render an error."""
    if isinstance(error, errors.Invalid):
        return FieldErrorsDocument(_by_field(error))
    if isinstance(error, errors.Forbidden):
        if error.scope == ADMIN:
            return ErrorDocument("forbidden")
        return ScopeErrorDocument("insufficient_scope", error.scope)
    if isinstance(error, errors.Malformed) and error.field is not None:
        return FieldErrorsDocument({error.field: [error.reason]})
    _, word = value_for(ERROR_RESPONSES, error)
    return ErrorDocument(word, str(error) if isinstance(error, errors.WrongEncoding) else None)


def _is_of_field(error: DoingsError) -> bool:
    """Whether a parameter is to blame, which this vendor answers like a wrong member."""
    return isinstance(error, errors.Malformed) and error.field is not None


def _by_field(error: errors.Invalid) -> dict[str, list[str]]:
    by_field: dict[str, list[str]] = {}
    for field, reason in error.problems:
        by_field.setdefault(FIELDS.get(field, field), []).append(reason)
    return by_field
