"""JSON Web Tokens that stand for a credential for an hour: signed here, read here, stored nowhere.

A token names its credential, so that it is worth nothing once the credential is revoked.
"""

import hmac
from functools import lru_cache

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from doings.core.clock import SECOND
from doings.core.errors import Unauthenticated

SECONDS = 3600
"""How long a token is good."""

ISSUER = "doings"
ALGORITHM = "HS256"


class TokenExpired(Unauthenticated):
    """A token that was good once: a sign that time has passed, not that somebody guesses."""

    def __init__(self) -> None:
        super().__init__("the token has expired")


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says: of which credential (`sub`) of which account, and until which second.

    One that says more, such as from when on it is good, is none of ours.
    """

    iss: str
    sub: str
    account: int
    iat: int
    exp: int


def issue_jwt(secret: bytes, *, key: str, account_id: int, now: int) -> str:
    """A token for a credential, signed with what the installation's secret yields."""
    issued_at = now // SECOND
    claims = Claims(ISSUER, key, account_id, issued_at, issued_at + SECONDS)
    members = msgspec.structs.asdict(claims)
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, members, _signing_key(secret))


def claims_from_jwt(secret: bytes, token: str, *, now: int) -> Claims:
    """Read a token; raises Unauthenticated, and TokenExpired for one that was ours."""
    claims = _verified(secret, token)
    if claims.exp * SECOND <= now:
        raise TokenExpired
    return claims


@lru_cache(maxsize=1024)
def _verified(secret: bytes, token: str) -> Claims:
    """A token's claims: a signature that was found good stays good."""
    try:
        decoded = jwt.decode(token, _signing_key(secret), algorithms=[ALGORITHM])
        claims = msgspec.convert(decoded.claims, Claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unauthenticated("the token is not valid") from None
    if claims.iss != ISSUER:
        raise Unauthenticated("the token is not valid")
    return claims


@lru_cache(maxsize=8)
def _signing_key(secret: bytes) -> OctKey:
    return OctKey.import_key(hmac.digest(secret, b"jwt", "sha256"))
