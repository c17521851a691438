"""Signing in to the native API: `Authorization: Bearer <secret>`."""

from doings.auth.principal import Principal
from doings.httpkit.request import Call


async def authenticate(call: Call) -> Principal:
    """Who the secret belongs to; raises Unauthenticated and TooManyRequests."""
    return await call.services.authenticator.by_secret(call.bearer, call.address)
