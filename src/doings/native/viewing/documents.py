"""The wire documents of viewing."""

from typing import Annotated, Literal

import msgspec

from doings.core.account import ORIGIN_LENGTH
from doings.core.activity import KIND, WORD
from doings.core.budget import VIEW_LIST
from doings.core.documents.document import Moment
from doings.core.presentation.viewed import ViewedActivity
from doings.native.documents.words import EntityName, NameText

LONGEST = 30 * 24 * 3600
"""The most seconds that a viewer token is good."""

SECONDS = 3600

KindOrPattern = Annotated[
    str, msgspec.Meta(extra_json_schema={"pattern": rf"^({KIND.pattern}|{WORD.pattern}\.\*)$"})
]
Kinds = Annotated[list[KindOrPattern], msgspec.Meta(min_length=1, max_length=VIEW_LIST)]
OriginText = Annotated[str, msgspec.Meta(max_length=ORIGIN_LENGTH)]
Origins = Annotated[list[OriginText], msgspec.Meta(min_length=1, max_length=VIEW_LIST)]
LifeSeconds = Annotated[int, msgspec.Meta(ge=1, le=LONGEST)]


class ViewedPage(msgspec.Struct):
    """A stretch of a timeline, as its viewers are shown it."""

    items: list[ViewedActivity]
    next: str | None
    prev: str | None


class ViewerTokenInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A viewer token to be made: for whose timeline, which kinds of it, and pages of which sites.

    `entity` is `type:id`. A site is an origin like `https://app.example.org`.
    """

    entity: EntityName
    kinds: Kinds | None = None
    origins: Origins | None = None
    expires_in: LifeSeconds = SECONDS


class ViewerToken(msgspec.Struct):
    """A viewer token; null where the request is a repeated one."""

    token: str | None
    expires_at: Moment


Format = Literal["calendar", "feed"]


class AddressInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret address to be made: as what it shows the timeline, and which kinds of it."""

    format: Format
    kinds: Kinds | None = None
    label: NameText | None = None


class AddressDocument(msgspec.Struct, kw_only=True):
    """A secret address, without the address."""

    key: str
    format: Format
    kinds: tuple[str, ...] | None
    label: str | None
    created_at: Moment
    last_used_at: Moment | None


class IssuedAddress(AddressDocument, kw_only=True):
    """A new secret address; `url` is null where the request is a repeated one."""

    url: str | None


class AddressList(msgspec.Struct):
    """The secret addresses of a timeline, oldest first."""

    items: list[AddressDocument]
