"""The handlers of activities: of the account, of a contact, and one at a time."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity, Draft
from doings.core.defaults import ACTIVITY_TYPE
from doings.core.documents.rendering import encoded_documents, rendered
from doings.core.entity import CONTACT, Entity
from doings.core.errors import NotFound
from doings.core.interactions.lifecycle import check_revision
from doings.core.query import Query
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering, Uncacheable
from doings.dialects.monica import validation
from doings.dialects.monica.documents import DeletedDocument
from doings.dialects.monica.mapping.activity import activity_documents, is_shown, linked_entities
from doings.dialects.monica.mapping.activity_input import (
    ActivityInput,
    draft_from_change,
    draft_from_input,
)
from doings.dialects.monica.mapping.emotions import has_emotion
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import activity_from_members
from doings.dialects.monica.validation import Rejected

LONG_WALK = 10_000
"""How many activities may be skipped one by one before the read goes where no other one waits."""

UNKNOWN_ACTIVITY = "The selected activity id is invalid."


async def list_activities(params: ListParams) -> Response:
    """GET /activities: all that concern a contact, in the order of recording or of last change."""
    listing = params.listing
    order = listing.recorded_order

    async def work(reader: Reader) -> Page:
        total = await reader.total_with_contacts()
        seqs: list[int] = []
        if listing.skip < total:
            seqs = await reader.with_contacts(order, skip=listing.skip, limit=listing.limit)
        return await _page(params, reader, seqs, total)

    is_bounded = order.by == "recorded" or listing.skip < LONG_WALK
    page = await params.request.timeline.read(work, bounded=is_bounded)
    return await respond_list(page, params, partial(_rest, params))


async def list_activities_of_contact(params: ListParams) -> Response:
    """GET /contacts/:id/activities: those of one contact, newest date first."""
    listing = params.listing

    async def work(reader: Reader) -> Page:
        contact = await params.lookup(reader).contact(params.id)
        order = listing.diary_order(params.time_zone)
        total = await reader.total(contact, None)
        seqs: list[int] = []
        if listing.skip < total:
            query = Query(entities=(contact.key,), skip=listing.skip, limit=listing.limit)
            seqs = await reader.diary(query, order)
        return await _page(params, reader, seqs, total)

    page = await params.request.timeline.read(work)
    return await respond_list(page, params, partial(_rest, params))


async def show_activity(params: ListParams) -> Response:
    """GET /activities/:id: one activity."""

    async def work(reader: Reader) -> msgspec.Raw:
        activity = await params.lookup(reader).activity(params.id)
        if not is_shown(activity):
            raise NotFound("activity", params.id)
        return await _document(params, reader, activity)

    return respond_one(await params.request.timeline.read(work))


async def create_activity(params: ListParams) -> Response:
    """POST /activities: record an activity."""
    timeline = params.request.timeline
    activity_input, contacts = await timeline.read(lambda reader: _checked(params, reader))
    draft = draft_from_input(activity_input, contacts, params.time_zone)
    numbers = {contact.key: params.numbers.of_entity(contact) for contact in contacts}
    try:
        activity, _ = await timeline.record(draft, requires=list(numbers))
    except NotFound as error:
        # A contact that was deleted since it was looked up.
        raise NotFound(CONTACT, numbers.get((error.what, str(error.name)))) from None
    document = await timeline.read(lambda reader: _document(params, reader, activity))
    return respond_one(document, status=201)


async def update_activity(params: ListParams) -> Response:
    """PUT and PATCH /activities/:id: a full replacement."""

    async def work(writer: Writer) -> msgspec.Raw:
        known = await _known(params, writer)
        activity_input, contacts = await _checked(params, writer, is_known=known is not None)
        if known is None:
            raise NotFound("activity", params.id)

        def change(activity: Activity) -> Draft:
            draft = draft_from_change(activity, activity_input, contacts, params.time_zone)
            check_revision(activity, draft)
            return draft

        changed = await writer.revise(known.seq, change)
        return await _document(params, writer, changed)

    return respond_one(await params.request.timeline.write(work))


async def delete_activity(params: ListParams) -> Response:
    """DELETE /activities/:id."""

    async def work(writer: Writer) -> None:
        known = await _known(params, writer)
        if known is None:
            raise Rejected([UNKNOWN_ACTIVITY])
        await writer.erase(known.seq)

    await params.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=params.id))


async def _known(params: ListParams, reader: Reader) -> Activity | None:
    """The activity in the path, if it is one that is shown."""
    found = await params.lookup(reader).activity_or_none(params.id)
    return found if found is not None and is_shown(found) else None


async def _checked(
    params: ListParams, reader: Reader, *, is_known: bool = True
) -> tuple[ActivityInput, Sequence[Entity]]:
    """The activity that was sent, and its contacts; raises Rejected, then NotFound."""
    first = () if is_known else (UNKNOWN_ACTIVITY,)
    await validation.check(validation.ACTIVITY, params.members, params.lookup(reader), first=first)
    activity_input = await _with_type(params, reader, activity_from_members(params.members))
    contacts = await params.lookup(reader).contacts(activity_input.contacts)
    for number in activity_input.contacts:
        if number not in contacts:
            raise NotFound(CONTACT, number)
    for emotion in activity_input.emotions:
        if not has_emotion(emotion):
            raise NotFound("emotion", emotion)
    return activity_input, [contacts[number] for number in activity_input.contacts]


async def _with_type(
    params: ListParams, reader: Reader, activity_input: ActivityInput
) -> ActivityInput:
    """What was sent, with the id of a type that is shown by its seq as its id is no number."""
    number = activity_input.activity_type_id
    if number is None:
        return activity_input
    found = await params.lookup(reader).entity(ACTIVITY_TYPE, number)
    if found is None or found.id == str(number):
        return activity_input
    return msgspec.structs.replace(activity_input, activity_type_id=None, linked_type=found.id)


async def _document(params: ListParams, reader: Reader, activity: Activity) -> msgspec.Raw:
    (document,) = await rendered(_rendering(params), reader, [activity])
    return msgspec.Raw(document)


def _rendering(params: ListParams) -> Rendering:
    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        linked = linked_entities(activities)
        keys = linked.all_keys()
        context = await params.render_context(reader, keys)
        encoded = encoded_documents(activity_documents(activities, linked, context))
        # A gender or category that does not exist yet may be made later. That changes no entry
        # that was there before, so the cache would not notice and would keep the document.
        is_lasting = keys <= context.entities.keys() - context.fleeting
        return encoded if is_lasting else list(map(Uncacheable, encoded))

    return Rendering(("monica", params.api.url, params.api.version, params.numbers), render)


async def _page(params: ListParams, reader: Reader, seqs: list[int], total: int) -> Page:
    shown = await reader.rendered(seqs, _rendering(params))
    return Page(
        documents=shown.documents,
        rest=seqs[shown.covered :],
        total=total,
        years=await reader.years_with_contacts(),
    )


def _rest(params: ListParams, seqs: Sequence[int]) -> AsyncIterator[list[msgspec.Raw]]:
    return params.request.timeline.rendered_rest(seqs, _rendering(params))
