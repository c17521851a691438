"""Between activities and the vendor's documents, in both directions; it knows no HTTP."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from doings.core.activity import (
    ACTOR,
    SUBJECT,
    Activity,
    Draft,
    Link,
    Linked,
    rendered_links,
)
from doings.core.clock import second_from_instant
from doings.core.documents.document import raw
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import element_decoder
from doings.core.presentation.prose import prose
from doings.core.text import compact, json_text, object_from_text
from doings.core.values.instants import instant_from_text
from doings.core.values.json_values import as_integer, as_objects, as_text
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

THINGS = frozenset({ASSISTANT, SEGMENT, BROADCAST})

Members = dict[str, Any]

ELSEWHERE = frozenset({"contact_id", "content"})
"""Members of a note that are kept as a link and as the body."""


class RenderedLinks(NamedTuple):
    """The people and things that an activity is linked to, rendered."""

    actor: UserDocument | None
    author: NoteUserDocument | None
    assistant: AssistantDocument | None
    segment: SegmentDocument | None
    broadcast: BroadcastDocument | None


def activity_documents(activities: Sequence[Activity], contact_id: str) -> list[ActivityDocument]:
    """Render activities of the vocabulary's kinds, as seen from a contact's timeline."""
    return [
        _activity_document(activity, links, contact_id)
        for activity, links in zip(
            activities, rendered_links(activities, _render_links), strict=True
        )
    ]


def _activity_document(
    activity: Activity, links: RenderedLinks, contact_id: str
) -> ActivityDocument:
    type_ = TYPES[activity.kind]
    # By position, which takes msgspec half the time: the order is that of the class.
    document = ActivityDocument(
        activity.id_at(ORIGIN),
        type_,
        second_from_instant(activity.occurred_at),
        links.actor,
        links.assistant,
        links.segment,
        links.broadcast,
        None,
        None,
        raw(activity.metadata),
    )
    data = object_from_text(activity.data)
    if type_ == NOTE:
        document.note = note_document(activity, document, links.author, contact_id)
        _set_own_members(document.note, data.get("note"))
    file = data.get("file")
    if isinstance(file, dict):
        document.file = _uploaded_file_document(document, file)
    return document


def _render_links(links: tuple[Linked, ...]) -> RenderedLinks:
    user, things = _user(links), _things(links)
    assistant = things.get(ASSISTANT)
    segment = things.get(SEGMENT)
    broadcast = things.get(BROADCAST)
    actor = user_document(user) if user else None
    return RenderedLinks(
        actor=actor,
        author=NoteUserDocument(actor.id, actor.name, actor.avatar) if actor else None,
        assistant=assistant_document(assistant) if assistant else None,
        segment=segment_document(segment) if segment else None,
        broadcast=BroadcastDocument(broadcast.id, broadcast.name) if broadcast else None,
    )


def user_document(entity: Entity) -> UserDocument:
    """Render the user who did it."""
    attrs = object_from_text(entity.attrs)
    return UserDocument(
        id=entity.id,
        name=entity.name,
        email=as_text(attrs.get("email")),
        avatar=as_text(attrs.get("avatar")),
        seen_at=_as_moment(attrs.get("seen_at")),
    )


def assistant_document(entity: Entity) -> AssistantDocument:
    """Render the program that did it."""
    return AssistantDocument(
        id=entity.id,
        name=entity.name,
        avatar_url=as_text(object_from_text(entity.attrs).get("avatar_url")),
    )


def segment_document(entity: Entity) -> SegmentDocument:
    """Render a segment; a color that the vendor does not have is shown as neutral."""
    attrs = object_from_text(entity.attrs)
    color = as_text(attrs.get("color"))
    return SegmentDocument(
        id=entity.id,
        name=entity.name,
        color=color if color in COLORS else NO_COLOR,
        contacts_count=as_integer(attrs.get("contacts_count")),
        boards=[board_document(board) for board in as_objects(attrs.get("boards"))],
        created_at=_as_moment(attrs.get("created_at")) or second_from_instant(entity.created_at),
        updated_at=_as_moment(attrs.get("updated_at")) or second_from_instant(entity.updated_at),
    )


def board_document(board: Members) -> BoardDocument:
    """Render where a segment stands."""
    return BoardDocument(
        board_id=as_text(board.get("board_id")),
        board_name=as_text(board.get("board_name")),
        column_id=as_text(board.get("column_id")),
    )


def note_document(
    activity: Activity,
    document: ActivityDocument,
    author: NoteUserDocument | None,
    contact_id: str,
) -> NoteDocument:
    """Render the note that an activity is; its kind may be any that is shown as a note."""
    created_at = document.created_at
    return NoteDocument(
        document.id,
        contact_id,
        prose(activity),
        [],
        created_at,
        _revised_at(activity) or created_at,
        author,
    )


def _set_own_members(document: NoteDocument, note: object) -> None:
    """Let what data says of the note replace what was made from the activity."""
    if not isinstance(note, dict):
        return
    for name, value in note.items():
        read = _NOTE_MEMBERS.get(name)
        member = read(value) if read else None
        if member is not None:
            setattr(document, name, member)


def file_document(file: Members) -> FileDocument:
    """Render a file as data describes it."""
    return FileDocument(
        id=as_text(file.get("id")),
        file_path=as_text(file.get("file_path")),
        file_filename=as_text(file.get("file_filename")),
        file_size=as_integer(file.get("file_size")),
        file_mimetype=as_text(file.get("file_mimetype")),
        file_url=as_text(file.get("file_url")),
        created_at=_as_moment(file.get("created_at")),
    )


def _uploaded_file_document(document: ActivityDocument, file: Members) -> FileDocument:
    """Render the file that was uploaded; an id or time that it lacks is the activity's."""
    uploaded = file_document(file)
    uploaded.id = uploaded.id or document.id
    uploaded.created_at = uploaded.created_at or document.created_at
    return uploaded


def _user(links: tuple[Linked, ...]) -> Entity | None:
    """The actor of type user, else any actor that is no assistant."""
    other_actor: Entity | None = None
    for link in links:
        entity = link.entity
        if ACTOR in link.roles and entity.type != ASSISTANT:
            if entity.type == USER:
                return entity
            other_actor = other_actor or entity
    return other_actor


def _things(links: tuple[Linked, ...]) -> dict[str, Entity]:
    """The first linked entity of each type that has a member of its own."""
    things: dict[str, Entity] = {}
    for link in links:
        entity = link.entity
        if entity.type in THINGS:
            things.setdefault(entity.type, entity)
    return things


def _revised_at(activity: Activity) -> datetime | None:
    """When what was recorded was last changed; None if it never was."""
    if activity.updated_at == activity.recorded_at:
        return None
    return second_from_instant(activity.updated_at)


def _as_files(value: object) -> list[FileDocument]:
    return [file_document(file) for file in as_objects(value)]


def _as_moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return second_from_instant(instant_from_text(value))
    except ValueError:
        return None


_NOTE_MEMBERS: dict[str, Callable[[object], object]] = {
    "id": as_text,
    "attachments": _as_files,
    "created_at": _as_moment,
    "updated_at": _as_moment,
}


saved_activity = element_decoder(SavedActivity)
"""One element of a saved answer, from JSON; raises Invalid."""


def draft_from_document(document: SavedActivity, *, contact_id: str | None = None) -> Draft:
    """Read an element of a saved answer; raises Invalid.

    Only notes name their contact. Everything else belongs to `contact_id`, whose list was saved.
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
    """The contact, then people and things; the actor is the user, or else the assistant."""
    links = [Link(CONTACT, contact_id)] if contact_id else []
    acting = ASSISTANT if document.actor is None else USER
    for type_, saved in _saved_entities(document):
        links.append(Link(type_, saved.id, ACTOR if type_ == acting else SUBJECT, saved.name))
    return tuple(links)


def _data(document: SavedActivity) -> Members:
    """The members of note and file that do not follow from the activity's other members."""
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
