"""Signing in: `Authorization: Bearer <secret>`."""

from doings.auth.principal import Principal
from doings.httpkit.request import Request


async def authenticate(request: Request) -> Principal:
    """The principal that makes the request; raises Unauthenticated and TooManyRequests."""
    return await request.services.authenticator.by_secret(request.bearer, request.address)
