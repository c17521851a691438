"""Signing in with OAuth 2, as a header or a parameter, and what one must be to enter a space."""

from doings.auth.principal import ADMIN, Principal
from doings.core.errors import NotFound
from doings.httpkit.params import last
from doings.httpkit.request import Call


async def authenticate(call: Call) -> Principal:
    """Who makes the call; raises Unauthenticated and TooManyRequests."""
    secret = call.bearer or last(call.query, "access_token")
    return await call.services.authenticator.by_secret(secret, call.address)


def enter_space(call: Call) -> None:
    """Raise NotFound for a space that is not the caller's, Forbidden for one who is no admin."""
    space = call.path_params["space"]
    if space != call.principal.account.slug:
        raise NotFound("space", space)
    call.principal.require(ADMIN)
