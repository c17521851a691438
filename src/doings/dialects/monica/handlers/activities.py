"""The handlers of activities: of the account, of a contact, and one at a time."""

from collections.abc import Sequence

from starlette.responses import Response

from doings.core.activity import Activity
from doings.core.entity import CONTACT, Entity
from doings.core.errors import NotFound
from doings.core.query import Query
from doings.core.rendering import encoded_documents
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering, Uncacheable
from doings.dialects.monica import validation
from doings.dialects.monica.documents import ActivityDocument, DeletedDocument
from doings.dialects.monica.mapping.activity import activity_documents, cast_of, is_shown
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
"""From how many skipped activities on an index without tallies is walked where nobody waits."""

UNKNOWN_ACTIVITY = "The selected activity id is invalid."


async def list_activities(asked: ListParams) -> Response:
    """GET /activities: all that concern a contact, as they were recorded or changed."""
    listing = asked.listing
    order = listing.recorded_order

    async def work(reader: Reader) -> Page:
        total = await reader.total_with_contacts()
        seqs: list[int] = []
        if listing.skip < total:
            seqs = await reader.with_contacts(order, skip=listing.skip, limit=listing.limit)
        return await _page(asked, reader, seqs, total)

    is_bounded = order.by == "recorded" or listing.skip < LONG_WALK
    return respond_list(await asked.request.timeline.read(work, bounded=is_bounded), asked)


async def list_activities_of_contact(asked: ListParams) -> Response:
    """GET /contacts/:id/activities: newest date first."""
    listing = asked.listing

    async def work(reader: Reader) -> Page:
        contact = await reader.entity_by_seq(CONTACT, asked.id)
        order = listing.diary_order(asked.time_zone)
        total = await reader.total(contact.key, None)
        seqs: list[int] = []
        if listing.skip < total:
            query = Query(entities=(contact.key,), skip=listing.skip, limit=listing.limit)
            seqs = await reader.diary(query, order)
        return await _page(asked, reader, seqs, total)

    return respond_list(await asked.request.timeline.read(work), asked)


async def show_activity(asked: ListParams) -> Response:
    """GET /activities/:id."""

    async def work(reader: Reader) -> ActivityDocument:
        activity = await reader.activity(asked.id)
        if not is_shown(activity):
            raise NotFound("activity", asked.id)
        return await _document(asked, reader, activity)

    return respond_one(await asked.request.timeline.read(work))


async def create_activity(asked: ListParams) -> Response:
    """POST /activities."""

    async def work(writer: Writer) -> ActivityDocument:
        given, contacts = await _checked(asked, writer)
        draft = draft_from_input(given, contacts, asked.time_zone)
        recorded = (await writer.record([draft]))[0]
        return await _document(asked, writer, await writer.activity(recorded.seq))

    return respond_one(await asked.request.timeline.write(work), status=201)


async def update_activity(asked: ListParams) -> Response:
    """PUT and PATCH /activities/:id: a full replacement."""

    async def work(writer: Writer) -> ActivityDocument:
        is_known = await _is_known(writer, asked.id)
        given, contacts = await _checked(asked, writer, is_known=is_known)
        changed = await writer.revise(
            asked.id, lambda activity: draft_from_change(activity, given, contacts, asked.time_zone)
        )
        return await _document(asked, writer, changed)

    return respond_one(await asked.request.timeline.write(work))


async def delete_activity(asked: ListParams) -> Response:
    """DELETE /activities/:id."""

    async def work(writer: Writer) -> None:
        if not await _is_known(writer, asked.id):
            raise Rejected([UNKNOWN_ACTIVITY])
        await writer.erase(asked.id)

    await asked.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=asked.id))


async def _is_known(reader: Reader, seq: int) -> bool:
    return any(is_shown(activity) for activity in await reader.activities([seq]))


async def _checked(
    asked: ListParams, reader: Reader, *, is_known: bool = True
) -> tuple[ActivityInput, Sequence[Entity]]:
    """What was sent, and its contacts; raises Rejected, then NotFound."""
    first = () if is_known else (UNKNOWN_ACTIVITY,)
    await validation.check(validation.ACTIVITY, asked.members, reader, first=first)
    given = activity_from_members(asked.members)
    contacts = await reader.entities_by_seq(CONTACT, given.contacts)
    for seq in given.contacts:
        if seq not in contacts:
            raise NotFound(CONTACT, seq)
    for emotion in given.emotions:
        if not has_emotion(emotion):
            raise NotFound("emotion", emotion)
    return given, [contacts[seq] for seq in given.contacts]


async def _document(asked: ListParams, reader: Reader, activity: Activity) -> ActivityDocument:
    cast = cast_of([activity])
    view = await asked.view(reader, cast.all_keys())
    return activity_documents([activity], cast, view)[0]


def _rendering(asked: ListParams) -> Rendering:
    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        cast = cast_of(activities)
        keys = cast.all_keys()
        view = await asked.view(reader, keys)
        encoded = encoded_documents(activity_documents(activities, cast, view))
        # A gender or category that is not there can be made, which changes nothing that was.
        is_lasting = len(view.entities) == len(keys)
        return encoded if is_lasting else list(map(Uncacheable, encoded))

    return Rendering(("monica", asked.place.url), render)


async def _page(asked: ListParams, reader: Reader, seqs: list[int], total: int) -> Page:
    return Page(
        documents=await reader.rendered(seqs, _rendering(asked)),
        total=total,
        years=await reader.years_with_contacts(),
    )
