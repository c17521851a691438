"""Credentials: a public key and a secret that is shown once and stored as a hash only.

A secret is `<key>_<43 random characters>`, so that it alone tells where to look. It holds 256
random bits: nobody can guess it from its hash, and the hash needs no slow function.
"""

import asyncio
import hashlib
import hmac
import secrets
from typing import NamedTuple

from doings.auth.limits import FailedSignIns
from doings.auth.principal import SCOPES, Principal, scope_named
from doings.core.budget import CALLERS
from doings.core.clock import SECOND, Clock
from doings.core.errors import Invalid, Unauthenticated
from doings.core.store import Store
from doings.core.store.credentials import Credential, SignIn

USE_SECONDS = 60
"""How exactly the last use of a credential is known."""


class IssuedCredential(NamedTuple):
    """What the person who asked for a credential gets; the secret is in no other place."""

    key: str
    secret: str


def issue(
    account_id: int,
    *,
    scopes: list[str],
    now: int,
    label: str | None = None,
    expires_at: int | None = None,
) -> tuple[IssuedCredential, Credential]:
    """Make a credential: what to hand out and what to store; raises Invalid for an odd scope."""
    granted = tuple(dict.fromkeys(checked_scope(scope) for scope in scopes))
    if not granted:
        raise Invalid.of("scopes", "at least one")
    key = f"k{secrets.token_hex(10)}"
    secret = f"{key}_{secrets.token_urlsafe(32)}"
    stored = Credential(
        key=key,
        account_id=account_id,
        secret_hash=hash_of(secret),
        scopes=granted,
        label=label,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
    )
    return IssuedCredential(key, secret), stored


def checked_scope(name: str) -> str:
    """The scope of that name or alias; raises Invalid."""
    scope = scope_named(name)
    if scope is None:
        raise Invalid.of("scopes", f"{name!r} is none of {', '.join(SCOPES)}")
    return scope


def hash_of(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


class Authenticator:
    """Finds out whose a credential is, and slows down addresses that guess."""

    def __init__(self, store: Store, clock: Clock, failures: FailedSignIns) -> None:
        self._store = store
        self.clock = clock
        self._failures = failures
        self._noted: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def by_secret(self, secret: str | None, address: str) -> Principal:
        """Who a bare secret belongs to; raises Unauthenticated and TooManyRequests."""
        return await self.by_pair((secret or "").partition("_")[0], secret, address)

    async def by_pair(self, key: str | None, secret: str | None, address: str) -> Principal:
        """Who a key with its secret belongs to; raises Unauthenticated and TooManyRequests."""
        if not key or not secret:
            raise Unauthenticated
        found = await self._store.credential(key)
        if found is None or not hmac.compare_digest(found.credential.secret_hash, hash_of(secret)):
            self._failures.note(address)
            raise Unauthenticated("the credential is not valid")
        return self._signed_in(found, address)

    async def by_key(self, key: str) -> Principal:
        """Who a key belongs to, after its holder was authenticated; raises Unauthenticated."""
        found = await self._store.credential(key)
        if found is None:
            raise Unauthenticated("the credential was revoked")
        return self._signed_in(found, None)

    def _signed_in(self, found: SignIn, address: str | None) -> Principal:
        credential = found.credential
        self._check_expiry(credential, address)
        self.note_use(credential.key, credential.last_used_at)
        return Principal(
            found.account,
            credential.key,
            credential.scopes,
            credential.label,
            credential.expires_at,
            found.standing,
            found.position,
        )

    def failed(self, address: str) -> None:
        """Count a wrong credential that this class did not see itself, like a bad JWT.

        Raises TooManyRequests.
        """
        self._failures.note(address)

    def _check_expiry(self, credential: Credential, address: str | None) -> None:
        if credential.expires_at is not None and credential.expires_at <= self.clock.now():
            if address is not None:
                self._failures.note(address)
            raise Unauthenticated("the credential has expired")

    def note_use(self, key: str, last_used_at: int | None = None) -> None:
        """Write down the use, at most once a minute; the answer does not wait for it."""
        now = self.clock.now()
        last = self._noted.get(key) or last_used_at or 0
        if now - last < USE_SECONDS * SECOND:
            return
        if len(self._noted) >= CALLERS:
            self._noted.clear()  # Then the store is asked to note a use again, which is no harm.
        self._noted[key] = now
        task = asyncio.get_running_loop().create_task(self._write_use(key, now))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_use(self, key: str, at: int) -> None:
        try:
            await self._store.note_use({key: at})
        except Exception:  # noqa: BLE001 - the use is noted again in a minute; the answer matters
            self._noted.pop(key, None)

    async def flush(self) -> None:
        """Wait for the uses that are being written down."""
        await asyncio.gather(*self._tasks)
