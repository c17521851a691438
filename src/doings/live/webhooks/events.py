"""Which changes a webhook is told of, and what they are about."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import Invalid, Problem
from doings.core.query import Query, has_kind
from doings.core.store import Reader
from doings.core.store.changes import Change, EntityChange, FeedChunk
from doings.core.store.webhooks import Delivery, Webhook, WebhookSettings
from doings.live.matching import (
    Marks,
    People,
    States,
    is_everything,
    is_told_of_entity,
    keys_of,
    states,
    told_of,
)
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

Wants = Callable[[WebhookSettings, Change], str | None]
"""The event that a change is in a format; None for one that it has no event for.

Whether the filters let the change through is decided apart from that.
"""

Render = Callable[[Reader, Webhook, Sequence["Occasion"]], Awaitable[list[str | None]]]
"""The body for each occasion; None where there is nothing that could be sent.

A body is JSON without line breaks. Two on two lines are two requests, sent one after the other.
"""


ENTITY_EVENTS = ("entity.updated", "entity.deleted", "entity.erased")


class Occasion(msgspec.Struct, frozen=True):
    """A change that is about to be sent, as what event."""

    event: str
    change: Change


Headers = list[tuple[str, str]]


class Format(msgspec.Struct, frozen=True):
    """How deliveries look: the native one, or that of a vendor's own.

    `headers` makes the headers of a request and its body from the text to be sent, given the id of
    the message and the instant. `render_entity` makes the body for what happened to an entity,
    where the format has a way to say that. `events` and `kinds` are all that it ever sends, None
    where that is every kind.
    """

    wants: Wants
    render: Render
    request: Callable[[Webhook, str, str, int], tuple[Headers, bytes]]
    render_entity: Callable[[str, EntityChange], str] | None = None
    events: tuple[ActivityEvent, ...] = ACTIVITY_EVENTS
    kinds: tuple[str, ...] | None = None


def check_sends(settings: WebhookSettings, form: Format) -> None:
    """Raise Invalid for settings by which nothing would ever be sent."""
    events = settings.events or ACTIVITY_EVENTS
    sent = (*form.events, *(ENTITY_EVENTS if form.render_entity else ()))
    problems = []
    if not set(events).intersection(sent):
        problems.append(Problem("events", f"the format {settings.format} sends only {_list(sent)}"))
    elif not set(events).intersection(ACTIVITY_EVENTS) and not _names_entities(settings):
        reason = "with filters only entities are told of that link or actor name, and none is named"
        problems.append(Problem("events", reason))
    wanted = settings.kinds or None
    if form.kinds is not None and not any(has_kind(wanted, kind) for kind in form.kinds):
        problems.append(
            Problem("kind", f"the format {settings.format} sends only {_list(form.kinds)}")
        )
    if problems:
        raise Invalid(*problems)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _names_entities(settings: WebhookSettings) -> bool:
    return bool(settings.links or settings.actor) or is_everything(query_of(settings))


def entity_event(
    settings: WebhookSettings, query: Query, change: EntityChange, people: People
) -> str | None:
    """The event of what happened to an entity, where the webhook has it.

    As in a stream, a webhook with filters is told of the entities that its filters name. Those that
    name an entity which is erased name it by its new id from then on.
    """
    event = f"entity.{change.op}"
    is_told = event in settings.events and is_told_of_entity(query, keys_of(change, people))
    return event if is_told else None


def query_of(settings: WebhookSettings) -> Query:
    """The filters, as those of a list or a stream."""
    return Query(
        kinds=settings.kinds or None,
        entities=tuple(map(_entity_key, settings.links)),
        actor=_entity_key(settings.actor) if settings.actor else None,
        origin=settings.origin,
        level=settings.level,
        channel=settings.channel,
    )


def _entity_key(name: str) -> EntityKey:
    entity_type, _, entity_id = name.partition(":")
    return entity_type, entity_id


def deliveries_of_changes(
    settings: WebhookSettings, form: Format, chunk: FeedChunk, new_message: Callable[[], str]
) -> list[Delivery]:
    """The deliveries of those things in a chunk that a webhook is told of.

    It is told of a change if the activity fitted its filters right before or right after it,
    whatever has happened to the activity since. What a delivery is about is kept whatever the lane
    is now, as another one may be asked for while it waits.
    """
    query = query_of(settings)
    around = states(chunk)
    deliveries = []
    for item in chunk.items:
        if isinstance(item, EntityChange):
            event = entity_event(settings, query, item, chunk.people)
            if event is not None and form.render_entity:
                deliveries.append(_entity_delivery(item, event, new_message()))
            continue
        event = form.wants(settings, item) if _is_among_events(settings, item) else None
        found = around.get(item.seq, (None, None))
        if event is not None and is_let_through(query, item, found):
            deliveries.append(_delivery(item, found, event, new_message()))
    return deliveries


def _is_among_events(settings: WebhookSettings, change: Change) -> bool:
    return f"activity.{change.op}" in (settings.events or ACTIVITY_EVENTS)


def is_let_through(query: Query, change: Change, around: States) -> bool:
    """Whether filters let a change through.

    Of what was erased since, and of what older versions deleted, only the kind is known.
    """
    if around == (None, None):
        around = (None, Marks(change.kind, "", None, None, (), frozenset(), frozenset()))
    return is_everything(query) or told_of(query, change, {change.seq: around}) is not None


def _delivery(change: Change, around: States, event: str, message: str) -> Delivery:
    return Delivery(
        seq=change.seq,
        message=message,
        event=event,
        subject=change.activity_id,
        at=change.at,
        lane=_lane(change, around),
    )


def _entity_delivery(change: EntityChange, event: str, message: str) -> Delivery:
    """It waits for earlier ones about that entity."""
    name = f"{change.type}:{change.id}"
    return Delivery(
        seq=change.seq,
        message=message,
        event=event,
        subject=name,
        at=change.at,
        lane=lane_text([_key(name)], []),
    )


def _lane(change: Change, around: States) -> str:
    """Earlier deliveries about a linked contact come first, else any linked entity, else itself.

    It is about what was linked before the change, too: what a contact loses must not be overtaken
    by what happens to it next. Those about the activity itself always come first.
    """
    linked = frozenset[EntityKey]().union(*[marks.linked for marks in around if marks is not None])
    about = [_key(f"{type_}:{id_}") for type_, id_ in linked]
    contacts = [_key(f"{type_}:{id_}") for type_, id_ in linked if type_ == CONTACT]
    own = _key(change.activity_id)
    return lane_text([*(contacts or about), own], about)


@lru_cache(maxsize=16_384)
def _key(text: str) -> str:
    """A short word for a name that may be long and hold any character."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
