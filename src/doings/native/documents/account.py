"""The JSON of the credential's account and its credentials."""

from typing import Literal

import msgspec

from doings.core.documents.document import Moment, MomentText
from doings.native.documents.words import NameText, ScopeText


class TokenInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credential to be made."""

    scopes: list[ScopeText]
    label: NameText | None = None
    expires_at: MomentText | None = None


class SelfDocument(msgspec.Struct):
    """The entity that stands for the account."""

    type: str
    id: str


class AccountDocument(msgspec.Struct, rename={"self_": "self"}):
    """The credential's account.

    `keeps_ids_of` is the service that it was moved from, where it keeps the numbers of that one.
    `monica` is which Monica its API at `/monica` speaks: that of Monica's document, or that of the
    servers of version 4.1. Settings are changed by `doings account set` on the server.
    """

    id: int
    slug: str
    name: str
    time_zone: str
    self_: SelfDocument
    interactions: Literal["open", "closed"]
    merging: Literal["manual", "verified"]
    keeps_ids_of: str | None
    monica: Literal["document", "4.1"]
    created_at: Moment


class TokenDocument(msgspec.Struct):
    """A credential, without its secret."""

    key: str
    label: str | None
    scopes: tuple[str, ...]
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class TokenList(msgspec.Struct):
    """The account's credentials, oldest first."""

    items: list[TokenDocument]


class IssuedToken(msgspec.Struct):
    """A new credential; its secret is shown here and nowhere else."""

    key: str
    secret: str | None
    label: str | None
    scopes: tuple[str, ...]
    created_at: Moment
    expires_at: Moment | None
