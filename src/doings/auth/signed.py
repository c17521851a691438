"""Text that is signed here and read here: tokens of sessions, links and grants.

Each purpose has a key of its own, which the installation's secret yields, so that no token is taken
for another kind of token.
"""

import hmac
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from doings.core.errors import Unauthenticated

ALGORITHM = "HS256"

T = TypeVar("T", bound=msgspec.Struct)


def signed_text(secret: bytes, purpose: str, claims: msgspec.Struct) -> str:
    """Signed text that `claims_from_text` reads back for the same purpose."""
    members = msgspec.to_builtins(claims)
    return jwt.encode({"alg": ALGORITHM}, members, _signing_key(secret, purpose))


def claims_from_text(secret: bytes, purpose: str, text: str, kind: type[T]) -> T:
    """What signed text says; raises Unauthenticated for text that is not ours."""
    try:
        return msgspec.convert(_claims(secret, text, purpose), kind)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unauthenticated("this is no token of ours") from None


@lru_cache(maxsize=1024)
def _claims(secret: bytes, text: str, purpose: str) -> dict[str, Any]:
    """What a text says: a signature that was found good stays good."""
    return jwt.decode(text, _signing_key(secret, purpose), algorithms=[ALGORITHM]).claims


@lru_cache(maxsize=16)
def _signing_key(secret: bytes, purpose: str) -> OctKey:
    return OctKey.import_key(hmac.digest(secret, purpose.encode(), "sha256"))
