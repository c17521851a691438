"""The handlers of contacts."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from doings.core.budget import LIST_ITEMS
from doings.core.clock import local_date
from doings.core.defaults import CONTACT_FIELD, CONTACT_FIELD_TYPE, GENDER, KEPT_WITH_CONTACT
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.limits.search import check_search
from doings.core.query import beginnings_from_text
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import json_text, object_from_text
from doings.dialects.monica import validation
from doings.dialects.monica.documents import ContactDocument, DeletedDocument
from doings.dialects.monica.handlers.anniversaries import keep_reminders
from doings.dialects.monica.handlers.contact_documents import (
    contact_in_full,
    fitting_contacts,
    wants_fields,
)
from doings.dialects.monica.handlers.contact_parts import numbers_by_name, revised, revision_of
from doings.dialects.monica.handlers.contact_search import total_and_page
from doings.dialects.monica.handlers.entity_resources import ENTRIES_AT_A_TIME, store_defaults
from doings.dialects.monica.mapping.contact_attributes import Change, facts_as_stored
from doings.dialects.monica.mapping.contact_input import (
    asked_reminders,
    broken_dates,
    contact_draft,
)
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELDS
from doings.dialects.monica.operations import (
    ListParams,
    ReadDocuments,
    answer,
    respond_list,
    respond_one,
)
from doings.dialects.monica.paging import Page
from doings.dialects.monica.validation import integer_of
from doings.httpkit.input.params import last

TAGS_HELD = '"tags":['
"""What the attributes of a contact with tags hold."""

CHUNK = 100
"""How many contacts are read at a time when all are looked through."""


async def list_contacts(params: ListParams) -> Response:
    """GET /contacts: all that are not partial; `query` finds those that hold one of its words."""
    listing = params.listing
    words = (last(params.request.query, "query") or "").strip()
    check_search(beginnings_from_text(words), "query")
    documents = _read(params, with_fields=wants_fields(params))

    async def work(reader: Reader) -> Page:
        total, seqs = await total_and_page(reader, listing, words, params.api)
        shown, covered = await documents(reader, seqs)
        return Page(documents=shown, rest=seqs[covered:], total=total, query=words or None)

    page = await params.request.timeline.read(work, bounded=False)
    return await respond_list(page, params, params.rest_of(documents))


async def list_contacts_of_tag(params: ListParams) -> Response:
    """GET /tags/:id/contacts: those with the tag, in full and with how they are reached.

    A contact holds its tags. Few do, so all that hold any are looked through.
    """
    listing = params.listing
    documents = _read(params, with_fields=True)

    async def work(reader: Reader) -> Page:
        seqs = await _tagged(reader, params.id)
        of_page = seqs[listing.skip : listing.skip + listing.limit]
        shown, covered = await documents(reader, of_page)
        return Page(documents=shown, rest=of_page[covered:], total=len(seqs))

    page = await params.request.timeline.read(work, bounded=False)
    return await respond_list(page, params, params.rest_of(documents))


async def _tagged(reader: Reader, tag: int) -> list[int]:
    """The seqs of all contacts with a tag, or who are one person with somebody who has it."""
    seqs: list[int] = []
    query = EntityQuery(type=CONTACT, holding=TAGS_HELD, limit=CHUNK, with_partial=False)
    is_last = False
    while not is_last:
        found = await reader.entities(query)
        seqs += [contact.seq for contact in found if tag in facts_as_stored(contact).tags]
        is_last = len(found) < CHUNK
        if found:
            query = msgspec.structs.replace(query, after=found[-1].seq)
    others = await _standing_for_tagged(reader, tag)
    return sorted({*seqs, *others}) if others else seqs


async def _standing_for_tagged(reader: Reader, tag: int) -> list[int]:
    """The seqs of contacts who stand for others with a tag, and did not lose it."""
    groups: set[int] = set()
    before: int | None = None
    is_last = False
    while not is_last:
        merges = await reader.merges(before=before, after=None, limit=CHUNK)
        keys = [key for merge in merges if merge.reverted_at is None for key in merge.merged]
        named = await reader.named_entities([key for key in keys if key[0] == CONTACT])
        tagged = [one for one in named.values() if tag in facts_as_stored(one).tags]
        groups |= {one.group_seq for one in tagged if one.group_seq is not None}
        is_last = len(merges) < CHUNK
        before = merges[-1].seq if merges else None
    standing = await reader.entities_by_seq(CONTACT, list(groups))
    facts = {seq: facts_as_stored(one) for seq, one in standing.items()}
    return [seq for seq, one in facts.items() if not one.is_partial and tag not in one.without_tags]


def _read(params: ListParams, *, with_fields: bool) -> ReadDocuments:
    """Reads the documents of a page, as many as fit."""

    async def documents(reader: Reader, seqs: Sequence[int]) -> tuple[list[ContactDocument], int]:
        return await fitting_contacts(params, reader, seqs, with_fields=with_fields)

    return documents


async def show_contact(params: ListParams) -> Response:
    """GET /contacts/:id: one contact in full."""

    async def work(reader: Reader) -> ContactDocument:
        return await contact_in_full(params, reader, await params.lookup(reader).contact(params.id))

    return respond_one(await params.request.timeline.read(work))


async def create_contact(params: ListParams) -> Response:
    """POST /contacts: make a contact."""

    async def work(writer: Writer) -> ContactDocument:
        draft = (await _checked_change(params, writer, None))(None)
        above = params.numbers.before_own
        contact = await writer.add_entity(CONTACT, draft, above=above)
        await _add_email(params, writer, contact)
        asked = asked_reminders(params.members)
        await keep_reminders(writer, contact, asked, None, above=above)
        return await contact_in_full(params, writer, contact)

    return respond_one(await params.request.timeline.write(work), status=201)


async def _add_email(params: ListParams, writer: Writer, contact: Entity) -> None:
    """Keep the address that a contact was sent with among the ways to reach it, as Monica does."""
    email = params.members.get("email")
    if email is None:
        return
    await store_defaults(CONTACT_FIELDS, writer)
    for one in await writer.entities(EntityQuery(type=CONTACT_FIELD_TYPE, limit=LIST_ITEMS)):
        if object_from_text(one.attrs).get("type") == "email":
            attrs = json_text({"contact_field_type": params.numbers.of_entity(one)})
            draft = EntityDraft(name=email, attrs=attrs, contact=contact.id)
            await writer.add_entity(CONTACT_FIELD, draft, above=params.numbers.before_own)
            return


async def update_contact(params: ListParams) -> Response:
    """PUT /contacts/:id: what is not sent stays, except the description."""

    async def revise(writer: Writer, contact: Entity) -> Change:
        change = await _checked_change(params, writer, contact)
        asked = asked_reminders(params.members)
        above = params.numbers.before_own
        revision = revision_of(contact, change(contact))
        await keep_reminders(writer, revision, asked, contact, above=above)
        return change

    return await revised(params, revise)


async def delete_contact(params: ListParams) -> Response:
    """DELETE /contacts/:id: its activities stay, without it; what is kept with it goes."""

    async def work(writer: Writer) -> bool:
        lookup = params.lookup(writer)
        contact = await lookup.contact(params.id)
        kept = await writer.belongings([contact.seq], KEPT_WITH_CONTACT)
        for one in kept[:ENTRIES_AT_A_TIME]:
            entities = await writer.entities_by_seq(one.type, [one.seq])
            await writer.delete_entity(entities[one.seq].key)
        is_last = len(kept) <= ENTRIES_AT_A_TIME
        if is_last:
            named = await lookup.contacts([params.id])
            await writer.delete_entity(named[params.id].key)
        return is_last

    # A contact may have thousands of entries, which are deleted in parts; it goes with the last.
    while not await params.request.timeline.write(work):
        continue
    return answer(DeletedDocument(deleted=True, id=params.id))


async def _checked_change(
    params: ListParams, writer: Writer, old: Entity | None
) -> Callable[[Entity | None], EntityDraft]:
    """What was sent, as a change of a contact, or as a new one; raises Rejected."""
    members = params.members
    today = local_date(params.request.services.clock.now(), params.time_zone)
    rules = validation.CONTACT_CHANGE if old else validation.NEW_CONTACT
    await validation.check(rules, members, params.lookup(writer), last=broken_dates(members, today))
    return partial(contact_draft, members, await _gender_id(params, writer), today)


async def _gender_id(params: ListParams, reader: Reader) -> int | None:
    """The gender that was sent by id or, if there is one, by name."""
    gender_id = integer_of(params.members.get("gender_id"))
    name = params.members.get("gender")
    if gender_id is not None or name is None:
        return gender_id
    return (await numbers_by_name(params, reader, GENDER)).get(name.casefold())
