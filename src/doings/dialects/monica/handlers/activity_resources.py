"""The handlers of all resources whose entries are activities: five for each, as its table says."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity, Draft
from doings.core.clock import local_date, second_from_instant
from doings.core.documents.rendering import encoded_documents, rendered
from doings.core.entity import Entity, EntityKey
from doings.core.errors import NotFound
from doings.core.interactions.lifecycle import check_revision
from doings.core.query import Key, KindsOrder
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering, Uncacheable
from doings.dialects.monica import validation
from doings.dialects.monica.documents import DeletedDocument
from doings.dialects.monica.handlers.entity_resources import store_defaults
from doings.dialects.monica.mapping.contact_attributes import facts_of
from doings.dialects.monica.mapping.contact_short import keys_of_attendee
from doings.dialects.monica.mapping.references import RESOURCES
from doings.dialects.monica.mapping.resources.activities import (
    ActivityResource,
    activity_document,
    draft_of_change,
    draft_of_values,
    keys_of,
    rules_of,
    values_of,
)
from doings.dialects.monica.mapping.resources.fields import CONTACT_ID, Values, sent_values
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import Listing
from doings.dialects.monica.validation import Rejected, integer_of


async def list_entries(kept: ActivityResource, params: ListParams) -> Response:
    """GET: all entries of the account, by pages."""
    return await _listed(kept, params, lambda _: _no_contact())


async def list_entries_of_contact(kept: ActivityResource, params: ListParams) -> Response:
    """GET /contacts/:id/…: the entries of one contact, by pages; raises NotFound."""

    async def contact_of(reader: Reader) -> EntityKey | None:
        return (await params.lookup(reader).contact(params.id)).key

    return await _listed(kept, params, contact_of)


async def _no_contact() -> EntityKey | None:
    return None


async def _listed(kept: ActivityResource, params: ListParams, contact_of: Any) -> Response:  # noqa: ANN401
    listing = params.listing

    async def work(reader: Reader) -> Page:
        contact = await contact_of(reader)
        order = _order(kept, params)
        keys = await _keys(kept, reader, order, contact)
        seqs = [seq for _, seq in keys]
        if listing.named in kept.sorted_by:
            seqs = await _by_field(kept, reader, seqs, listing)
        seqs = seqs[listing.skip : listing.skip + listing.limit]
        shown = await reader.rendered(seqs, _rendering(kept, params))
        years: list[tuple[int, int]] | None = None
        if kept.has_years:
            every = keys if contact is None else await _keys(kept, reader, order, None)
            years = _years(every, params.time_zone)
        return Page(
            documents=shown.documents,
            rest=seqs[shown.covered :],
            total=len(keys),
            years=years,
        )

    page = await params.request.timeline.read(work, bounded=False)
    return await respond_list(page, params, partial(_rest, kept, params))


def _order(kept: ActivityResource, params: ListParams) -> KindsOrder:
    """The order that was asked for; raises NotSortable for one that this list does not have."""
    listing = params.listing
    if listing.named in kept.sorted_by:
        return KindsOrder("recorded", listing.is_descending)
    by = kept.columns.get(listing.named) or listing.by
    return KindsOrder(by, listing.is_descending)


async def _by_field(
    kept: ActivityResource, reader: Reader, seqs: Sequence[int], listing: Listing
) -> list[int]:
    """The entries by the field that was asked for; those without it come first, as they were."""
    held: list[tuple[str, int]] = []
    while seqs:
        activities, covered = await reader.fitting_activities(seqs, with_attrs=False)
        seqs = seqs[covered:]
        values = [values_of(kept, activity)[listing.named] for activity in activities]
        held += [(value or "", one.seq) for value, one in zip(values, activities, strict=True)]
    # Sorting keeps the order of equals, also in reverse.
    held.sort(key=itemgetter(0), reverse=listing.is_descending)
    return [seq for _, seq in held]


async def _keys(
    kept: ActivityResource, reader: Reader, order: KindsOrder, contact: EntityKey | None
) -> list[Key]:
    return await reader.keys_of_kinds(
        kept.kinds, order, contact, is_alone_allowed=kept.is_alone_allowed
    )


def _years(keys: Sequence[Key], time_zone: str) -> list[tuple[int, int]]:
    """How many entries there were in each year of the account's calendar, newest first."""
    years = Counter(local_date(at, time_zone).year for at, _ in keys)
    return sorted(years.items(), reverse=True)


async def show_entry(kept: ActivityResource, params: ListParams) -> Response:
    """GET /:id: one entry; raises NotFound."""

    async def work(reader: Reader) -> msgspec.Raw:
        return await document(kept, params, reader, await entry(kept, params, reader))

    return respond_one(await params.request.timeline.read(work))


Also = Callable[[Writer, Values, Entity | None], Awaitable[None]]
"""What else the values of a new entry, of a contact, make."""


async def create_entry(
    kept: ActivityResource, params: ListParams, also: Also | None = None
) -> Response:
    """POST: record an entry; raises Rejected and NotFound."""
    now = params.request.services.clock.now()

    async def work(writer: Writer) -> msgspec.Raw:
        await _store_defaults(kept, writer)
        values, contact = await _checked(kept, params, writer, None)
        draft = draft_of_values(kept, values, contact, now, params.time_zone)
        if also is not None:
            await also(writer, values, contact)
        return await document(kept, params, writer, await recorded(writer, draft))

    document_ = await params.request.timeline.write(work)
    return respond_one(document_, status=kept.resource.created)


async def recorded(writer: Writer, draft: Draft) -> Activity:
    """The activity that a draft becomes."""
    (one,) = await writer.record([draft])
    return await writer.activity(one.seq)


async def update_entry(kept: ActivityResource, params: ListParams) -> Response:
    """PUT /:id: change an entry; what is not sent becomes null, unless its field says otherwise."""

    async def work(writer: Writer) -> msgspec.Raw:
        await _store_defaults(kept, writer)
        old = await _known(kept, params, writer)
        values, contact = await _checked(kept, params, writer, old)
        if old is None:
            raise NotFound(kept.resource.type, params.id)

        def change(activity: Activity) -> Draft:
            draft = draft_of_change(kept, activity, values, contact, params.time_zone)
            check_revision(activity, draft)
            return draft

        changed = await writer.revise(old.seq, change)
        return await document(kept, params, writer, changed)

    return respond_one(await params.request.timeline.write(work))


async def delete_entry(kept: ActivityResource, params: ListParams) -> Response:
    """DELETE /:id."""

    async def work(writer: Writer) -> None:
        known = await _known(kept, params, writer)
        if known is None:
            if kept.unknown_to_delete is None:
                raise NotFound(kept.resource.type, params.id)
            raise Rejected([kept.unknown_to_delete])
        await writer.erase(known.seq)

    await params.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=params.id))


async def entry(kept: ActivityResource, params: ListParams, reader: Reader) -> Activity:
    """The activity in the path; raises NotFound."""
    found = await _known(kept, params, reader)
    if found is None:
        raise NotFound(kept.resource.type, params.id)
    return found


async def _known(kept: ActivityResource, params: ListParams, reader: Reader) -> Activity | None:
    found = await params.lookup(reader).activity_or_none(params.id, kept.resource.object)
    return found if found is not None and kept.has(found) else None


async def _store_defaults(kept: ActivityResource, writer: Writer) -> None:
    """Store what every account has of what an entry refers to, as it may refer to that now."""
    for field in kept.resource.fields:
        if field.refers_to:
            await store_defaults(RESOURCES[field.refers_to], writer)


async def _checked(
    kept: ActivityResource, params: ListParams, reader: Reader, old: Activity | None
) -> tuple[Values, Entity | None]:
    """The values that were sent, and the contact; raises Rejected, then NotFound.

    For a POST there is no old entry. For a PUT its lack is told as the resource says.
    """
    is_new = params.request.method == "POST"
    unknown = kept.resource.unknown
    first: tuple[str, ...] = ()
    if old is None and not is_new:
        if unknown is None:
            raise NotFound(kept.resource.type, params.id)
        first = (unknown,)
    lookup = params.lookup(reader)
    await validation.check(rules_of(kept, is_new=is_new), params.members, lookup, first=first)
    contact = await _contact(kept, params, reader, is_new=is_new)
    before = values_of(kept, old) if old else None
    values = sent_values(kept.resource, params.members, before)
    kept.amend(values, before, _now_text(params))
    return values, contact


async def _contact(
    kept: ActivityResource, params: ListParams, reader: Reader, *, is_new: bool
) -> Entity | None:
    """The contact that was sent, where it is looked at, as it was named; raises NotFound."""
    if not kept.resource.contact or (not is_new and CONTACT_ID in kept.only_new):
        return None
    number = integer_of(params.members.get(CONTACT_ID)) or 0
    return await params.lookup(reader).named_contact(number)


def _now_text(params: ListParams) -> str:
    return f"{second_from_instant(params.request.services.clock.now()):%Y-%m-%dT%H:%M:%SZ}"


async def document(
    kept: ActivityResource, params: ListParams, reader: Reader, activity: Activity
) -> msgspec.Raw:
    """The document of an entry."""
    (encoded,) = await rendered(_rendering(kept, params), reader, [activity])
    return msgspec.Raw(encoded)


def _rendering(kept: ActivityResource, params: ListParams) -> Rendering:
    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        contacts = [one for activity in activities for one in activity.contacts()[:1]]
        keys = {key for contact in contacts for key in keys_of_attendee(facts_of(contact))}
        keys |= {key for activity in activities for key in keys_of(kept, activity)}
        context = await params.render_context(reader, keys)
        # What does not exist yet may be made later, which the cache would not notice.
        is_lasting = keys <= context.entities.keys() - context.fleeting
        context.entities.update({contact.key: contact for contact in contacts})
        encoded = encoded_documents(
            [activity_document(kept, activity, context) for activity in activities]
        )
        return encoded if is_lasting else list(map(Uncacheable, encoded))

    about = (kept.resource.object, params.api.url, params.api.version, params.numbers)
    return Rendering(("monica", *about), render)


def _rest(
    kept: ActivityResource, params: ListParams, seqs: Sequence[int]
) -> AsyncIterator[list[msgspec.Raw]]:
    return params.request.timeline.rendered_rest(seqs, _rendering(kept, params))
