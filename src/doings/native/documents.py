"""The JSON that the native API reads, and writes around the documents of `core.document`."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from doings.auth.principal import SCOPE_ALIASES, SCOPES
from doings.core.activity import (
    BODY_LENGTH,
    CHANNELS,
    DEFAULT_CHANNELS,
    JSON_LENGTH,
    KIND,
    LEVELS,
    LINKS,
    ORIGIN,
    SUBJECT,
    SUMMARY_LENGTH,
    WORD,
)
from doings.core.budget import MERGED_ENTITIES
from doings.core.documents.document import (
    ActivityDocument,
    ChangeDocument,
    EntityChangeDocument,
    EntityDocument,
    JsonObject,
    Moment,
    MomentText,
    NullableObject,
)
from doings.core.entity import ATTRS_LENGTH, ID_LENGTH, NAME_LENGTH, TYPE
from doings.core.kinds.own import ICON_LENGTH, TITLE_LENGTH
from doings.core.text import DEEPEST


def _like(pattern: re.Pattern[str]) -> Meta:
    """Describes a text that the model checks itself, and better than a schema could."""
    return Meta(extra_json_schema={"pattern": f"^{pattern.pattern}$"})


def _at_most(characters: int) -> Meta:
    """Describes how long a text may be, which the model checks."""
    return Meta(extra_json_schema={"maxLength": characters})


def _items(most: int) -> Meta:
    """Describes how long a list may be, which the model checks."""
    return Meta(extra_json_schema={"maxItems": most})


def _described(sentence: str) -> Meta:
    """Says of a member what its type alone does not."""
    return Meta(description=sentence)


def _json_of(characters: int) -> Meta:
    """Describes an object that is empty where it is left out, and how large it may be."""
    sentence = f"At most {characters:,} characters of JSON, {DEEPEST} levels deep."
    return Meta(description=sentence, extra_json_schema={"default": {}})


REASON_LENGTH = 200
"""Characters of the reason of a merge."""

KindText = Annotated[str, _like(KIND)]
TypeText = Annotated[str, _like(TYPE)]
WordText = Annotated[str, _like(WORD)]
OriginText = Annotated[str, _like(ORIGIN)]
KindTitle = Annotated[str, _at_most(TITLE_LENGTH)]
KindIcon = Annotated[str, _at_most(ICON_LENGTH)]
KindColour = Annotated[str, Meta(extra_json_schema={"pattern": "^#[0-9A-Fa-f]{6}$"})]
IdText = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": ID_LENGTH})]
LevelText = Annotated[str, Meta(extra_json_schema={"enum": sorted(LEVELS)})]
ScopeText = Annotated[str, Meta(extra_json_schema={"enum": [*SCOPES, *SCOPE_ALIASES]})]
SummaryText = Annotated[str, _at_most(SUMMARY_LENGTH)]
BodyText = Annotated[str, _at_most(BODY_LENGTH)]
NameText = Annotated[str, _at_most(NAME_LENGTH)]
ActivityJson = Annotated[JsonObject, _json_of(JSON_LENGTH)]
EntityJson = Annotated[JsonObject, _json_of(ATTRS_LENGTH)]
EntityName = Annotated[
    str, Meta(description="`type:id`, like `contact:8`", extra_json_schema={"pattern": "^[^:]+:"})
]


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
    occurred_at: Annotated[MomentText | None, _described("Now, where it is left out.")] = None
    time_zone: Annotated[str | None, _described("An IANA name, like `Europe/Berlin`.")] = None
    summary: SummaryText | None = None
    body: BodyText | None = None
    actor: ActorInput | EntityName | None = None
    links: Annotated[tuple[LinkInput | EntityName, ...], _items(LINKS)] = ()
    data: ActivityJson | UnsetType = UNSET
    metadata: ActivityJson | UnsetType = UNSET
    level: LevelText | None = None
    channels: Annotated[tuple[WordText, ...], _items(CHANNELS)] = DEFAULT_CHANNELS
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


class EntityInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that may be said about an entity; what is left out is cleared.

    `contact` is the id of the contact it belongs to.
    """

    name: NameText | None = None
    attrs: EntityJson | UnsetType = UNSET
    contact: IdText | None = None


class EntityPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): null clears a member, `attrs` are merged member by member."""

    name: NameText | UnsetType | None = UNSET
    attrs: NullableObject | UnsetType = UNSET
    contact: IdText | UnsetType | None = UNSET


class MergeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who are one person: `keep` stands for all of `merge`, which are of its type."""

    keep: EntityName
    merge: Annotated[tuple[EntityName, ...], Meta(min_length=1, max_length=MERGED_ENTITIES - 1)]
    reason: Annotated[str, Meta(max_length=REASON_LENGTH)] | None = None


class DismissInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People of whom no two are one person."""

    entities: Annotated[tuple[EntityName, ...], Meta(min_length=2, max_length=MERGED_ENTITIES)]


class MergeDocument(msgspec.Struct):
    """A merge. While it is active, `keep` stands for each of `merged`."""

    id: str
    keep: str
    merged: list[str]
    reason: str | None
    at: Moment
    by: str | None
    status: Literal["active", "reverted"]
    reverted_at: Moment | None
    reverted_by: str | None


class MergePage(msgspec.Struct):
    """A stretch of the merges, newest first."""

    items: list[MergeDocument]
    next: str | None
    prev: str | None


class SuggestionDocument(msgspec.Struct):
    """Two who may be one person: how likely, from 0 to 1, and why."""

    entities: list[str]
    score: float
    reasons: list[str]


class SuggestionList(msgspec.Struct):
    """Suggestions, the likeliest first."""

    items: list[SuggestionDocument]


class TokenInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credential to be made."""

    scopes: list[ScopeText]
    label: NameText | None = None
    expires_at: MomentText | None = None


class ActivityPage(msgspec.Struct):
    """A stretch of a timeline; the cursors lead to the next and the previous one."""

    items: list[ActivityDocument]
    next: str | None
    prev: str | None


class EntityPage(msgspec.Struct):
    """A stretch of the entities."""

    items: list[EntityDocument]
    next: str | None
    prev: str | None


class ChangePage(msgspec.Struct):
    """Changes, oldest first; `last` is where to go on (`?after=`)."""

    items: list[ChangeDocument]
    last: int


class StreamEvent(msgspec.Struct, omit_defaults=True):
    """One event of a stream: its name, one line of JSON, and the position after it."""

    event: Literal[
        "created",
        "updated",
        "deleted",
        "erased",
        "left",
        "entity.created",
        "entity.updated",
        "entity.deleted",
        "entity.erased",
        "position",
        "reset",
        "closing",
    ]
    data: str
    id: str = ""


class DayCount(msgspec.Struct):
    """How much happened on a UTC day."""

    day: str
    count: int


class KindCount(msgspec.Struct):
    """How much of a kind happened."""

    kind: str
    count: int


class DayStats(msgspec.Struct, tag_field="by", tag="day"):
    """Counts by day, oldest first."""

    items: list[DayCount]
    total: int


class KindStats(msgspec.Struct, tag_field="by", tag="kind"):
    """Counts by kind, most frequent first."""

    items: list[KindCount]
    total: int


class KindDocument(msgspec.Struct):
    """A kind; `data` is the JSON Schema of its data, null where any will do.

    `title` is its name; of one of the account's `own`, the template of its titles, as it was put.
    Only those have `colour` and `own`.
    """

    kind: str
    title: str
    icon: str
    meaning: str
    data: NullableObject | None
    colour: str | UnsetType | None = UNSET
    own: bool | UnsetType = UNSET


class KindInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How activities of a kind of the account's own are shown.

    `title` is a template: `Visited {@contact}{?: {summary}}`.
    """

    title: KindTitle
    icon: KindIcon | None = None
    colour: KindColour | None = None


class KindList(msgspec.Struct):
    """The catalogue, and behind it the kinds of the account's own."""

    items: list[KindDocument]


class SelfDocument(msgspec.Struct):
    """The entity that stands for the account."""

    type: str
    id: str


class AccountDocument(msgspec.Struct, rename={"self_": "self"}):
    """The credential's account."""

    id: int
    slug: str
    name: str
    time_zone: str
    self_: SelfDocument
    interactions: Literal["open", "closed"]
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


class LineProblem(msgspec.Struct, frozen=True):
    """A line (counted from 1) that was not recorded, and why."""

    line: int
    field: str
    reason: str


Status = Literal["recorded", "replaced", "repeated", "refused"]
"""What became of a line of a batch."""


class BatchLine(msgspec.Struct, frozen=True):
    """What became of a line (counted from 1): the activity that stands for it, or why none does."""

    line: int
    status: Status
    id: str | None = None
    seq: int | None = None
    field: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class BatchResult(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of a batch; errors beyond the first ones are only counted.

    `replaced` is there where `on_repeat=replace` was asked for.
    """

    recorded: int
    replaced: int | UnsetType = UNSET
    repeated: int
    errors: list[LineProblem]
    errors_left_out: int = 0


class DeliveryBody(msgspec.Struct):
    """What a webhook is sent; `data` is the item of the list of changes."""

    type: str
    timestamp: Moment
    data: ChangeDocument


class EntityDeliveryBody(msgspec.Struct):
    """What a webhook is sent that is told of people and things; `data` is as in a stream."""

    type: str
    timestamp: Moment
    data: EntityChangeDocument


WebhookEvent = Literal[
    "activity.created",
    "activity.updated",
    "activity.deleted",
    "activity.erased",
    "entity.updated",
    "entity.deleted",
    "entity.erased",
]
WebhookLane = Literal["endpoint", "entity", "none"]
WebhookFormat = Literal["standard", "cobot", "agendize", "mio"]
BatchSize = Annotated[int, msgspec.Meta(ge=1, le=100)]


class WebhookInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook to be made; the filters are those of the list of activities."""

    url: str
    description: str | None = None
    kind: list[str] | None = None
    link: list[str] | None = None
    actor: str | None = None
    origin: str | None = None
    level: Literal["ERROR", "WARN"] | None = None
    channel: str | None = None
    events: list[WebhookEvent] | None = None
    format: WebhookFormat = "standard"
    lane: WebhookLane = "endpoint"
    batch: BatchSize = 1
    after: int | str | None = None
    enabled: bool = True


class WebhookPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be changed about a webhook; null takes a filter away."""

    url: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    kind: list[str] | UnsetType | None = UNSET
    link: list[str] | UnsetType | None = UNSET
    actor: str | UnsetType | None = UNSET
    origin: str | UnsetType | None = UNSET
    level: Literal["ERROR", "WARN"] | UnsetType | None = UNSET
    channel: str | UnsetType | None = UNSET
    events: list[WebhookEvent] | UnsetType | None = UNSET
    format: WebhookFormat | UnsetType = UNSET
    lane: WebhookLane | UnsetType = UNSET
    batch: BatchSize | UnsetType = UNSET
    after: int | str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookDocument(msgspec.Struct, kw_only=True):
    """A webhook. `secret` is there in the answer that made it, and nowhere else."""

    id: str
    url: str
    description: str | None
    kind: tuple[str, ...] | None
    link: tuple[str, ...] | None
    actor: str | None
    origin: str | None
    level: str | None
    channel: str | None
    events: tuple[str, ...]
    format: str
    lane: str
    batch: int
    enabled: bool
    status: Literal["active", "disabled"]
    reason: str | None
    secret: str | UnsetType | None = UNSET
    public_key: str
    created_at: Moment
    updated_at: Moment


class WebhookList(msgspec.Struct):
    """The account's webhooks, oldest first."""

    items: list[WebhookDocument]


class RotatedSecret(msgspec.Struct):
    """The new secret; the one before it signs as well until `previous_until`."""

    secret: str | None
    previous_until: Moment


class AttemptDocument(msgspec.Struct, omit_defaults=True):
    """One request of a delivery; `error` says why there is no answer. `response` is its begin."""

    at: Moment
    ms: int
    status: int | UnsetType = UNSET
    error: str | UnsetType = UNSET
    response: str | UnsetType | None = UNSET


class DeliveryDocument(msgspec.Struct):
    """A change that is sent to a webhook; `id` is the `webhook-id` that the receiver sees."""

    id: str
    event: str
    seq: int
    status: Literal["pending", "delivered", "failed", "discarded"]
    attempts: list[AttemptDocument]
    next_at: Moment | None


class DeliveryPage(msgspec.Struct):
    """Deliveries, those of the newest changes first."""

    items: list[DeliveryDocument]
    next: str | None
    prev: str | None


class RedeliverInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One delivery by its id, or those of all changes after a seq, up to another where given."""

    delivery: str | None = None
    after: int | str | None = None
    until: int | str | None = None


class QueuedCount(msgspec.Struct):
    """How many deliveries will be sent."""

    queued: int


class WebhookTestResult(msgspec.Struct, omit_defaults=True):
    """What the receiver answered to a test; `error` says why there is no answer."""

    ms: int
    status: int | None
    response: str | None
    error: str | UnsetType = UNSET


class WebhookStats(msgspec.Struct):
    """How many deliveries there are of each status.

    `oldest_at` is when the first change happened that is queued and not delivered.
    """

    pending: int
    delivered: int
    failed: int
    discarded: int
    oldest_at: Moment | None
