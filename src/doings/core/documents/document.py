"""Our own JSON of an activity: the native API's document, and the `before` of a change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import ACTOR, Activity, Linked, named_links, rendered_links
from doings.core.clock import datetime_from_instant, text_from_instant
from doings.core.entity import Entity, EntityKey
from doings.core.store.changes import Change, EntityChange, Op
from doings.core.store.log import leaf_of
from doings.core.store.merges import Merge

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MomentText = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""An instant as RFC 3339 text. The text is cached, as answers repeat many instants."""

JsonObject = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
NullableObject = Annotated[
    msgspec.Raw, msgspec.Meta(extra_json_schema={"type": ["object", "null"]})
]


Via = Annotated[
    str | UnsetType,
    msgspec.Meta(
        description="The `type:id` that the activity names, where that was merged into this one."
    ),
]


class ActorDocument(msgspec.Struct):
    """The person or thing that did it; `deleted` or `erased` is there, and true, once it was."""

    type: str
    id: str
    name: str | None
    deleted: bool | UnsetType = UNSET
    erased: bool | UnsetType = UNSET
    via: Via = UNSET


class LinkDocument(msgspec.Struct):
    """A linked entity, in one role; `deleted` or `erased` is there, and true, once it was."""

    type: str
    id: str
    role: str
    name: str | None
    deleted: bool | UnsetType = UNSET
    erased: bool | UnsetType = UNSET
    via: Via = UNSET


class ActivityDocument(msgspec.Struct):
    """An activity as `/v1` shows it."""

    id: str
    seq: int
    kind: str
    occurred_at: MomentText
    time_zone: str | None
    summary: str | None
    body: str | None
    actor: ActorDocument | None
    links: list[LinkDocument]
    data: JsonObject
    metadata: JsonObject
    level: str | None
    channels: tuple[str, ...]
    origin: str
    external_id: str | None
    recorded_at: MomentText
    updated_at: MomentText


class EntityDocument(msgspec.Struct):
    """An entity as `/v1` shows it.

    `merged_into` is there where another one was asked for, which was merged into this one.
    """

    type: str
    id: str
    seq: int
    name: str | None
    attrs: JsonObject
    contact: str | None
    created_at: Moment
    updated_at: Moment
    merged_into: str | UnsetType = UNSET


class ChangeDocument(msgspec.Struct):
    """A change: `activity` as it is now, null once deleted; `before` what the change replaced.

    `leaf` is its number in the log.
    `erased` is there, and true, once the activity was erased; then both are null.
    """

    seq: int
    op: Op
    at: Moment
    by: str | None
    kind: str
    activity_id: str
    activity: ActivityDocument | None
    before: NullableObject | None
    leaf: int
    erased: bool | UnsetType = UNSET


class EnteredDocument(ChangeDocument):
    """A change by which the activity begins to fit a filter."""

    entered: bool = True


class LeftDocument(msgspec.Struct):
    """That an activity does not fit a filter any more."""

    activity_id: str
    seq: int


class EntityChangeDocument(msgspec.Struct):
    """What happened to an entity; `entity` as it is now, null once deleted or merged.

    `erased` and `entity_seq` are there once it was erased: its seq is what a reader still knows it
    by. `merged_into` is there where another one stands for it now.
    """

    seq: int
    at: Moment
    entity: EntityDocument | None
    type: str
    id: str
    erased: bool | UnsetType = UNSET
    entity_seq: int | UnsetType | None = UNSET
    merged_into: str | UnsetType = UNSET


class EntityChangeItem(msgspec.Struct):
    """What happened to an entity as an item of a list.

    `entity` is as it is now, null once deleted or merged; `merged_into` stands for it then.
    """

    seq: int
    op: Op
    at: Moment
    by: str | None
    type: str
    id: str
    entity: EntityDocument | None
    leaf: int
    erased: bool | UnsetType = UNSET
    entity_seq: int | UnsetType | None = UNSET
    merged_into: str | UnsetType = UNSET


LinkDocuments = tuple[ActorDocument | None, list[LinkDocument]]
"""The actor, which is shown by itself, and every other link, one for each role."""

EMPTY = msgspec.Raw(b"{}")


def raw(text: str) -> msgspec.Raw:
    """Stored JSON text, to be sent as it is."""
    return EMPTY if text == "{}" else msgspec.Raw(text)


def activity_documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
    """Render activities, in their order."""
    documents = []
    linked = rendered_links(activities, link_documents)
    for activity, (actor, links) in zip(activities, linked, strict=True):
        recorded_at = text_from_instant(activity.recorded_at)
        is_revised = activity.updated_at != activity.recorded_at
        # By position, in the order of the class: msgspec needs half the time for that.
        document = ActivityDocument(
            activity.id,
            activity.seq,
            activity.kind,
            text_from_instant(activity.occurred_at),
            activity.time_zone,
            activity.summary,
            activity.body,
            actor,
            links,
            EMPTY if activity.data == "{}" else msgspec.Raw(activity.data),
            EMPTY if activity.metadata == "{}" else msgspec.Raw(activity.metadata),
            activity.level,
            activity.channels,
            activity.origin,
            activity.external_id,
            recorded_at,
            text_from_instant(activity.updated_at) if is_revised else recorded_at,
        )
        documents.append(document)
    return documents


def activity_document(activity: Activity) -> ActivityDocument:
    """Render one activity."""
    return activity_documents([activity])[0]


def link_documents(links: tuple[Linked, ...]) -> LinkDocuments:
    """Render the links of an activity, those to deleted entities by type, id and role."""
    actor = None
    documents = []
    for link in links:
        entity = link.entity
        name = entity.name
        erased: bool | UnsetType = True if entity.is_erased else UNSET
        deleted: bool | UnsetType = True if entity.is_deleted and not entity.is_erased else UNSET
        for role in link.roles:
            via = name_of(link.via(role)) if link.named else UNSET
            if role == ACTOR and actor is None:
                actor = ActorDocument(entity.type, entity.id, name, deleted, erased, via)
            else:
                documents.append(
                    LinkDocument(entity.type, entity.id, role, name, deleted, erased, via)
                )
    return actor, documents


def name_of(key: EntityKey | None) -> str | UnsetType:
    """The key as `type:id`."""
    return UNSET if key is None else ":".join(key)


def entity_document(entity: Entity, asked: EntityKey | None = None) -> EntityDocument:
    """Render an entity; `asked` is the key that it was asked for by."""
    return EntityDocument(
        type=entity.type,
        id=entity.id,
        seq=entity.seq,
        name=entity.name,
        attrs=raw(entity.attrs),
        contact=entity.contact,
        created_at=datetime_from_instant(entity.created_at),
        updated_at=datetime_from_instant(entity.updated_at),
        merged_into=UNSET if asked in {None, entity.key} else name_of(entity.key),
    )


def change_document(change: Change) -> ChangeDocument:
    """Render a change."""
    return ChangeDocument(
        seq=change.seq,
        op=change.op,
        at=datetime_from_instant(change.at),
        by=change.by,
        kind=change.kind,
        activity_id=change.activity_id,
        activity=activity_document(change.activity) if change.activity else None,
        before=None if change.before is None else raw(change.before),
        leaf=leaf_of(change.seq),
        erased=True if change.is_erased else UNSET,
    )


def entity_change_document(change: EntityChange) -> EntityChangeDocument:
    """Render what happened to an entity."""
    return EntityChangeDocument(
        seq=change.seq,
        at=datetime_from_instant(change.at),
        entity=entity_document(change.entity) if change.entity else None,
        type=change.type,
        id=change.id,
        erased=True if change.is_erased else UNSET,
        entity_seq=change.entity_seq if change.is_erased else UNSET,
        merged_into=name_of(change.merged_into),
    )


def entity_change_item(change: EntityChange) -> EntityChangeItem:
    """Render what happened to an entity, as an item of a list."""
    return EntityChangeItem(
        seq=change.seq,
        op=change.op,
        at=datetime_from_instant(change.at),
        by=change.by,
        type=change.type,
        id=change.id,
        entity=entity_document(change.entity) if change.entity else None,
        leaf=leaf_of(change.seq),
        erased=True if change.is_erased else UNSET,
        entity_seq=change.entity_seq if change.is_erased else UNSET,
        merged_into=name_of(change.merged_into),
    )


def unmerged(activity: Activity) -> Activity:
    """The activity with the links that it names itself: the form that the past is kept in."""
    links = named_links(activity.links)
    is_same = links is activity.links
    return activity if is_same else msgspec.structs.replace(activity, links=links)


class MergeLine(msgspec.Struct):
    """A merge as a line of an export has it; `keep` is whom it was asked for by."""

    id: str
    keep: str
    merged: list[str]
    reason: str | None
    automatic: bool
    at: Moment


def merge_line(merge: Merge) -> MergeLine:
    """Render a merge for an export."""
    return MergeLine(
        id=merge.id,
        keep=":".join(merge.asked),
        merged=[":".join(key) for key in merge.merged],
        reason=merge.reason,
        automatic=merge.is_by_itself,
        at=datetime_from_instant(merge.at),
    )


def whole_text(activity: Activity) -> str:
    """The whole document as JSON text: the `before` of a deletion."""
    return msgspec.json.encode(activity_document(unmerged(activity))).decode()


def replaced_text(old: Activity, new: Activity) -> str:
    """The members of the old document that differ in the new one, as JSON text: a `before`."""
    before, after = _members(old), _members(new)
    replaced = {name: value for name, value in before.items() if after[name] != value}
    replaced.pop("updated_at", None)
    return msgspec.json.encode(
        {name: msgspec.Raw(value) for name, value in replaced.items()}
    ).decode()


def _members(activity: Activity) -> dict[str, bytes]:
    text = msgspec.json.encode(activity_document(unmerged(activity)))
    return {
        name: bytes(value)
        for name, value in msgspec.json.decode(text, type=dict[str, msgspec.Raw]).items()
    }
