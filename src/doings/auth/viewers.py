"""Viewer tokens: JSON Web Tokens that let a browser see one timeline, for a while.

They are signed here, read here and stored nowhere. A token names the credential that made it, so
that it is worth nothing once that one is revoked.
"""

import hmac
from functools import lru_cache

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from doings.auth.credentials import Authenticator
from doings.auth.jwt import ALGORITHM, TokenExpired
from doings.auth.principal import VIEW, Principal
from doings.core.clock import SECOND
from doings.core.errors import Unauthenticated
from doings.core.store import Store
from doings.core.store.credentials import View

ISSUER = "doings-viewer"


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token says: whose it is (`sub` of `account`), until which second, and what it shows.

    One that says more, such as from when on it is good, is none of ours.
    """

    iss: str
    sub: str
    account: int
    exp: int
    view: View


def issue_viewer_token(
    secret: bytes, view: View, *, key: str, account_id: int, expires_at: int
) -> str:
    """A token of a credential, for a view and until an instant.

    It is signed with what the installation's secret yields.
    """
    claims = Claims(
        iss=ISSUER,
        sub=key,
        account=account_id,
        exp=expires_at // SECOND,
        view=view,
    )
    members = msgspec.to_builtins(claims)
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, members, _signing_key(secret))


def is_viewer_token(text: str) -> bool:
    """Whether a text has the form of a token; no secret has: it holds no dot."""
    return text.count(".") == 2  # noqa: PLR2004 - head, claims and signature


async def viewer_by_token(
    authenticator: Authenticator, store: Store, token: str, address: str
) -> Principal:
    """Who a token belongs to, with its view.

    Raises Unauthenticated for a garbled one, an expired one, one whose credential was revoked and
    one whose entity was erased, and TooManyRequests for an address that guesses.
    """
    try:
        claims = _verified(store.secret, token)
    except Unauthenticated:
        authenticator.failed(address)
        raise
    if claims.exp * SECOND <= authenticator.clock.now():
        raise TokenExpired
    principal = await authenticator.by_key(claims.sub)
    if principal.account.id != claims.account:
        raise Unauthenticated("the token is not valid")
    if await is_of_another(store, claims.account, claims.view):
        raise Unauthenticated("what the token shows was erased")
    return seeing_only(principal, claims.view, expires_at=claims.exp * SECOND)


async def is_of_another(store: Store, account_id: int, view: View) -> bool:
    """Whether the entity of a view may have been erased, so that its id is another one's now."""
    return await store.read(account_id, lambda reader: reader.is_another(view.entity, view.seq))


def seeing_only(principal: Principal, view: View, *, expires_at: int | None) -> Principal:
    """The same account through a view, until an instant at most; it may do nothing else."""
    ends = [one for one in (principal.expires_at, expires_at) if one is not None]
    return msgspec.structs.replace(
        principal, scopes=(VIEW,), view=view, expires_at=min(ends, default=None)
    )


@lru_cache(maxsize=1024)
def _verified(secret: bytes, token: str) -> Claims:
    """A token's claims: a good signature stays good; raises Unauthenticated for one not of ours.

    That it raises keeps tokens that anybody made up out of the cache, which may be long.
    """
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
    return OctKey.import_key(hmac.digest(secret, b"viewer", "sha256"))
