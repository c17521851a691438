"""Signing in with a JWT from `/auth` and the key of the credential that it was made for."""

from base64 import b64decode

from doings.auth.jwt import Claims, TokenExpired, claims_from_jwt
from doings.auth.principal import Principal
from doings.core.clock import SECOND
from doings.core.errors import Forbidden, Unauthenticated
from doings.httpkit.request import Request

KEY_HEADER = "x-api-key"
SIGN_IN_KEY_HEADER = "authorization-key"


async def authenticate(request: Request) -> Principal:
    """The principal of the JWT; raises Unauthenticated, Forbidden and TooManyRequests."""
    token, key = _token(request), request.credential(KEY_HEADER)
    if not token or not key:
        raise Unauthenticated(f"Authorization and {KEY_HEADER} are required")
    principal = await _holder(request, token)
    if principal.key != key:
        raise Forbidden("", f"the token was made for another {KEY_HEADER}")
    return principal


async def sign_in(request: Request) -> Principal:
    """The principal of a key and Basic `slug:secret`; raises Unauthenticated, TooManyRequests."""
    key = request.credential(SIGN_IN_KEY_HEADER) or request.credential(KEY_HEADER)
    slug, secret = _slug_and_secret(request.credential("authorization") or "")
    authenticator = request.services.authenticator
    principal = await authenticator.by_pair(key, secret, request.address)
    if principal.account.slug != slug:
        authenticator.failed(request.address)
        raise Unauthenticated("the credential is not valid")
    return principal


async def _holder(request: Request, token: str) -> Principal:
    services = request.services
    claims = _claims(request, token)
    request.lapse_at(claims.exp * SECOND)
    principal = await services.authenticator.by_key(claims.sub)
    if principal.account.id != claims.account:
        raise Unauthenticated("the token is not valid")
    return principal


def _claims(request: Request, token: str) -> Claims:
    """The claims of the token; a forged one counts as a failed sign-in, an expired one does not."""
    services = request.services
    try:
        return claims_from_jwt(services.store.secret, token, now=services.clock.now())
    except TokenExpired:
        raise
    except Unauthenticated:
        services.authenticator.failed(request.address)
        raise


def _token(request: Request) -> str | None:
    """The token behind `Bearer`, or the whole header where it is one word."""
    header = (request.credential("authorization") or "").strip()
    return request.bearer if " " in header else header


def _slug_and_secret(header: str) -> tuple[str, str]:
    word, _, encoded = header.partition(" ")
    if word.lower() != "basic":
        raise Unauthenticated("Basic sign-in is required")
    try:
        slug, _, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise Unauthenticated("Basic sign-in cannot be read") from None
    return slug, secret
