"""Grants: what a program is given once somebody let it in, as OAuth 2 has it.

A code is good once and for minutes, an access token for a day, a refresh token for a month. Each
names its credential, so that it is worth nothing once that one is revoked. All are signed here and
read here; that a code was used is kept where uses of links are.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from doings.auth.credentials import Authenticator
from doings.auth.principal import READ, WRITE, Principal
from doings.auth.signed import claims_from_text, signed_text
from doings.core.clock import DAY, SECOND
from doings.core.errors import Unauthenticated
from doings.core.store import Store, Writer

CODE = 300 * SECOND
ACCESS = DAY
REFRESH = 30 * DAY
"""How long each of them is good."""

REDIRECT_LENGTH = 2000
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

S256, PLAIN = "S256", "plain"
Method = Literal["S256", "plain"]

_PRINTED = re.compile(r"[!-~]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_FORBIDDEN = frozenset("\"'\\,;<>`{}|^#")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class Challenge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What only the program that asked for a code can answer (PKCE)."""

    text: str
    method: Method = "plain"

    def is_met(self, verifier: str | None) -> bool:
        """Whether the text is what the challenge was made of."""
        if verifier is None or not is_verifier(verifier):
            return False
        found = verifier if self.method == PLAIN else _digest(verifier)
        return hmac.compare_digest(found.encode(), self.text.encode())


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That somebody let a program in, to be exchanged for tokens by that program."""

    id: str
    key: str
    account: int
    until: int
    client: str
    redirect: str
    challenge: Challenge | None = None


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program signs in with, until an instant."""

    key: str
    account: int
    until: int


class Refresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program gets new tokens for, until an instant."""

    key: str
    account: int
    until: int
    client: str


class Over(Unauthenticated):
    """A grant that was good once: a sign that time has passed, not that somebody guesses."""


Grant = TypeVar("Grant", Code, Access, Refresh)


class Tokens(msgspec.Struct, frozen=True):
    """What a program is given; `seconds` is how long the access token is good."""

    access: str
    refresh: str
    seconds: int


def is_redirect(text: str) -> bool:
    """Whether a program may be at an address: by HTTPS, on the caller's own machine, or an app's.

    It holds nothing that could end a header or a policy that names it, and no fragment.
    """
    if len(text) > REDIRECT_LENGTH or not _PRINTED.fullmatch(text) or _FORBIDDEN & set(text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    if parts.scheme in {"http", "https"}:
        return bool(host) and (parts.scheme == "https" or host in LOOPBACK)
    return bool(_SCHEME.fullmatch(parts.scheme)) and bool(parts.netloc or parts.path.strip("/"))


def is_allowed(redirect: str, listed: Sequence[str]) -> bool:
    """Whether a program may be sent back to an address: one of the list, letter by letter.

    An address on the caller's own machine may have any port, as a program takes what is free.
    """
    if not is_redirect(redirect):
        return False
    return redirect in listed or _without_port(redirect) in map(_without_port, listed)


def _without_port(address: str) -> tuple[str, ...]:
    """An address on the caller's own machine without its port; any other as it is."""
    parts = urlsplit(address)
    if parts.scheme != "http":
        return (address,)
    return parts.scheme, parts.hostname or "", parts.path, parts.query


def is_verifier(text: str) -> bool:
    """Whether a text may be a verifier, or a challenge that is one."""
    return bool(_VERIFIER.fullmatch(text))


def new_code(principal: Principal, client: str, redirect: str, challenge: Challenge | None) -> Code:
    """A code of a credential, still without its end."""
    return Code(
        secrets.token_urlsafe(12),
        principal.key,
        principal.account.id,
        0,
        client,
        redirect,
        challenge,
    )


def text_of_code(secret: bytes, code: Code, *, now: int) -> str:
    """The code as the program is given it; it is good from now on."""
    return _signed(secret, msgspec.structs.replace(code, until=now + CODE))


def issue_tokens(secret: bytes, principal: Principal, client: str, *, now: int) -> Tokens:
    """The tokens of a credential, none of which outlives it."""
    key, account = principal.key, principal.account.id
    end = principal.expires_at
    until = now + ACCESS if end is None else min(now + ACCESS, end)
    refresh_until = now + REFRESH if end is None else min(now + REFRESH, end)
    return Tokens(
        access=_signed(secret, Access(key, account, until)),
        refresh=_signed(secret, Refresh(key, account, refresh_until, client)),
        seconds=(until - now) // SECOND,
    )


def grant_from_text(secret: bytes, text: str, kind: type[Grant], *, now: int) -> Grant:
    """Read a grant that is still good; raises Over, and Unauthenticated for a forged one."""
    grant = claims_from_text(secret, _purpose(kind), text, kind)
    if now >= grant.until:
        raise Over("the token is over")
    return grant


def is_token(text: str) -> bool:
    """Whether a text has the form of a token; no secret has: it holds no dot."""
    return text.count(".") == 2  # noqa: PLR2004 - head, claims and signature


async def holder_of(
    authenticator: Authenticator, secret: bytes, text: str, kind: type[Grant], address: str
) -> tuple[Grant, Principal]:
    """A grant, and the credential that it stands for.

    Raises Unauthenticated for a forged one, one that is over and one whose credential was revoked,
    and TooManyRequests for an address that guesses.
    """
    try:
        grant = grant_from_text(secret, text, kind, now=authenticator.clock.now())
    except Over:
        raise
    except Unauthenticated:
        authenticator.failed(address)
        raise
    principal = await authenticator.by_key(grant.key)
    if principal.account.id != grant.account:
        raise Unauthenticated("the token is not valid")
    return grant, principal


async def principal_by_token(
    authenticator: Authenticator, secret: bytes, text: str, address: str
) -> Principal:
    """Who an access token belongs to; it reads and writes, and does nothing else.

    Raises what `holder_of` raises.
    """
    access, principal = await holder_of(authenticator, secret, text, Access, address)
    scopes = tuple([scope for scope in principal.scopes if scope in {READ, WRITE}])
    return msgspec.structs.replace(principal, scopes=scopes, expires_at=access.until)


async def use_code(store: Store, code: Code) -> bool:
    """Use a code up; False where that was done before."""
    name, digest = f"oauth code {code.id}", code.id.encode()

    async def use(writer: Writer) -> bool:
        if await writer.recall(name, digest) is not None:
            return False
        await writer.remember(name, digest, "used")
        return True

    return await store.write(code.account, use)


def _signed(secret: bytes, grant: Code | Access | Refresh) -> str:
    return signed_text(secret, _purpose(type(grant)), grant)


def _purpose(kind: type[Code | Access | Refresh]) -> str:
    return f"grant {kind.__name__}"


def _digest(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
