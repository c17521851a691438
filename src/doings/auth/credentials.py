"""Credentials: a public key and a secret that is shown once and stored as a hash only.

A secret is `<key>_<43 random characters>`, so that it alone tells where to look. It holds 256
random bits: nobody can guess it from its hash, and the hash needs no slow function.
"""

import asyncio
import hashlib
import hmac
import secrets
from typing import NamedTuple

import msgspec

from doings.auth.limits import FailedSignIns
from doings.auth.principal import SCOPES, Principal, scope_named
from doings.core.budget import ADDRESSES, CALLERS
from doings.core.clock import SECOND, Clock
from doings.core.errors import Invalid, Problem, TooMuch, Unauthenticated
from doings.core.store import Store, Writer
from doings.core.store.credentials import Credential, SignIn, View

ENDINGS = {"calendar": "ics", "feed": "atom"}
"""How secret addresses end, by what they show a timeline as."""

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
    return _issued(account_id, granted, now=now, label=label, expires_at=expires_at)


def issue_address(
    account_id: int, view: View, scope: str, *, now: int, label: str | None = None
) -> tuple[IssuedCredential, Credential]:
    """Make what a secret address has for a credential; `scope` is its only one."""
    return _issued(account_id, (scope,), now=now, label=label, view=view)


def address_path(issued: IssuedCredential, scope: str) -> str:
    """Where on the server the secret address is."""
    return f"/feeds/{issued.secret}.{ENDINGS[scope]}"


async def add_address(writer: Writer, credential: Credential) -> None:
    """Store a secret address; raises NotFound for the timeline of nobody, and TooMuch."""
    if credential.view is not None:
        await writer.entity(credential.view.entity)
    addresses = [one for one in await writer.credentials() if one.view is not None]
    if len(addresses) >= ADDRESSES:
        raise TooMuch("addresses", Problem("body", f"an account has at most {ADDRESSES:,}"))
    await writer.add_credential(credential)


def _issued(  # noqa: PLR0913 - the members of a credential
    account_id: int,
    scopes: tuple[str, ...],
    *,
    now: int,
    label: str | None,
    expires_at: int | None = None,
    view: View | None = None,
) -> tuple[IssuedCredential, Credential]:
    key = f"k{secrets.token_hex(10)}"
    secret = f"{key}_{secrets.token_urlsafe(32)}"
    stored = Credential(
        key=key,
        account_id=account_id,
        secret_hash=hash_of(secret),
        scopes=scopes,
        label=label,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        view=view,
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
        return self._signed_in(await self._found(key, secret, address, is_address=False), address)

    async def by_secret_address(self, secret: str, address: str) -> Principal:
        """Who a secret address belongs to, with its view; raises what `by_pair` raises."""
        key = secret.partition("_")[0]
        found = await self._found(key, secret, address, is_address=True)
        principal = self._signed_in(found, address)
        return msgspec.structs.replace(principal, view=found.credential.view)

    async def _found(
        self, key: str | None, secret: str | None, address: str, *, is_address: bool
    ) -> SignIn:
        """The credential; one that is a secret address is good as such only."""
        if not key or not secret:
            raise Unauthenticated
        found = await self._store.credential(key)
        if (
            found is None
            or not hmac.compare_digest(found.credential.secret_hash, hash_of(secret))
            or (found.credential.view is not None) is not is_address
        ):
            self._failures.note(address)
            raise Unauthenticated("the credential is not valid")
        return found

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
