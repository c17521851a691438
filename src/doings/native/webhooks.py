"""Between the JSON of webhooks and the model; it knows no HTTP."""

import re
from typing import Any, get_args

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import KIND, ORIGIN, WORD
from doings.core.clock import HOUR, Clock, datetime_from_instant, text_from_instant
from doings.core.entity import ID_LENGTH, TYPE
from doings.core.errors import Conflict, HistoryReplaced, Invalid, Problem
from doings.core.query import ENTITIES
from doings.core.resuming.position import Position, position_from_text
from doings.core.store.webhooks import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Secret,
    Webhook,
    WebhookSettings,
)
from doings.core.text import checked_text
from doings.live.webhooks import signing
from doings.live.webhooks.events import ACTIVITY_EVENTS
from doings.native.documents.webhooks import (
    AttemptDocument,
    DeliveryDocument,
    WebhookDocument,
    WebhookInput,
    WebhookPatch,
)

ROTATION = 24 * HOUR
"""How long a secret signs that another one has taken the place of."""

SECRETS = 10
"""How many secrets of a webhook may sign at a time."""

DESCRIPTION_LENGTH = 1000

_KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*")

_SETTINGS = {"kind": "kinds", "link": "links"}
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
    if settings.options:
        _check_vendor_s(settings, changed)
    return checked(msgspec.structs.replace(settings, **changed))


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


OF_VENDORS = frozenset({"url", "description"})
"""What may be changed here of a webhook that a vendor's own settings made: they can show it."""

_MEMBERS = {field: member for member, field in _SETTINGS.items()}


def _check_vendor_s(settings: WebhookSettings, changed: dict[str, Any]) -> None:
    reason = f"cannot be changed here: the webhook belongs to the settings of {settings.format}"
    problems = [
        Problem(_MEMBERS.get(field, field), reason)
        for field, value in changed.items()
        if field not in OF_VENDORS and value != getattr(settings, field)
    ]
    if problems:
        raise Invalid(*problems)


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


_NAME = re.compile(rf"{TYPE.pattern}:[^\0]{{1,{ID_LENGTH}}}", re.DOTALL)


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


DELIVERY_STATUSES: tuple[DeliveryStatus, ...] = get_args(DeliveryStatus)
