"""Between the JSON of webhooks and the model; it knows no HTTP."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.clock import datetime_from_instant
from doings.core.errors import HistoryReplaced, Invalid, Problem
from doings.core.resuming.position import Position, position_from_text
from doings.core.store.webhooks import Attempt, Delivery, Webhook, WebhookSettings
from doings.live.webhooks import signing
from doings.live.webhooks.events import ACTIVITY_EVENTS
from doings.live.webhooks.settings import MEMBERS, checked, checked_change
from doings.native.documents.webhooks import (
    AttemptDocument,
    DeliveryDocument,
    WebhookDocument,
    WebhookInput,
    WebhookPatch,
)

_SETTINGS = {member: field for field, member in MEMBERS.items()}
"""Members whose field in the model has another name."""

_LISTS = frozenset({"kind", "link", "events"})


def settings_from_input(document: WebhookInput) -> WebhookSettings:
    """Read what the owner of a new webhook decides; raises Invalid. The URL is not checked."""
    _check_lists(document.kind, document.link, document.events)
    return checked(
        WebhookSettings(
            url=document.url,
            description=document.description,
            kinds=tuple(document.kind or ()),
            links=tuple(document.link or ()),
            actor=document.actor,
            origin=document.origin,
            level=document.level,
            channel=document.channel,
            events=tuple(dict.fromkeys(document.events or ())),
            format=document.format,
            lane=document.lane,
            batch=document.batch,
        )
    )


def settings_from_patch(settings: WebhookSettings, patch: WebhookPatch) -> WebhookSettings:
    """The settings with a merge patch applied; raises Invalid. The URL is not checked."""
    changed: dict[str, Any] = {}
    for name in patch.__struct_fields__:
        value = getattr(patch, name)
        if value is not UNSET and name not in {"after", "enabled"}:
            is_list = name in _LISTS
            changed[_SETTINGS.get(name, name)] = tuple(value or ()) if is_list else value
    _check_lists(patch.kind, patch.link, patch.events)
    return checked_change(settings, msgspec.structs.replace(settings, **changed))


def has_filters(patch: WebhookPatch) -> bool:
    """Whether a patch says anything of what is sent."""
    return any(getattr(patch, name) is not UNSET for name in _FILTERS)


_FILTERS = ("kind", "link", "actor", "origin", "level", "channel", "events", "format")


def _check_lists(*lists: list[Any] | UnsetType | None) -> None:
    """Raise Invalid for an empty list, which would be no filter though it looks like one."""
    problems = [
        Problem(name, "is empty; null takes all")
        for name, values in zip(("kind", "link", "events"), lists, strict=True)
        if values == []
    ]
    if problems:
        raise Invalid(*problems)


def seq_from_position(text: int | str, end: Position, *, field: str = "after") -> int:
    """The seq of a position, or a bare seq; `end` is the present end of the feed.

    Raises Invalid for garbage and for what is to come, HistoryReplaced for another epoch.
    """
    found = position_from_text(str(text))
    if found is None:
        raise Invalid.of(field, "must be a position like the header Doings-Position, or a seq")
    if found.epoch not in {None, end.epoch}:
        raise HistoryReplaced(str(end))
    if found.seq > end.seq:
        raise Invalid.of(field, f"is beyond the last seq, which is {end.seq}")
    return found.seq


def webhook_document(webhook: Webhook, *, secret: str | None = None) -> WebhookDocument:
    """Render a webhook, with a secret that was just made."""
    settings = webhook.settings
    return WebhookDocument(
        id=webhook.id,
        url=settings.url,
        description=settings.description,
        kind=settings.kinds or None,
        link=settings.links or None,
        actor=settings.actor,
        origin=settings.origin,
        level=settings.level,
        channel=settings.channel,
        events=settings.events or ACTIVITY_EVENTS,
        format=settings.format,
        lane=settings.lane,
        batch=settings.batch,
        enabled=webhook.status == "active",
        status=webhook.status,
        reason=webhook.reason,
        secret=UNSET if secret is None else secret,
        public_key=signing.public_key(webhook.key),
        created_at=datetime_from_instant(webhook.created_at),
        updated_at=datetime_from_instant(webhook.updated_at),
    )


def delivery_document(delivery: Delivery) -> DeliveryDocument:
    """Render a delivery."""
    is_pending = delivery.status == "pending"
    next_at = (delivery.next_at or delivery.at) if is_pending else None
    return DeliveryDocument(
        id=delivery.message,
        event=delivery.event,
        seq=delivery.seq,
        status=delivery.status,
        attempts=[attempt_document(attempt) for attempt in delivery.attempts],
        next_at=None if next_at is None else datetime_from_instant(next_at),
    )


def attempt_document(attempt: Attempt) -> AttemptDocument:
    """Render one request and its answer."""
    return AttemptDocument(
        at=datetime_from_instant(attempt.at),
        ms=attempt.ms,
        status=UNSET if attempt.status is None else attempt.status,
        error=UNSET if attempt.error is None else attempt.error,
        response=UNSET if attempt.response is None else attempt.response,
    )
