"""Lists of a client that were saved, and lists to save: `{"items":[…]}`, oldest first."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from doings.core.activity import Activity, Link
from doings.core.entity import EntityDraft, EntityKey
from doings.core.imports import (
    Contact,
    Context,
    ImportItem,
    SavedAnswers,
    decoded_answer,
    elements_of_list,
    list_chunks,
)
from doings.core.query import Query
from doings.core.timeline import Timeline
from doings.dialects.agendize.documents import ActivityDocument
from doings.dialects.agendize.lookup import client_named
from doings.dialects.agendize.mapping.activity import RenderContext, activity_documents
from doings.dialects.agendize.mapping.saved import (
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.agendize.vocabulary import API, CONTACT_RECORD, KINDS


class SavedList(msgspec.Struct):
    """The object around the list."""

    items: msgspec.Raw


def elements_from_answer(answer: bytes) -> list[bytes]:
    """The elements of the list; raises Malformed and Invalid."""
    return elements_of_list(decoded_answer(answer, SavedList).items)


def parse_element(element: bytes, context: Context) -> ImportItem:
    """Read an element; raises Invalid."""
    document = saved_activity(element)
    draft = draft_from_document(document, time_zone=context.account.time_zone)
    entities = tuple(entity_drafts_from_document(document))
    if context.contact_id is None:
        return ImportItem(draft=draft, entities=entities, id=document.id)
    client, client_draft = new_client(context.contact_id)
    return ImportItem(
        draft=msgspec.structs.replace(draft, links=(Link(*client), *draft.links)),
        entities=entities,
        new_entities=((client, client_draft),),
        id=document.id,
    )


def new_client(client_id: str) -> tuple[EntityKey, EntityDraft]:
    """The record of a client that is not known yet: it belongs to the contact of the same id.

    A client id names a record first, and through it the contact that the record belongs to
    (`lookup`). So what is imported is linked to the record. It is found by its client id, even if
    the record comes to belong to another contact later.
    """
    return (CONTACT_RECORD, client_id), EntityDraft(contact=client_id)


async def respond_chunks(timeline: Timeline, context: Context) -> AsyncIterator[bytes]:
    """The list of a client's activities; raises NotFound."""
    client_id = context.contact_id or ""
    client = await timeline.read(lambda reader: client_named(reader, client_id))
    query = Query(entities=(client,), kinds=tuple(KINDS), is_descending=False)
    render_context = RenderContext(context.url + API, context.account.time_zone)

    def documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
        return activity_documents(activities, render_context)

    async for chunk in list_chunks(timeline, query, documents, (b'{"items":[', b"]}\n")):
        yield chunk


SAVED = SavedAnswers(
    elements_from_answer=elements_from_answer,
    parse_element=parse_element,
    respond_chunks=respond_chunks,
    contact_of_import=Contact.ALWAYS,
    contact_of_export=Contact.ALWAYS,
)
