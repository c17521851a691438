"""The JSON of webhooks: what is set, what became of deliveries, and what a receiver is sent."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.documents.document import ChangeDocument, EntityChangeDocument, Moment


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
