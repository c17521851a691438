"""Which changes a webhook is told of, and what they are about."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from doings.core.activity import Activity
from doings.core.entity import CONTACT, EntityKey
from doings.core.store import Reader
from doings.core.store.changes import Change, EntityChange
from doings.core.store.webhooks import Delivery, Webhook, WebhookSettings
from doings.live.webhooks.lanes import lane_text

ActivityEvent = Literal[
    "activity.created", "activity.updated", "activity.deleted", "activity.erased"
]
Event = Literal[
    "activity.created",
    "activity.updated",
    "activity.deleted",
    "activity.erased",
    "entity.updated",
    "entity.deleted",
    "entity.erased",
]

ACTIVITY_EVENTS: tuple[ActivityEvent, ...] = (
    "activity.created",
    "activity.updated",
    "activity.deleted",
    "activity.erased",
)

HISTORY = 200
"""How many changes of a deleted activity are read at a time to find what it was at the end."""


class Subject(msgspec.Struct, frozen=True):
    """What filters ask of an activity, also of one that is deleted."""

    kind: str
    keys: tuple[EntityKey, ...]
    actor: EntityKey | None
    origin: str
    level: str | None
    channels: tuple[str, ...]


Wants = Callable[[WebhookSettings, Change, Subject], str | None]
"""The event that a change is to a webhook; None where the webhook is not told of it."""

Render = Callable[[Reader, Webhook, Sequence["Occasion"]], Awaitable[list[str | None]]]
"""The body for each occasion; None where there is nothing that could be sent.

A body is JSON without line breaks. Two on two lines are two requests, sent one after the other.
"""


class Occasion(msgspec.Struct, frozen=True):
    """A change that is about to be sent, as what event."""

    event: str
    change: Change


Headers = list[tuple[str, str]]


class Format(msgspec.Struct, frozen=True):
    """How deliveries look: the native one, or that of a vendor's own.

    `headers` makes the headers of a request and its body from the text to be sent, given the id of
    the message and the instant. `render_entity` makes the body for what happened to an entity,
    where the format has a way to say that.
    """

    wants: Wants
    render: Render
    request: Callable[[Webhook, str, str, int], tuple[Headers, bytes]]
    render_entity: Callable[[str, EntityChange], str] | None = None


def wants_activity(settings: WebhookSettings, change: Change, subject: Subject) -> str | None:
    """The event of a change to an activity, where the webhook has it and its filters fit.

    Of what is erased only the kind is known. So each webhook is told that has that kind.
    """
    event = f"activity.{change.op}"
    if event not in (settings.events or ACTIVITY_EVENTS):
        return None
    is_told = _has_kind(settings, change.kind) if change.op == "erased" else fits(settings, subject)
    return event if is_told else None


def entity_event(settings: WebhookSettings, change: EntityChange) -> str | None:
    """The event of what happened to an entity, where the webhook has it.

    As in a stream, a webhook with filters is told of the entities that its filters name. Those that
    name an entity which is erased name it by its new id from then on.
    """
    event = f"entity.{change.op}"
    if event not in settings.events:
        return None
    name = f"{change.type}:{change.id}"
    is_named = name in settings.links or name == settings.actor
    return event if is_named or not _has_filters(settings) else None


def _has_filters(settings: WebhookSettings) -> bool:
    texts = (settings.actor, settings.origin, settings.level, settings.channel)
    return bool(settings.kinds or settings.links) or any(text is not None for text in texts)


def fits(settings: WebhookSettings, subject: Subject) -> bool:
    """Whether an activity passes the filters, which are those of the list of activities."""
    if not _has_kind(settings, subject.kind):
        return False
    if settings.links and not any(
        f"{type_}:{id_}" in settings.links for type_, id_ in subject.keys
    ):
        return False
    if settings.actor and (subject.actor is None or ":".join(subject.actor) != settings.actor):
        return False
    return (
        settings.origin in {None, subject.origin}
        and settings.level in {None, subject.level}
        and (settings.channel is None or settings.channel in subject.channels)
    )


def _has_kind(settings: WebhookSettings, kind: str) -> bool:
    return not settings.kinds or any(_is_kind(kind, wanted) for wanted in settings.kinds)


def _is_kind(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1]))


def subject_of(activity: Activity) -> Subject:
    """What filters ask of an activity."""
    actor = activity.actor()
    return Subject(
        kind=activity.kind,
        keys=tuple([link.entity.key for link in activity.links]),
        actor=actor.key if actor else None,
        origin=activity.origin,
        level=activity.level,
        channels=activity.channels,
    )


def subject_from_before(text: str) -> Subject:
    """What filters ask of an activity that was deleted, from the `before` of its deletion."""
    document: dict[str, Any] = msgspec.json.decode(text)
    actor = document.get("actor")
    named = [*([actor] if actor else []), *document.get("links", ())]
    return Subject(
        kind=document.get("kind", ""),
        keys=tuple(dict.fromkeys([(one["type"], one["id"]) for one in named])),
        actor=(actor["type"], actor["id"]) if actor else None,
        origin=document.get("origin", ""),
        level=document.get("level"),
        channels=tuple(document.get("channels", ())),
    )


async def subjects(reader: Reader, changes: Sequence[Change]) -> dict[str, Subject]:
    """What each changed activity is, or was at the end, by its id."""
    found: dict[str, Subject] = {}
    for change in changes:
        if change.activity is not None and change.activity_id not in found:
            found[change.activity_id] = subject_of(change.activity)
        elif change.activity is None and change.op == "deleted" and change.before:
            found[change.activity_id] = subject_from_before(change.before)
        elif change.is_erased:
            found[change.activity_id] = Subject(change.kind, (), None, "", None, ())
    for change in changes:
        if change.activity_id not in found:
            found[change.activity_id] = await _subject_at_end(reader, change)
    return found


async def _subject_at_end(reader: Reader, change: Change) -> Subject:
    """What an activity was that is deleted by now, by a later change than those that were read."""
    after = change.seq
    while changes := await reader.history(change.activity_id, after, HISTORY):
        for later in changes:
            if later.op == "deleted" and later.before:
                return subject_from_before(later.before)
        after = changes[-1].seq
    return Subject(change.kind, (), None, "", None, ())


def delivery_of(
    settings: WebhookSettings, change: Change, subject: Subject, event: str, message: str
) -> Delivery:
    """The delivery of a change."""
    return Delivery(
        seq=change.seq,
        message=message,
        event=event,
        subject=change.activity_id,
        at=change.at,
        lane=_lane(change, subject) if settings.lane == "entity" else "",
    )


def entity_delivery_of(
    settings: WebhookSettings, change: EntityChange, event: str, message: str
) -> Delivery:
    """The delivery of what happened to an entity; it waits for earlier ones about that entity."""
    name = f"{change.type}:{change.id}"
    return Delivery(
        seq=change.seq,
        message=message,
        event=event,
        subject=name,
        at=change.at,
        lane=lane_text([_key(name)], []) if settings.lane == "entity" else "",
    )


def _lane(change: Change, subject: Subject) -> str:
    """Earlier deliveries about a linked contact come first, else any linked entity, else itself.

    Those about the activity itself always come first, whatever it was linked to before.
    """
    about = [_key(f"{type_}:{id_}") for type_, id_ in subject.keys]
    contacts = [_key(f"{type_}:{id_}") for type_, id_ in subject.keys if type_ == CONTACT]
    own = _key(change.activity_id)
    return lane_text([*(contacts or about), own], about)


@lru_cache(maxsize=16_384)
def _key(text: str) -> str:
    """A short word for a name that may be long and hold any character."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
