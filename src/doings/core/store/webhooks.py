"""The part of the port that is about webhooks: where events are sent, and what became of each."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from doings.core.store.changes import Change

Lane = Literal["endpoint", "entity", "none"]
"""What deliveries wait for: all earlier ones, earlier ones about the same person, or nothing."""

WebhookStatus = Literal["active", "disabled"]
DeliveryStatus = Literal["pending", "delivered", "failed", "discarded"]
"""`failed` is what no attempt is left for, `discarded` what will never be sent."""


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the owner of a webhook decides. Links and the actor are `type:id`, as filters have them.

    `options` are what a vendor's format needs besides, such as the headers to send.
    """

    url: str
    description: str | None = None
    kinds: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    actor: str | None = None
    origin: str | None = None
    level: str | None = None
    channel: str | None = None
    events: tuple[str, ...] = ()
    format: str = "standard"
    lane: Lane = "endpoint"
    batch: int = 1
    options: dict[str, Any] = {}

    def is_same_subscription(self, other: "WebhookSettings") -> bool:
        """Whether both say the same to the vendor by whose settings they were made."""
        return bool(self.options) and (self.format, self.url, self.options) == (
            other.format,
            other.url,
            other.options,
        )


class Secret(msgspec.Struct, frozen=True, omit_defaults=True):
    """A secret (`whsec_…`) that deliveries are signed with, until an instant where it has one."""

    text: str
    until: int | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A place that events are sent to. Times are instants.

    `key` is the seed of its ed25519 key, 32 bytes as hex. All changes up to the seq `position` are
    in the queue of deliveries. `version` counts changes that a process at work must hear of.
    `holder` is the process that delivers, until `held_until`. `due_at` is when the next delivery is
    due, and `oldest_at` when the oldest undelivered change happened; None where nothing waits.
    """

    id: str
    settings: WebhookSettings
    secrets: tuple[Secret, ...]
    key: str
    status: WebhookStatus = "active"
    reason: str | None = None
    position: int
    version: int = 1
    holder: str | None = None
    held_until: int = 0
    due_at: int | None = None
    oldest_at: int | None = None
    created_at: int
    updated_at: int


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request of a delivery: when, how long it took, and the answer or why there is none."""

    at: int
    ms: int
    status: int | None = None
    error: str | None = None
    response: str | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One change that is to reach a webhook. Times are instants, `at` that of the change.

    `message` is the id that the receiver sees; the deliveries of one batch share it. `subject` is
    an activity's id, or `type:id` of an entity. `lane` holds the keys of what it waits for, and
    after a bar those of all else that it is about. `tries` are the attempts since it was queued.
    `body` is what is sent, made at the first attempt.
    """

    seq: int
    message: str
    event: str
    subject: str
    status: DeliveryStatus = "pending"
    at: int
    lane: str = ""
    tries: int = 0
    next_at: int = 0
    body: str | None = None
    attempts: tuple[Attempt, ...] = ()


class Queued(msgspec.Struct, frozen=True):
    """What deciding whose turn it is needs of a delivery."""

    seq: int
    message: str
    event: str
    subject: str
    at: int
    lane: str
    tries: int
    next_at: int
    has_body: bool


class Made(msgspec.Struct, frozen=True):
    """The body that a delivery is about to be sent with, and its message; no body discards it."""

    seq: int
    message: str
    body: str | None


class Outcome(msgspec.Struct, frozen=True):
    """What an attempt came to; `next_at` is when the next one is due."""

    seq: int
    status: DeliveryStatus
    tries: int
    next_at: int
    attempt: Attempt


class ActiveWebhook(msgspec.Struct, frozen=True):
    """What finding work needs of a webhook that is active, in any account."""

    account_id: int
    id: str
    version: int
    position: int
    holder: str | None
    held_until: int
    due_at: int | None
    oldest_at: int | None
    last_seq: int


class DeliveryReader(Protocol):
    """Reading webhooks and their deliveries."""

    async def webhooks(self) -> list[Webhook]:
        """The account's webhooks, oldest first."""

    async def webhook(self, webhook_id: str) -> Webhook:
        """One webhook; raises NotFound."""

    async def deliveries(
        self,
        webhook_id: str,
        *,
        status: DeliveryStatus | None,
        before: int | None,
        after: int | None,
        limit: int,
    ) -> list[Delivery]:
        """At most `limit` deliveries, newest change first, without bodies.

        Those with a seq smaller than `before`, or the next ones greater than `after`.
        """

    async def queued(self, webhook_id: str, limit: int) -> list[Queued]:
        """The first deliveries that are pending, by seq."""

    async def bodies(self, webhook_id: str, seqs: Sequence[int]) -> dict[int, str]:
        """The bodies that were made of some deliveries, by seq."""

    async def delivery_counts(self, webhook_id: str) -> dict[DeliveryStatus, int]:
        """How many deliveries there are in each status."""

    async def changes_by_seq(self, seqs: Sequence[int]) -> list[Change]:
        """Some changes, oldest first, with the activities as they are now.

        There may be fewer, as a page holds no more than so many bytes; those that follow are left
        out. One is there at least.
        """


class DeliveryWriter(DeliveryReader, Protocol):
    """Changing webhooks, and writing down what is delivered."""

    async def add_webhook(self, webhook: Webhook) -> None:
        """Store a webhook."""

    async def change_webhook(self, webhook: Webhook) -> None:
        """Replace what the owner decides, and have the process that delivers look again.

        What says who delivers stays as it is.
        """

    async def delete_webhook(self, webhook_id: str) -> None:
        """Remove a webhook with all its deliveries; raises NotFound."""

    async def claim_webhook(
        self, webhook_id: str, holder: str, *, until: int, ended: str | None
    ) -> Webhook | None:
        """Become the process that delivers; None where another one is, or the webhook is gone.

        `ended` is a holder that is known to be gone, though its time is not over.
        """

    async def hold_webhook(self, webhook_id: str, holder: str, *, until: int) -> Webhook | None:
        """Stay the process that delivers, and read the webhook; None where that is lost."""

    async def release_webhook(
        self, webhook_id: str, holder: str, *, due_at: int | None, oldest_at: int | None
    ) -> None:
        """Let others deliver, and say when there is something to do."""

    async def move_webhook(self, webhook_id: str, *, seen: int, position: int) -> bool:
        """Note up to which seq changes are queued; False where `seen` is not where it was."""

    async def touch_webhook(self, webhook_id: str) -> None:
        """Have the process that delivers look again, because its queue was changed."""

    async def queue(self, webhook_id: str, deliveries: Sequence[Delivery]) -> None:
        """Have changes delivered; one that was queued before is pending again as it was."""

    async def queue_message(self, webhook_id: str, message: str, now: int) -> int:
        """Have all deliveries of a message sent again; returns how many, 0 for no such message."""

    async def queue_failed(self, webhook_id: str, now: int) -> None:
        """Have what failed, or is waiting for its next attempt, sent from now on."""

    async def discard(self, webhook_id: str, *, until: int) -> None:
        """Give up what is not delivered of changes up to a seq."""

    async def note_bodies(self, webhook_id: str, made: Sequence[Made]) -> None:
        """Keep the bodies of deliveries that are about to be sent."""

    async def note_outcomes(self, webhook_id: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Write down what attempts came to; returns each as it stands then.

        A failure changes nothing of what was given up meanwhile, or queued from its beginning.
        """

    async def disable_webhook(self, webhook_id: str, reason: str) -> None:
        """Send nothing more until the owner says so."""

    async def forget_deliveries(self, webhook_id: str, *, before: int, limit: int) -> int:
        """Remove deliveries that are done, of changes before an instant; returns how many."""

    async def clear_deliveries(self, webhook_id: str, limit: int) -> bool:
        """Remove so many deliveries, whatever became of them; whether there may be more."""


class WebhookStore(Protocol):
    """Finding webhooks of all accounts that may have something to do."""

    async def active_webhooks(self) -> list[ActiveWebhook]:
        """The webhooks of all accounts that are active."""
