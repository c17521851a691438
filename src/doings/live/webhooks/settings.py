"""What the owner of a webhook decides: its settings are checked, made and changed here.

Problems are named by the members that the API has, `kind` and `link` among them.
"""

import re
from typing import get_args

import msgspec

from doings.core.activity import KIND, ORIGIN, WORD
from doings.core.budget import WEBHOOKS
from doings.core.clock import HOUR, Clock, text_from_instant
from doings.core.entity import ID_LENGTH, TYPE
from doings.core.errors import Conflict, Invalid, Problem, TooMuch
from doings.core.query import ENTITIES
from doings.core.store.webhooks import (
    DeliveryStatus,
    DeliveryWriter,
    Secret,
    Webhook,
    WebhookSettings,
)
from doings.core.text import checked_text
from doings.live.webhooks import signing

ROTATION = 24 * HOUR
"""How long a secret signs that another one has taken the place of."""

SECRETS = 10
"""How many secrets of a webhook may sign at a time."""

DESCRIPTION_LENGTH = 1000

BATCH = 100
"""The most events that one request may carry."""

DELIVERY_STATUSES: tuple[DeliveryStatus, ...] = get_args(DeliveryStatus)

REMOVED = "removed"
"""Why a webhook is disabled that is being removed."""

OF_VENDORS = frozenset({"url", "description"})
"""What may be changed here of a webhook that a vendor's own settings made: they can show it."""

MEMBERS = {"kinds": "kind", "links": "link"}
"""Settings whose member in the API has another name."""

_KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*")
_NAME = re.compile(rf"{TYPE.pattern}:[^\0]{{1,{ID_LENGTH}}}", re.DOTALL)


def checked(settings: WebhookSettings) -> WebhookSettings:
    """The settings themselves; raises Invalid for a filter that no activity could pass."""
    checked_text(settings.description, field="description", most=DESCRIPTION_LENGTH)
    problems = [
        *_list_problems("kind", settings.kinds, _KINDS, "is neither noun.verb nor noun.*"),
        *_list_problems("link", settings.links, _NAME, "is not type:id, like contact:8"),
        *_problem("actor", settings.actor, _NAME, "must be type:id, like contact:8"),
        *_problem("origin", settings.origin, ORIGIN, "lower-case letters, digits, dots, - and _"),
        *_problem("channel", settings.channel, WORD, "must be a lower-case word"),
    ]
    if settings.batch > 1 and settings.format != "standard":
        problems.append(Problem("batch", "must be 1: the vendor sends one at a time"))
    if problems:
        raise Invalid(*problems)
    return settings


def checked_change(before: WebhookSettings, after: WebhookSettings) -> WebhookSettings:
    """The settings after a change; raises Invalid, also for what only a vendor's API may change."""
    reason = f"cannot be changed here: the webhook belongs to the settings of {before.format}"
    problems = [
        Problem(MEMBERS.get(field, field), reason)
        for field in before.__struct_fields__
        if field not in OF_VENDORS and getattr(before, field) != getattr(after, field)
    ]
    if before.options and problems:
        raise Invalid(*problems)
    return checked(after)


async def check_alone(writer: DeliveryWriter, webhook: Webhook, settings: WebhookSettings) -> None:
    """Raise Conflict where a vendor's setting would become the same as another one."""
    if settings.is_same_subscription(webhook.settings):
        return
    others = [one.settings for one in await writer.webhooks() if one.id != webhook.id]
    if any(settings.is_same_subscription(one) for one in others):
        raise Conflict(f"there is such a subscription of {settings.format} already")


def _list_problems(
    field: str, values: tuple[str, ...], pattern: re.Pattern[str], reason: str
) -> list[Problem]:
    if len(values) > ENTITIES:
        return [Problem(field, f"at most {ENTITIES}")]
    return [
        Problem(f"{field}[{place}]", f"{value!r} {reason}")
        for place, value in enumerate(values)
        if not pattern.fullmatch(value)
    ]


def _problem(field: str, value: str | None, pattern: re.Pattern[str], reason: str) -> list[Problem]:
    return [Problem(field, reason)] if value is not None and not pattern.fullmatch(value) else []


def new_webhook(settings: WebhookSettings, *, clock: Clock, is_enabled: bool) -> Webhook:
    """A webhook that is told of nothing yet; its position is to be set."""
    now = clock.now()
    return Webhook(
        id=f"wh_{clock.new_id().replace('-', '')}",
        settings=settings,
        secrets=(Secret(signing.new_secret()),),
        key=signing.new_key(),
        status="active" if is_enabled else "disabled",
        position=0,
        created_at=now,
        updated_at=now,
    )


async def add_webhook(writer: DeliveryWriter, made: Webhook, position: int) -> None:
    """Store a new webhook, which is told of what happens after a seq; raises TooMuch."""
    if len(await writer.webhooks()) >= WEBHOOKS:
        raise TooMuch("webhooks", Problem("body", f"an account has at most {WEBHOOKS} webhooks"))
    await writer.add_webhook(msgspec.structs.replace(made, position=position))


async def switched(
    writer: DeliveryWriter, webhook: Webhook, *, is_enabled: bool, now: int
) -> Webhook:
    """The webhook on or off, which is still to be stored; on, what failed is sent again."""
    if is_enabled and webhook.status == "disabled":
        await writer.queue_failed(webhook.id, now)
        return msgspec.structs.replace(webhook, status="active", reason=None)
    if not is_enabled and webhook.status == "active":
        return msgspec.structs.replace(webhook, status="disabled", reason=None)
    return webhook


def rotated(webhook: Webhook, *, now: int) -> Webhook:
    """The webhook with a new secret, first of all; those before it sign for a while.

    Raises Conflict where as many sign as may: none of them is dropped before its time.
    """
    kept = [
        msgspec.structs.replace(one, until=one.until or now + ROTATION)
        for one in webhook.secrets
        if one.until is None or one.until > now
    ]
    if len(kept) >= SECRETS:
        first = text_from_instant(min(one.until or now for one in kept))
        raise Conflict(f"{SECRETS} secrets sign already, until {first} at least; try again then")
    return msgspec.structs.replace(
        webhook, secrets=(Secret(signing.new_secret()), *kept), updated_at=now
    )
