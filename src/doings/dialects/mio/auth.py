"""Signing in: a JWT from `/auth`, and beside it the key of the credential that it was made for."""

from base64 import b64decode

from doings.auth.jwt import Claims, TokenExpired, claims_from_jwt
from doings.auth.principal import Principal
from doings.core.errors import Forbidden, Unauthenticated
from doings.httpkit.request import Call

KEY_HEADER = "x-api-key"
SIGN_IN_KEY_HEADER = "authorization-key"


async def authenticate(call: Call) -> Principal:
    """Who the JWT stands for; raises Unauthenticated, Forbidden and TooManyRequests."""
    token, key = _token(call), call.header(KEY_HEADER)
    if not token or not key:
        raise Unauthenticated(f"Authorization and {KEY_HEADER} are required")
    principal = await _holder(call, token)
    if principal.key != key:
        raise Forbidden("", f"the token was made for another {KEY_HEADER}")
    return principal


async def sign_in(call: Call) -> Principal:
    """Who a key with Basic `slug:secret` belongs to; raises Unauthenticated, TooManyRequests."""
    key = call.header(SIGN_IN_KEY_HEADER) or call.header(KEY_HEADER)
    slug, secret = _slug_and_secret(call.header("authorization") or "")
    authenticator = call.services.authenticator
    principal = await authenticator.by_pair(key, secret, call.address)
    if principal.account.slug != slug:
        authenticator.failed(call.address)
        raise Unauthenticated("the credential is not valid")
    return principal


async def _holder(call: Call, token: str) -> Principal:
    services = call.services
    services.authenticator.check(call.address)
    claims = _claims(call, token)
    principal = await services.authenticator.by_key(claims.sub)
    if principal.account.id != claims.account:
        raise Unauthenticated("the token is not valid")
    return principal


def _claims(call: Call, token: str) -> Claims:
    """What the token says; one that was never good counts as a failed sign-in."""
    services = call.services
    try:
        return claims_from_jwt(services.store.secret, token, now=services.clock.now())
    except TokenExpired:
        raise
    except Unauthenticated:
        services.authenticator.failed(call.address)
        raise


def _token(call: Call) -> str | None:
    """The token behind `Bearer`, or the whole header where it is one word."""
    given = (call.header("authorization") or "").strip()
    return call.bearer if " " in given else given


def _slug_and_secret(header: str) -> tuple[str, str]:
    word, _, encoded = header.partition(" ")
    if word.lower() != "basic":
        raise Unauthenticated("Basic sign-in is required")
    try:
        slug, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise Unauthenticated("Basic sign-in cannot be read") from None
    return slug, secret
