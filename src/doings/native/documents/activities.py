"""The JSON of activities: recorded, exported, changed, listed."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import CHANNELS, DEFAULT_CHANNELS, LINKS, SUBJECT
from doings.core.documents.document import ActivityDocument, MomentText, NullableObject
from doings.native.documents.words import (
    ActivityJson,
    BodyText,
    EntityName,
    IdText,
    KindText,
    LevelText,
    NameText,
    OriginText,
    SummaryText,
    TypeText,
    WordText,
    described,
    items,
)


class LinkInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A thing that an activity concerns, and how.

    The name is for a thing that is new, and so are `deleted` and `erased`: it is then such a one.
    `via` may be sent back as it was read, and says nothing.
    """

    type: TypeText
    id: IdText
    role: WordText = SUBJECT
    name: NameText | None = None
    deleted: bool = False
    erased: bool = False
    via: str | None = None


class ActorInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The person or thing that did it; all but type and id are for one that is new."""

    type: TypeText
    id: IdText
    name: NameText | None = None
    deleted: bool = False
    erased: bool = False
    via: str | None = None


class ActivityInput(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """An activity to be recorded: only `kind` is required, `occurred_at` defaults to now."""

    kind: KindText
    occurred_at: Annotated[MomentText | None, described("Now, where it is left out.")] = None
    time_zone: Annotated[str | None, described("An IANA name, like `Europe/Berlin`.")] = None
    summary: SummaryText | None = None
    body: BodyText | None = None
    actor: ActorInput | EntityName | None = None
    links: Annotated[tuple[LinkInput | EntityName, ...], items(LINKS)] = ()
    data: ActivityJson | UnsetType = UNSET
    metadata: ActivityJson | UnsetType = UNSET
    level: LevelText | None = None
    channels: Annotated[tuple[WordText, ...], items(CHANNELS)] = DEFAULT_CHANNELS
    origin: OriginText = "api"
    external_id: IdText | None = None


class NameInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the body of an activity says of its name elsewhere, where the path says it as well."""

    origin: str | None = None
    external_id: str | None = None


class ExportedActivity(ActivityInput, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A whole activity document, to be recorded elsewhere; members that are unknown are ignored."""


class ActivityPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): null sets a member back to its default.

    `data` and `metadata` are merged member by member; `links` are replaced and do not include the
    actor, who is patched alone.
    """

    kind: KindText | UnsetType = UNSET
    occurred_at: MomentText | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET
    summary: SummaryText | UnsetType | None = UNSET
    body: BodyText | UnsetType | None = UNSET
    actor: ActorInput | EntityName | UnsetType | None = UNSET
    links: tuple[LinkInput | EntityName, ...] | UnsetType | None = UNSET
    data: NullableObject | UnsetType = UNSET
    metadata: NullableObject | UnsetType = UNSET
    level: LevelText | UnsetType | None = UNSET
    channels: tuple[WordText, ...] | UnsetType | None = UNSET


class ActivityPage(msgspec.Struct):
    """A stretch of a timeline; the cursors lead to the next and the previous one."""

    items: list[ActivityDocument]
    next: str | None
    prev: str | None
