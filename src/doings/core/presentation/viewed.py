"""Activities as a viewer of one entity's timeline is shown them: with a title, without other ids.

A page of another product shows them, so what `/v1/kinds` would tell of each is in the document.
"""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import Activity
from doings.core.documents.document import (
    ActorDocument,
    JsonObject,
    LinkDocument,
    Moment,
    MomentText,
    activity_document,
    change_document,
)
from doings.core.documents.rendering import json_rendering
from doings.core.entity import EntityKey
from doings.core.presentation.graphemes import cut_before
from doings.core.presentation.title import beginning_of_html, kind_of, title
from doings.core.store.changes import Change, Op
from doings.core.store.rendering import Rendering
from doings.core.values.markup import HTML_KINDS, text_from_html

TEXT_LENGTH = 2_000
"""How many characters of the prose a page is given to show; `body` is the whole of it."""


class ViewedActor(msgspec.Struct):
    """Who did it; `id` is null where that is not the entity that is viewed."""

    type: str
    id: str | None
    name: str | None
    deleted: bool | UnsetType = UNSET


class ViewedLink(msgspec.Struct):
    """A linked entity; `id` is null where that is not the entity that is viewed."""

    type: str
    id: str | None
    role: str
    name: str | None
    deleted: bool | UnsetType = UNSET


class ViewedActivity(msgspec.Struct):
    """An activity as a viewer is shown it, with what a page needs to show it.

    `title` is one line of text. `text` is the prose as plain text, or the beginning of a long one.
    """

    id: str
    seq: int
    kind: str
    title: str
    icon: str
    colour: str | None
    text: str | None
    occurred_at: MomentText
    time_zone: str | None
    summary: str | None
    body: str | None
    actor: ViewedActor | None
    links: list[ViewedLink]
    data: JsonObject
    metadata: JsonObject
    level: str | None
    channels: tuple[str, ...]
    origin: str
    external_id: str | None
    recorded_at: MomentText
    updated_at: MomentText


class ViewedChange(msgspec.Struct):
    """A change as a viewer is told it: neither who made it nor what it replaced."""

    seq: int
    op: Op
    at: Moment
    by: None
    kind: str
    activity_id: str
    activity: ViewedActivity | None
    before: None


class ViewedEntered(ViewedChange):
    """A change by which the activity comes into the timeline."""

    entered: bool = True


class ViewedErasure(msgspec.Struct):
    """That somebody was erased, as a viewer is told it: not who."""

    seq: int


def viewed_rendering(viewed: EntityKey) -> Rendering:
    """Activities as who sees one entity's timeline only is shown them."""

    def documents(activities: Sequence[Activity]) -> list[ViewedActivity]:
        return [viewed_activity(activity, viewed) for activity in activities]

    return json_rendering(("viewer", *viewed), documents, reads_attrs=False)


def viewed_change_document(change: Change, viewed: EntityKey) -> ViewedChange:
    """Render a change."""
    plain = change_document(change)
    return ViewedChange(
        seq=plain.seq,
        op=plain.op,
        at=plain.at,
        by=None,
        kind=plain.kind,
        activity_id=plain.activity_id,
        activity=viewed_activity(change.activity, viewed) if change.activity else None,
        before=None,
    )


def viewed_activity(activity: Activity, viewed: EntityKey) -> ViewedActivity:
    """Render an activity."""
    plain = activity_document(activity)
    kind = kind_of(activity)
    return ViewedActivity(
        id=plain.id,
        seq=plain.seq,
        kind=plain.kind,
        title=title(activity),
        icon=kind.icon,
        colour=kind.colour,
        text=text_of(activity),
        occurred_at=plain.occurred_at,
        time_zone=plain.time_zone,
        summary=plain.summary,
        body=plain.body,
        actor=_viewed_actor(plain.actor, viewed) if plain.actor else None,
        links=[_viewed_link(link, viewed) for link in plain.links],
        data=plain.data,
        metadata=plain.metadata,
        level=plain.level,
        channels=plain.channels,
        origin=plain.origin,
        external_id=plain.external_id,
        recorded_at=plain.recorded_at,
        updated_at=plain.updated_at,
    )


def text_of(activity: Activity) -> str | None:
    """The beginning of the prose as plain text; HTML is read as far as a title reads it."""
    text = activity.body or activity.summary
    if activity.body and activity.kind in HTML_KINDS:
        text = text_from_html(beginning_of_html(activity.body))
    if not text or len(text) <= TEXT_LENGTH:
        return text or None
    return text[: cut_before(text, TEXT_LENGTH - 1)].rstrip() + "…"


def _viewed_actor(actor: ActorDocument, viewed: EntityKey) -> ViewedActor:
    is_own = (actor.type, actor.id) == viewed
    return ViewedActor(actor.type, actor.id if is_own else None, actor.name, actor.deleted)


def _viewed_link(link: LinkDocument, viewed: EntityKey) -> ViewedLink:
    is_own = (link.type, link.id) == viewed
    return ViewedLink(link.type, link.id if is_own else None, link.role, link.name, link.deleted)
