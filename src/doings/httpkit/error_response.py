"""The answer to an error: a document of the surface's shape, and the challenge to sign in."""

import msgspec
from starlette.responses import Response

from doings.core import errors
from doings.core.errors import DoingsError

CHALLENGE = "WWW-Authenticate"
JSON = "application/json"


def error_response(
    error: DoingsError,
    status: int,
    document: object,
    *,
    media_type: str = JSON,
    shows_scope: bool = False,
) -> Response:
    """Answer with the document as JSON.

    A request that is not signed in is told how to do so (RFC 6750). With `shows_scope`, a request
    whose credential lacks a scope is told which one.
    """
    response = Response(msgspec.json.encode(document), status, media_type=media_type)
    if isinstance(error, errors.Unauthenticated):
        response.headers[CHALLENGE] = "Bearer"
    if isinstance(error, errors.Forbidden) and error.scope and shows_scope:
        response.headers[CHALLENGE] = f'Bearer error="insufficient_scope", scope="{error.scope}"'
    return response
