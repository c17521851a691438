"""Signing in with OAuth 2 by header or parameter, and who may enter a space."""

from doings.auth.principal import ADMIN, Principal
from doings.core.errors import NotFound
from doings.httpkit.input.params import last
from doings.httpkit.request import Request


async def authenticate(request: Request) -> Principal:
    """The principal that makes the request; raises Unauthenticated and TooManyRequests."""
    secret = request.bearer or last(request.query, "access_token")
    return await request.services.authenticator.by_secret(secret, request.address)


def enter_space(request: Request) -> None:
    """Raise NotFound for a space that is not the caller's, Forbidden for a caller without admin."""
    space = request.path_params["space"]
    if space != request.principal.account.slug:
        raise NotFound("space", space)
    request.principal.require(ADMIN)
