"""Signing in to the native API: `Authorization: Bearer`, and a secret or a viewer token."""

from doings.auth.principal import Principal
from doings.auth.viewers import is_viewer_token
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.viewing import viewer_of


async def authenticate(request: Request) -> Principal:
    """Who the secret or token belongs to; raises Unauthenticated, TooManyRequests and Forbidden."""
    token = request.bearer
    if token is not None and is_viewer_token(token):
        return await viewer_of(request, token)
    return await request.services.authenticator.by_secret(request.bearer, request.address)


async def authenticate_stream(request: Request) -> Principal:
    """The same, and a viewer token may be the parameter `token`: EventSource sends no header."""
    token = last(request.query, "token")
    if token is None or request.credential("authorization"):
        return await authenticate(request)
    return await viewer_of(request, token)
