"""Between activities and the vendor's documents, in both directions; it knows no HTTP."""

from datetime import datetime
from typing import Any

import msgspec

from doings.core.activity import ACTOR, SUBJECT, Activity, Draft, Link
from doings.core.clock import instant_from_text, second_from_instant
from doings.core.document import raw
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.text import compact, json_text, object_from_text
from doings.dialects.invent.documents import (
    ActivityDocument,
    AssistantDocument,
    BoardDocument,
    BroadcastDocument,
    FileDocument,
    NoteDocument,
    NoteUserDocument,
    SavedActivity,
    SavedAssistant,
    SavedBroadcast,
    SavedFile,
    SavedNote,
    SavedSegment,
    SavedUser,
    SegmentDocument,
    UserDocument,
)
from doings.dialects.invent.vocabulary import (
    COLORS,
    KIND_OF_TYPE,
    NO_COLOR,
    NOTE,
    ORIGIN,
    TYPES,
)

USER = "user"
ASSISTANT = "assistant"
SEGMENT = "segment"
BROADCAST = "broadcast"

Members = dict[str, Any]

ELSEWHERE = frozenset({"contact_id", "content"})
"""Members of a note that are a link and the body here."""


def activity_document(activity: Activity, contact_id: str) -> ActivityDocument:
    """Render an activity of one of the vocabulary's kinds, as seen from a contact's timeline."""
    type_ = TYPES[activity.kind]
    user = _user(activity)
    assistant = activity.linked(ASSISTANT)
    segment = activity.linked(SEGMENT)
    broadcast = activity.linked(BROADCAST)
    return ActivityDocument(
        id=_wire_id(activity),
        type=type_,
        created_at=second_from_instant(activity.occurred_at),
        actor=user_document(user) if user else None,
        assistant=assistant_document(assistant) if assistant else None,
        segment=segment_document(segment) if segment else None,
        broadcast=BroadcastDocument(broadcast.id, broadcast.name) if broadcast else None,
        note=note_document(activity, contact_id, user) if type_ == NOTE else None,
        file=_own_file_document(activity),
        metadata=raw(activity.metadata),
    )


def user_document(entity: Entity) -> UserDocument:
    """Render whoever did it."""
    attrs = object_from_text(entity.attrs)
    return UserDocument(
        id=entity.id,
        name=entity.name,
        email=_text(attrs, "email"),
        avatar=_text(attrs, "avatar"),
        seen_at=_moment(attrs, "seen_at"),
    )


def assistant_document(entity: Entity) -> AssistantDocument:
    """Render the program that did it."""
    return AssistantDocument(
        id=entity.id,
        name=entity.name,
        avatar_url=_text(object_from_text(entity.attrs), "avatar_url"),
    )


def segment_document(entity: Entity) -> SegmentDocument:
    """Render a segment; a color that the vendor has not is shown as none."""
    attrs = object_from_text(entity.attrs)
    color = _text(attrs, "color")
    return SegmentDocument(
        id=entity.id,
        name=entity.name,
        color=color if color in COLORS else NO_COLOR,
        contacts_count=_number(attrs, "contacts_count"),
        boards=[board_document(board) for board in _objects(attrs, "boards")],
        created_at=_moment(attrs, "created_at") or second_from_instant(entity.created_at),
        updated_at=_moment(attrs, "updated_at") or second_from_instant(entity.updated_at),
    )


def board_document(board: Members) -> BoardDocument:
    """Render where a segment stands."""
    return BoardDocument(
        board_id=_text(board, "board_id"),
        board_name=_text(board, "board_name"),
        column_id=_text(board, "column_id"),
    )


def note_document(activity: Activity, contact_id: str, user: Entity | None) -> NoteDocument:
    """Render the note that an activity is, whatever kind of text it is."""
    note = object_from_text(activity.data).get("note") or {}
    written_at = second_from_instant(activity.occurred_at)
    return NoteDocument(
        id=_text(note, "id") or _wire_id(activity),
        contact_id=contact_id,
        content=_content(activity),
        attachments=[file_document(file) for file in _objects(note, "attachments")],
        created_at=_moment(note, "created_at") or written_at,
        updated_at=_moment(note, "updated_at") or _revised_at(activity) or written_at,
        user=_note_user_document(user) if user else None,
    )


def file_document(file: Members) -> FileDocument:
    """Render a file as data describes it."""
    return FileDocument(
        id=_text(file, "id"),
        file_path=_text(file, "file_path"),
        file_filename=_text(file, "file_filename"),
        file_size=_number(file, "file_size"),
        file_mimetype=_text(file, "file_mimetype"),
        file_url=_text(file, "file_url"),
        created_at=_moment(file, "created_at"),
    )


def _own_file_document(activity: Activity) -> FileDocument | None:
    """The file that was uploaded, which has an id and a time in any case."""
    file = object_from_text(activity.data).get("file")
    if not isinstance(file, dict):
        return None
    document = file_document(file)
    document.id = document.id or _wire_id(activity)
    document.created_at = document.created_at or second_from_instant(activity.occurred_at)
    return document


def _note_user_document(user: Entity) -> NoteUserDocument:
    avatar = _text(object_from_text(user.attrs), "avatar")
    return NoteUserDocument(id=user.id, name=user.name, avatar=avatar)


def _wire_id(activity: Activity) -> str:
    """The activity's id; what came from the vendor keeps the one it had there."""
    is_theirs = activity.origin == ORIGIN and activity.external_id is not None
    return (activity.external_id if is_theirs else None) or activity.id


def _user(activity: Activity) -> Entity | None:
    """The actor of type user, else any actor that is no assistant."""
    actors = [
        link.entity
        for link in activity.links
        if ACTOR in link.roles and not link.entity.is_deleted and link.entity.type != ASSISTANT
    ]
    users = (actor for actor in actors if actor.type == USER)
    return next(users, actors[0] if actors else None)


def _content(activity: Activity) -> str | None:
    parts = [activity.body]
    if activity.kind == "encounter.logged" or not activity.body:
        parts = [activity.summary, activity.body]
    return "\n\n".join([part for part in parts if part]) or None


def _revised_at(activity: Activity) -> datetime | None:
    """When somebody last changed what was recorded."""
    if activity.updated_at == activity.recorded_at:
        return None
    return second_from_instant(activity.updated_at)


def _text(members: Members, name: str) -> str | None:
    """A text among attributes, which nobody checked."""
    value = members.get(name)
    return value if isinstance(value, str) else None


def _number(members: Members, name: str) -> int | None:
    value = members.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _objects(members: Members, name: str) -> list[Members]:
    value = members.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _moment(members: Members, name: str) -> datetime | None:
    value = _text(members, name)
    try:
        return second_from_instant(instant_from_text(value)) if value else None
    except ValueError:
        return None


def saved_activity(element: bytes) -> SavedActivity:
    """One element of a saved answer; raises Invalid."""
    try:
        return msgspec.json.decode(element, type=SavedActivity)
    except ValueError as error:
        raise Invalid.of("activity", str(error)) from None


def draft_from_document(document: SavedActivity, *, contact_id: str | None = None) -> Draft:
    """Read an element of a saved answer; raises Invalid.

    Only notes name their contact: for all else it takes `contact_id`, whose timeline was saved.
    """
    note = document.note or SavedNote()
    return Draft(
        kind=_kind(document),
        occurred_at=_instant(document.created_at),
        body=note.content,
        data=json_text(_data(document)),
        metadata=_metadata(document),
        links=_links(document, note.contact_id or contact_id),
        origin=ORIGIN,
        external_id=document.id,
    )


def entity_drafts_from_document(document: SavedActivity) -> list[tuple[EntityKey, EntityDraft]]:
    """What an element of a saved answer says about the people and things in it."""
    return [
        ((type_, saved.id), EntityDraft(name=saved.name, attrs=json_text(_attrs(saved))))
        for type_, saved in _saved_entities(document)
    ]


SavedEntity = SavedUser | SavedAssistant | SavedSegment | SavedBroadcast


def _saved_entities(document: SavedActivity) -> list[tuple[str, SavedEntity]]:
    entities: tuple[tuple[str, SavedEntity | None], ...] = (
        (USER, document.actor),
        (ASSISTANT, document.assistant),
        (SEGMENT, document.segment),
        (BROADCAST, document.broadcast),
    )
    return [(type_, saved) for type_, saved in entities if saved is not None]


def _attrs(saved: SavedEntity) -> Members:
    members = msgspec.to_builtins(saved)
    return {name: value for name, value in members.items() if name not in {"id", "name"}}


def _kind(document: SavedActivity) -> str:
    kind = KIND_OF_TYPE.get(document.type)
    if kind is None:
        raise Invalid.of("type", f"{document.type!r} is none of {', '.join(KIND_OF_TYPE)}")
    return kind


def _instant(text: str) -> int:
    try:
        return instant_from_text(text)
    except ValueError as error:
        raise Invalid.of("created_at", str(error)) from None


def _metadata(document: SavedActivity) -> str:
    text = compact(document.metadata)
    return "{}" if text == "null" else text


def _links(document: SavedActivity, contact_id: str | None) -> tuple[Link, ...]:
    """The contact, then whoever did it: an assistant is the actor where no user is."""
    links = [Link(CONTACT, contact_id)] if contact_id else []
    acting = ASSISTANT if document.actor is None else USER
    for type_, saved in _saved_entities(document):
        links.append(Link(type_, saved.id, ACTOR if type_ == acting else SUBJECT, saved.name))
    return tuple(links)


def _data(document: SavedActivity) -> Members:
    """What is not in the activity's own members, and does not follow from them."""
    own = {"id": document.id, "created_at": document.created_at}
    data = {
        "note": _rest(document.note, {**own, "updated_at": document.created_at}),
        "file": _rest(document.file, own),
    }
    return {name: members for name, members in data.items() if members}


def _rest(saved: SavedNote | SavedFile | None, own: dict[str, str]) -> Members:
    members: Members = msgspec.to_builtins(saved) if saved else {}
    return {
        name: value
        for name, value in members.items()
        if name not in ELSEWHERE and own.get(name) != value
    }
