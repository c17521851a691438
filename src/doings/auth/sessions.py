"""Sessions of the pages, and the links that begin one: signed here, read here.

A session names its credential, so it ends when that is revoked. What was signed out is noted in the
account's settings until the session would be over anyway; a look-up of the credential brings the
account along, so that asking costs no statement. A link is good once: its use is kept where the
answers of requests with an `Idempotency-Key` are, for much longer than the link is good.
"""

import secrets
from typing import Any, Literal

import msgspec

from doings.auth.credentials import issue
from doings.auth.principal import ADMIN, READ, WRITE
from doings.auth.signed import claims_from_text, signed_text
from doings.core.account import Account
from doings.core.clock import DAY, SECOND
from doings.core.errors import Unauthenticated
from doings.core.store import Store, Writer
from doings.core.text import object_from_text

SESSION = 14 * DAY
"""How long a session lasts at most."""

LINK = 600 * SECOND
"""How long a link is good."""

SIGNED_OUT = "signed_out"
"""The setting of an account that holds what was signed out: sessions and credentials, and when."""

MOST_SIGNED_OUT = 200
"""How many of them are kept. With more, all sessions of the account end."""

EVERYONE = "*"

LABEL = "web page"
"""The label of the credential that stands behind sessions begun by a link."""


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is signed in to the pages: a credential (`key`) of an account, since an instant."""

    id: str
    key: str
    account: int
    since: int

    @property
    def expires_at(self) -> int:
        """The instant at which it is over."""
        return self.since + SESSION

    def is_good(self, account: Account, now: int) -> bool:
        """Whether it was not signed out, and is not over; the account is as it is now."""
        if self.account != account.id or now >= self.expires_at:
            return False
        ended = object_from_text(account.settings).get(SIGNED_OUT, {})
        return self.id not in ended and all(
            ended.get(name, -1) < self.since for name in (self.key, EVERYONE)
        )


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An address that signs in once, until an instant."""

    id: str
    key: str
    account: int
    until: int


def new_session(key: str, account_id: int, now: int) -> Session:
    """A session that begins now."""
    return Session(secrets.token_urlsafe(12), key, account_id, now)


def token_of(secret: bytes, claims: Session | Link) -> str:
    """Signed text that `session_from_token` or `link_from_token` reads back."""
    return signed_text(secret, _purpose(type(claims)), claims)


def session_from_token(secret: bytes, token: str) -> Session:
    """Read a session, which may be over; raises Unauthenticated for one that is not ours."""
    return claims_from_text(secret, _purpose(Session), token, Session)


def link_from_token(secret: bytes, token: str, *, now: int) -> Link:
    """Read a link that is still good; raises Unauthenticated."""
    link = claims_from_text(secret, _purpose(Link), token, Link)
    if now >= link.until:
        raise LinkOver
    return link


class LinkOver(Unauthenticated):
    """A link that was good once: a sign that time has passed, not that somebody guesses."""

    def __init__(self) -> None:
        super().__init__("the link is over; a new one comes from `doings web link`")


def _purpose(kind: type[Session | Link]) -> str:
    return f"web {kind.__name__}"


async def issue_link(store: Store, slug: str, *, now: int) -> str:
    """The token of a new link into an account; raises NotFound.

    The session will be one of a credential of its own, whose secret nobody has. Revoking it
    signs out all that came by a link.
    """
    account = await store.account(slug)
    key = await store.write(account.id, lambda writer: _credential_of_links(writer, now))
    link = Link(secrets.token_urlsafe(12), key, account.id, now + LINK)
    return token_of(store.secret, link)


async def _credential_of_links(writer: Writer, now: int) -> str:
    for known in await writer.credentials():
        if known.label == LABEL and (known.expires_at is None or known.expires_at > now + SESSION):
            return known.key
    scopes = [READ, WRITE, ADMIN]
    _, stored = issue(writer.account_id, scopes=scopes, now=now, label=LABEL)
    await writer.add_credential(stored)
    return stored.key


async def use_link(store: Store, link: Link) -> None:
    """Use a link up; raises Unauthenticated where that was done before."""
    name, digest = f"web link {link.id}", link.id.encode()

    async def use(writer: Writer) -> bool:
        if await writer.recall(name, digest) is not None:
            return False
        await writer.remember(name, digest, "used")
        return True

    if not await store.write(link.account, use):
        raise Unauthenticated("the link was used before; a new one comes from `doings web link`")


Reach = Literal["session", "credential", "account"]
"""What is signed out: one session, all of its credential, or all of its account."""


async def sign_out(store: Store, session: Session, *, now: int, reach: Reach) -> None:
    """End a session, or others with it."""
    name = {"session": session.id, "credential": session.key, "account": EVERYONE}[reach]

    def change(settings: dict[str, Any]) -> dict[str, Any]:
        ended = settings.get(SIGNED_OUT, {})
        lasting = {one: at for one, at in ended.items() if at > now - SESSION}
        if len(lasting) >= MOST_SIGNED_OUT:
            return {**settings, SIGNED_OUT: {EVERYONE: now}}
        return {**settings, SIGNED_OUT: {**lasting, name: now}}

    await store.change_settings(session.account, change)
