"""Saved lists of a contact, and lists to save: a bare array, newest first."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.entity import CONTACT
from doings.core.imports import (
    Contact,
    Context,
    ImportItem,
    SavedAnswers,
    elements_of_list,
    list_chunks,
)
from doings.core.query import Query
from doings.core.timeline import Timeline
from doings.dialects.invent.documents import ActivityDocument
from doings.dialects.invent.mapping import (
    activity_documents,
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.invent.vocabulary import KINDS


def parse_element(element: bytes, context: Context) -> ImportItem:
    """Read an element; raises Invalid."""
    document = saved_activity(element)
    return ImportItem(
        draft=draft_from_document(document, contact_id=context.contact_id),
        entities=tuple(entity_drafts_from_document(document)),
        id=document.id,
    )


class _Note(msgspec.Struct):
    contact_id: str | None = None


class _Element(msgspec.Struct):
    note: _Note | None = None


_decode = msgspec.json.Decoder(_Element).decode


def lacks_contact(elements: Sequence[bytes]) -> bool:
    """Whether any element does not name its contact; only notes do."""
    return any(_named_contact_id(element) is None for element in elements)


def _named_contact_id(element: bytes) -> str | None:
    """The contact that an element names, or None; "" if the element cannot be read at all."""
    try:
        note = _decode(element).note
    except (ValueError, RecursionError):
        return ""
    return note.contact_id if note else None


async def respond_chunks(timeline: Timeline, context: Context) -> AsyncIterator[bytes]:
    """The list of a contact's activities; raises NotFound."""
    contact_id = context.contact_id or ""
    contact = await timeline.read(lambda reader: reader.entity((CONTACT, contact_id)))
    query = Query(entities=(contact.key,), kinds=KINDS)

    def documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
        return activity_documents(activities, contact_id)

    async for chunk in list_chunks(timeline, query, documents, (b"[", b"]\n")):
        yield chunk


SAVED = SavedAnswers(
    elements_from_answer=elements_of_list,
    parse_element=parse_element,
    respond_chunks=respond_chunks,
    contact_of_import=Contact.PERHAPS,
    contact_of_export=Contact.ALWAYS,
    lacks_contact=lacks_contact,
    is_newest_first=True,
)
