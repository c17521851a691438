"""Signing in: `Authorization: Bearer <secret>`, which Monica calls a personal access token."""

from doings.auth.principal import Principal
from doings.httpkit.request import Request


async def authenticate(request: Request) -> Principal:
    """The principal whose secret the request has; raises Unauthenticated and TooManyRequests."""
    return await request.services.authenticator.by_secret(request.bearer, request.address)
