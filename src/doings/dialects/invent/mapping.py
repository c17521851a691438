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
from doings.core.clock import instant_from_text, second_from_instant
from doings.core.document import raw
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.presentation.prose import prose
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

THINGS = frozenset({ASSISTANT, SEGMENT, BROADCAST})

Members = dict[str, Any]

ELSEWHERE = frozenset({"contact_id", "content"})
"""Members of a note that are a link and the body here."""


class Cast(NamedTuple):
    """Who and what an activity is linked to, rendered."""

    actor: UserDocument | None
    author: NoteUserDocument | None
    assistant: AssistantDocument | None
    segment: SegmentDocument | None
    broadcast: BroadcastDocument | None


def activity_documents(activities: Sequence[Activity], contact_id: str) -> list[ActivityDocument]:
    """Render activities of the vocabulary's kinds, as seen from a contact's timeline."""
    return [
        _activity_document(activity, cast, contact_id)
        for activity, cast in zip(activities, rendered_links(activities, _cast), strict=True)
    ]


def _activity_document(activity: Activity, cast: Cast, contact_id: str) -> ActivityDocument:
    type_ = TYPES[activity.kind]
    # By position, which takes msgspec half the time: the order is that of the class.
    document = ActivityDocument(
        _wire_id(activity),
        type_,
        second_from_instant(activity.occurred_at),
        cast.actor,
        cast.assistant,
        cast.segment,
        cast.broadcast,
        None,
        None,
        raw(activity.metadata),
    )
    data = object_from_text(activity.data)
    if type_ == NOTE:
        document.note = note_document(activity, document, cast.author, contact_id)
        _set_own_members(document.note, data.get("note"))
    file = data.get("file")
    if isinstance(file, dict):
        document.file = _own_file_document(document, file)
    return document


def _cast(links: tuple[Linked, ...]) -> Cast:
    user, things = _user(links), _things(links)
    assistant = things.get(ASSISTANT)
    segment = things.get(SEGMENT)
    broadcast = things.get(BROADCAST)
    actor = user_document(user) if user else None
    return Cast(
        actor=actor,
        author=NoteUserDocument(actor.id, actor.name, actor.avatar) if actor else None,
        assistant=assistant_document(assistant) if assistant else None,
        segment=segment_document(segment) if segment else None,
        broadcast=BroadcastDocument(broadcast.id, broadcast.name) if broadcast else None,
    )


def user_document(entity: Entity) -> UserDocument:
    """Render whoever did it."""
    attrs = object_from_text(entity.attrs)
    return UserDocument(
        id=entity.id,
        name=entity.name,
        email=_as_text(attrs.get("email")),
        avatar=_as_text(attrs.get("avatar")),
        seen_at=_as_moment(attrs.get("seen_at")),
    )


def assistant_document(entity: Entity) -> AssistantDocument:
    """Render the program that did it."""
    return AssistantDocument(
        id=entity.id,
        name=entity.name,
        avatar_url=_as_text(object_from_text(entity.attrs).get("avatar_url")),
    )


def segment_document(entity: Entity) -> SegmentDocument:
    """Render a segment; a color that the vendor has not is shown as none."""
    attrs = object_from_text(entity.attrs)
    color = _as_text(attrs.get("color"))
    return SegmentDocument(
        id=entity.id,
        name=entity.name,
        color=color if color in COLORS else NO_COLOR,
        contacts_count=_as_number(attrs.get("contacts_count")),
        boards=[board_document(board) for board in _as_objects(attrs.get("boards"))],
        created_at=_as_moment(attrs.get("created_at")) or second_from_instant(entity.created_at),
        updated_at=_as_moment(attrs.get("updated_at")) or second_from_instant(entity.updated_at),
    )


def board_document(board: Members) -> BoardDocument:
    """Render where a segment stands."""
    return BoardDocument(
        board_id=_as_text(board.get("board_id")),
        board_name=_as_text(board.get("board_name")),
        column_id=_as_text(board.get("column_id")),
    )


def note_document(
    activity: Activity,
    document: ActivityDocument,
    author: NoteUserDocument | None,
    contact_id: str,
) -> NoteDocument:
    """Render the note that an activity is, whatever kind of text it is."""
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
    """What data says of the note comes first."""
    if not isinstance(note, dict):
        return
    for name, value in note.items():
        read = _NOTE_MEMBERS.get(name)
        found = read(value) if read else None
        if found is not None:
            setattr(document, name, found)


def file_document(file: Members) -> FileDocument:
    """Render a file as data describes it."""
    return FileDocument(
        id=_as_text(file.get("id")),
        file_path=_as_text(file.get("file_path")),
        file_filename=_as_text(file.get("file_filename")),
        file_size=_as_number(file.get("file_size")),
        file_mimetype=_as_text(file.get("file_mimetype")),
        file_url=_as_text(file.get("file_url")),
        created_at=_as_moment(file.get("created_at")),
    )


def _own_file_document(document: ActivityDocument, file: Members) -> FileDocument:
    """The file that was uploaded, which has an id and a time in any case."""
    own = file_document(file)
    own.id = own.id or document.id
    own.created_at = own.created_at or document.created_at
    return own


def _wire_id(activity: Activity) -> str:
    """The activity's id; what came from the vendor keeps the one it had there."""
    is_theirs = activity.origin == ORIGIN and activity.external_id is not None
    return (activity.external_id if is_theirs else None) or activity.id


def _user(links: tuple[Linked, ...]) -> Entity | None:
    """The actor of type user, else any actor that is no assistant."""
    found: Entity | None = None
    for link in links:
        entity = link.entity
        if ACTOR in link.roles and not entity.is_deleted and entity.type != ASSISTANT:
            if entity.type == USER:
                return entity
            found = found or entity
    return found


def _things(links: tuple[Linked, ...]) -> dict[str, Entity]:
    """The first linked entity of each type that has a member of its own."""
    things: dict[str, Entity] = {}
    for link in links:
        entity = link.entity
        if entity.type in THINGS and not entity.is_deleted:
            things.setdefault(entity.type, entity)
    return things


def _revised_at(activity: Activity) -> datetime | None:
    """When somebody last changed what was recorded."""
    if activity.updated_at == activity.recorded_at:
        return None
    return second_from_instant(activity.updated_at)


def _as_text(value: object) -> str | None:
    """A text among attributes, which nobody checked."""
    return value if isinstance(value, str) else None


def _as_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _as_objects(value: object) -> list[Members]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _as_files(value: object) -> list[FileDocument]:
    return [file_document(file) for file in _as_objects(value)]


def _as_moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return second_from_instant(instant_from_text(value))
    except ValueError:
        return None


_NOTE_MEMBERS: dict[str, Callable[[object], object]] = {
    "id": _as_text,
    "attachments": _as_files,
    "created_at": _as_moment,
    "updated_at": _as_moment,
}


def saved_activity(element: bytes) -> SavedActivity:
    """One element of a saved answer; raises Invalid."""
    try:
        return msgspec.json.decode(element, type=SavedActivity)
    except (ValueError, RecursionError) as error:
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
