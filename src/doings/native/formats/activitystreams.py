"""A page of a timeline as ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/)."""

from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import SUBJECT, Activity
from doings.core.clock import datetime_from_instant
from doings.core.documents.document import Moment
from doings.core.documents.rendering import json_rendering
from doings.core.entity import Entity
from doings.core.presentation.title import title
from doings.core.store.rendering import Rendering
from doings.core.values.markup import HTML_KINDS, html_from_text

MEDIA_TYPE = "application/activity+json"
CONTEXT = "https://www.w3.org/ns/activitystreams"

ACTIVITY_TYPES = {
    "created": "Create",
    "logged": "Create",
    "posted": "Create",
    "uploaded": "Create",
    "published": "Create",
    "updated": "Update",
    "changed": "Update",
    "deleted": "Delete",
    "added": "Add",
    "removed": "Remove",
    "blocked": "Block",
    "unblocked": "Undo",
    "unsubscribed": "Leave",
    "resubscribed": "Join",
    "confirmed": "Accept",
    "canceled": "Leave",
    "uncanceled": "Join",
    "reactivated": "Join",
    "sent": "Announce",
    "requested": "Offer",
    "shared": "Offer",
    "swapped": "Offer",
}
"""The type by the verb of the kind; any other is a plain `Activity`."""

OBJECT_TYPES = {
    "contact": "Person",
    "user": "Person",
    "individual": "Person",
    "assistant": "Service",
    "business": "Organization",
    "segment": "Collection",
    "appointment": "Event",
    "event": "Event",
    "resource": "Place",
}
"""The type by that of the entity; any other is a plain `Object`."""

TOMBSTONE = "Tombstone"
"""The type of an entity that was deleted."""

TARGETED = frozenset({"Add", "Remove"})
"""Types whose object goes into, or comes out of, another thing."""


class AsObject(msgspec.Struct, rename="camel"):
    """An entity; a deleted one is a Tombstone that says what it was."""

    id: str
    type: str
    name: str
    former_type: str | UnsetType = UNSET


class AsActivity(msgspec.Struct, rename="camel"):
    """An activity; `summary` is its title, `startTime` when it happened."""

    id: str
    type: str
    summary: str
    published: Moment
    updated: Moment
    start_time: Moment
    actor: AsObject | UnsetType
    object: AsObject | UnsetType
    target: AsObject | UnsetType
    content: str | UnsetType
    media_type: str | UnsetType
    tag: list[AsObject] | UnsetType


class AsPage(msgspec.Struct, rename={"context": "@context", "part_of": "partOf"}):
    """An OrderedCollectionPage."""

    context: str
    id: str
    type: str
    part_of: str
    next: str | UnsetType
    prev: str | UnsetType
    ordered_items: list[msgspec.Raw] = msgspec.field(name="orderedItems")


def page_document(
    items: list[msgspec.Raw], *, here: str, whole: str, next_url: str | None, prev_url: str | None
) -> AsPage:
    """A page of what `rendering` made; `here` is its URL, `whole` that of the timeline."""
    return AsPage(
        context=CONTEXT,
        id=here,
        type="OrderedCollectionPage",
        part_of=whole,
        next=next_url or UNSET,
        prev=prev_url or UNSET,
        ordered_items=items,
    )


def rendering(base_url: str) -> Rendering:
    """Renders activities; `base_url` is where the native API is."""
    return json_rendering(
        (MEDIA_TYPE, base_url),
        lambda activities: [_activity(activity, base_url) for activity in activities],
        reads_attrs=False,
    )


def _activity(activity: Activity, base_url: str) -> AsActivity:
    type_ = ACTIVITY_TYPES.get(activity.kind.partition(".")[2], "Activity")
    actor = activity.actor()
    links = [link for link in activity.links if link.entity is not actor]
    subjects = [link.entity for link in links if SUBJECT in link.roles]
    target = _target(type_, subjects)
    about = next((entity for entity in subjects if entity is not target), None)
    tags = [link.entity for link in links if link.entity not in (about, target)]
    return AsActivity(
        id=f"{base_url}/activities/{activity.id}",
        type=type_,
        summary=html_from_text(title(activity)),
        published=datetime_from_instant(activity.recorded_at),
        updated=datetime_from_instant(activity.updated_at),
        start_time=datetime_from_instant(activity.occurred_at),
        actor=_object(actor, base_url) if actor else UNSET,
        object=_object(about, base_url) if about else UNSET,
        target=_object(target, base_url) if target else UNSET,
        content=_content(activity) if activity.body else UNSET,
        media_type="text/html" if activity.body else UNSET,
        tag=[_object(entity, base_url) for entity in tags] or UNSET,
    )


def _target(type_: str, subjects: list[Entity]) -> Entity | None:
    """What something is added to or removed from: the first collection among the subjects."""
    if type_ not in TARGETED:
        return None
    return next((thing for thing in subjects if OBJECT_TYPES.get(thing.type) == "Collection"), None)


def _content(activity: Activity) -> str:
    """The body as HTML, which is what these documents hold."""
    body = activity.body or ""
    return body if activity.kind in HTML_KINDS else html_from_text(body)


def _object(entity: Entity, base_url: str) -> AsObject:
    type_ = OBJECT_TYPES.get(entity.type, "Object")
    return AsObject(
        id=f"{base_url}/entities/{entity.type}/{quote(entity.id, safe='')}",
        type=TOMBSTONE if entity.is_deleted else type_,
        name=entity.name or entity.id,
        former_type=type_ if entity.is_deleted else UNSET,
    )
