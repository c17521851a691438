"""Signing in: `Authorization: Bearer <secret>`, which Monica calls a personal access token."""

from doings.auth.principal import Principal
from doings.httpkit.request import Call


async def authenticate(call: Call) -> Principal:
    """Who makes the call; raises Unauthenticated and TooManyRequests."""
    return await call.services.authenticator.by_secret(call.bearer, call.address)
