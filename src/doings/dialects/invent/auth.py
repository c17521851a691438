"""Signing in: `Authorization: Bearer <secret>`."""

from doings.auth.principal import Principal
from doings.httpkit.request import Call


async def authenticate(call: Call) -> Principal:
    """Who is asking; raises Unauthenticated and TooManyRequests."""
    return await call.services.authenticator.by_secret(call.bearer, call.address)
