"""Signing in: `Authorization: Bearer <secret>`, which Monica calls a personal access token.

A token of `/oauth/token` stands in the place of the secret.
"""

from doings.auth.grants import is_token, principal_by_token
from doings.auth.principal import Principal
from doings.httpkit.request import Request


async def authenticate(request: Request) -> Principal:
    """The principal that makes the request; raises Unauthenticated and TooManyRequests."""
    services, bearer = request.services, request.bearer
    if bearer is None or not is_token(bearer):
        return await services.authenticator.by_secret(bearer, request.address)
    secret = services.store.secret
    return await principal_by_token(services.authenticator, secret, bearer, request.address)
