"""Signing in: as a partner with a key and a token, or with OAuth 2."""

from doings.auth.principal import Principal
from doings.httpkit.input.params import last
from doings.httpkit.request import Request


async def authenticate(request: Request) -> Principal:
    """The principal that makes the request; raises Unauthenticated and TooManyRequests.

    `apiKey` and `token` are headers or parameters; the parameter is also read as `apikey`.
    """
    authenticator = request.services.authenticator
    key, token = request.credential("apikey"), request.credential("token")
    if not key:
        key = last(request.query, "apiKey") or last(request.query, "apikey")
    token = token or last(request.query, "token")
    if key is None and token is None:
        return await authenticator.by_secret(request.bearer, request.address)
    return await authenticator.by_pair(key, token, request.address)
