"""From entries of the lists beside that of activities, as somebody saved them, to drafts. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from doings.core.account import OWN_NUMBERS
from doings.core.activity import Draft, Link
from doings.core.entity import EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import Invalid
from doings.core.imports import ImportItem, element_decoder
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.emotions import has_emotion
from doings.dialects.monica.mapping.resources.activities import (
    ABOUT,
    ActivityResource,
    draft_of_values,
)
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS
from doings.dialects.monica.mapping.resources.entities import default_entities
from doings.dialects.monica.mapping.resources.entities import (
    draft_of_values as entity_draft_of_values,
)
from doings.dialects.monica.mapping.resources.happened import CALLS, JOURNAL, LIFE_EVENTS, NOTES
from doings.dialects.monica.mapping.resources.life_events import LIFE_EVENT_TYPES, stored_type
from doings.dialects.monica.mapping.resources.moments import DAY_LENGTH, moment_of
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES
from doings.dialects.monica.mapping.saved import contact_draft, contact_key
from doings.dialects.monica.saved_documents.elements import (
    SavedEmotion,
    SavedEntry,
    SavedFieldType,
    SavedLifeEventType,
    SavedMessage,
)
from doings.dialects.monica.vocabulary import NUMBERS_OF_FIELD_TYPES

saved_entry = element_decoder(SavedEntry)
"""One entry of a saved answer, from JSON; raises Invalid."""

Values = dict[str, Any]

_MIDNIGHT = "T00:00:00Z"

_FIELD_TYPES = {
    int(entity.id): (entity.key, entity_draft_of(entity))
    for entity in default_entities(CONTACT_FIELD_TYPES, 0)
}
"""What every account has of the ways in which conversations take place, by number."""

_NUMBERS_OF_KEYS = {one.key: number for number, one in LIFE_EVENT_TYPES.items()}


def entry_item(
    document: SavedEntry, time_zone: str, *, is_kept: bool = False, may_be_alone: bool = False
) -> ImportItem:
    """What an entry says; raises Invalid, also for one of nobody unless it `may_be_alone`.

    Each list counts from 1, so its number goes by the sort of the entry: `note-8`. Where numbers
    are kept, those of what stands in the entry are kept, too.
    """
    kept, values_of_document = ENTRIES[document.object]
    contact = document.contact
    if contact is None and not (kept.is_alone_allowed or may_be_alone):
        raise Invalid.of("contact", f"a {document.object} without any is shown nowhere")
    missing = {field.name: field.missing for field in kept.resource.fields}
    values = missing | values_of_document(document)
    type_ = document.contact_field_type if kept is CONVERSATIONS else None
    of_type = None if type_ is None else _field_type(type_, is_kept=is_kept)
    if kept is CONVERSATIONS:
        values["contact_field_type"] = None if of_type is None else int(of_type[0][1])
    if kept is CONVERSATIONS and is_kept:
        ids = [one.id or at for at, one in enumerate(document.messages, 1)]
        values["messages"] = [
            {**message, "id": id_} for message, id_ in zip(values["messages"], ids, strict=True)
        ]
    made_at = 0 if kept.moment else _made_at(document)
    draft = draft_of_values(kept, values, None, made_at, time_zone)
    draft = msgspec.structs.replace(draft, external_id=f"{document.object}-{document.id}")
    if contact is None:
        return ImportItem(draft=draft, id=document.uuid)
    key = contact_key(contact)
    return ImportItem(
        draft=msgspec.structs.replace(draft, links=(Link(*key, ABOUT),)),
        entities=((key, contact_draft(contact)),),
        new_entities=() if of_type is None else (of_type,),
        id=document.uuid,
    )


def resource_of(draft: Draft) -> ActivityResource | None:
    """The resource that the activity of a draft is recorded by; None for other activities."""
    return _BY_KIND.get(draft.kind)


def _note(document: SavedEntry) -> Values:
    return {
        "body": document.body,
        "is_favorited": document.is_favorited,
        "favorited_at": document.favorited_at,
    }


def _call(document: SavedEntry) -> Values:
    return {
        "called_at": _moment(document.called_at, "called_at"),
        "content": document.content,
        "contact_called": document.contact_called,
        "emotions": [_emotion(emotion) for emotion in document.emotions],
    }


def _emotion(emotion: SavedEmotion) -> int:
    if not has_emotion(emotion.id):
        raise Invalid.of("emotions", f"there is no emotion {emotion.id}")
    return emotion.id


def _conversation(document: SavedEntry) -> Values:
    contents = [message.content or "" for message in document.messages]
    return {
        "happened_at": _moment(document.happened_at, "happened_at"),
        "messages": [_message(at, one) for at, one in enumerate(document.messages, 1)],
        "last_message": len(contents),
        "text": "\n".join(contents) or None,
    }


def _field_type(type_: SavedFieldType, *, is_kept: bool) -> tuple[EntityKey, EntityDraft] | None:
    """The way in which a conversation took place; where numbers are kept, by its number there."""
    own = NUMBERS_OF_FIELD_TYPES.get((type_.type or type_.name or "").lower())
    if not is_kept or type_.id is None or not 0 < type_.id < OWN_NUMBERS or type_.name is None:
        return None if own is None else _FIELD_TYPES[int(own)]
    if own == str(type_.id):
        return _FIELD_TYPES[type_.id]
    values = {
        field.name: getattr(type_, field.name) for field in CONTACT_FIELD_TYPES.resource.fields
    }
    draft = entity_draft_of_values(CONTACT_FIELD_TYPES, values, None, None)
    return (CONTACT_FIELD_TYPES.type, str(type_.id)), draft


def _message(number: int, message: SavedMessage) -> Values:
    written_at = message.written_at
    return {
        "id": number,
        "content": message.content or "",
        "written_at": None if written_at is None else _moment(written_at, "written_at"),
        "written_by_me": message.written_by_me,
    }


def _life_event(document: SavedEntry) -> Values:
    return {
        "name": document.name,
        "note": document.note,
        "happened_at": _moment(document.happened_at, "happened_at"),
        "life_event_type": _type(document.life_event_type or SavedLifeEventType()),
    }


def _type(type_: SavedLifeEventType) -> Values | None:
    """What is kept of a type: its number, or the name of one of somebody's own."""
    number = _NUMBERS_OF_KEYS.get(type_.default_life_event_type_key or "")
    if number is not None:
        return stored_type(number)
    return {"name": type_.name} if type_.name else None


def _journal(document: SavedEntry) -> Values:
    return {
        "title": document.title,
        "post": document.post,
        "date": _moment(document.date or document.created_at, "date"),
    }


def _moment(text: str | None, field: str) -> str:
    """A moment; midnight stands for the whole day, as Monica writes it. Raises Invalid."""
    moment = moment_of(text)
    if moment is None:
        raise Invalid.of(field, "must be a time like 2018-02-02T10:00:00Z")
    return moment[:DAY_LENGTH] if moment.endswith(_MIDNIGHT) else moment


def _made_at(document: SavedEntry) -> int:
    try:
        return instant_from_text(document.created_at or "")
    except ValueError as error:
        raise Invalid.of("created_at", str(error)) from None


class Saved(NamedTuple):
    """A resource, and what the values of an entry of it are."""

    kept: ActivityResource
    values_of_document: Callable[[SavedEntry], Values]


ENTRIES = {
    saved.kept.resource.object: saved
    for saved in (
        Saved(NOTES, _note),
        Saved(CALLS, _call),
        Saved(CONVERSATIONS, _conversation),
        Saved(LIFE_EVENTS, _life_event),
        Saved(JOURNAL, _journal),
    )
}
"""What is read beside activities, by what documents call it."""

_BY_KIND = {saved.kept.kinds[0]: saved.kept for saved in ENTRIES.values()}
