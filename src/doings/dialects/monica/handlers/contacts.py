"""The handlers of contacts, and of the tags on them."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.responses import Response

from doings.core.budget import LIST_ITEMS
from doings.core.clock import local_date
from doings.core.defaults import GENDER, TAG
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import NotFound, Problem, TooMuch
from doings.core.limits.search import check_search
from doings.core.query import beginnings_from_text
from doings.core.store import Reader, Writer
from doings.core.store.counts import TimelineSummary
from doings.core.store.entities import EntityQuery
from doings.dialects.monica import validation
from doings.dialects.monica.documents import ContactDocument, DeletedDocument
from doings.dialects.monica.mapping.activity import happened_on
from doings.dialects.monica.mapping.contact import contact_document, keys_of_contact
from doings.dialects.monica.mapping.contact_attributes import (
    ContactFacts,
    facts_as_stored,
    facts_of,
    instant_text,
)
from doings.dialects.monica.mapping.contact_input import broken_dates, changed_attrs, contact_draft
from doings.dialects.monica.mapping.render_context import number_of, number_of_setting
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import ids_from_list
from doings.dialects.monica.validation import integer_of
from doings.httpkit.input.params import last

ALL_ENTITIES = 1_000_000
"""More entities than an account has of one type: the limit of a look through all of them."""


async def list_contacts(params: ListParams) -> Response:
    """GET /contacts: all that are not partial; `query` finds beginnings of words."""
    listing = params.listing
    words = (last(params.request.query, "query") or "").strip()
    check_search(beginnings_from_text(words), "query")
    query = EntityQuery(
        type=CONTACT,
        q=words or None,
        by=listing.by,
        is_descending=listing.is_descending,
        with_partial=False,
    )

    async def documents(reader: Reader, seqs: Sequence[int]) -> tuple[list[ContactDocument], int]:
        contacts, covered = await reader.fitting_entities(seqs)
        return await _documents(params, reader, contacts), covered

    async def work(reader: Reader) -> Page:
        total, seqs = await _total_and_page(reader, query, listing.skip, listing.limit)
        shown, covered = await documents(reader, seqs)
        return Page(documents=shown, rest=seqs[covered:], total=total, query=words or None)

    page = await params.request.timeline.read(work, bounded=False)
    return await respond_list(page, params, params.rest_of(documents))


async def _total_and_page(
    reader: Reader, query: EntityQuery, skip: int, limit: int
) -> tuple[int, list[int]]:
    """How many contacts there are, and the seqs of one page of them."""
    if query.q:
        seqs = await reader.entity_seqs(msgspec.structs.replace(query, limit=ALL_ENTITIES))
        return len(seqs), seqs[skip : skip + limit]
    total = await reader.total_entities(CONTACT)
    if skip >= total:
        return total, []
    return total, await reader.entity_seqs(msgspec.structs.replace(query, skip=skip, limit=limit))


async def show_contact(params: ListParams) -> Response:
    """GET /contacts/:id: one contact in full."""

    async def work(reader: Reader) -> ContactDocument:
        return await _document(params, reader, await reader.entity_by_seq(CONTACT, params.id))

    return respond_one(await params.request.timeline.read(work))


async def create_contact(params: ListParams) -> Response:
    """POST /contacts: make a contact."""

    async def work(writer: Writer) -> ContactDocument:
        draft = await _checked_draft(params, writer, None)
        return await _document(params, writer, await writer.add_entity(CONTACT, draft))

    return respond_one(await params.request.timeline.write(work), status=201)


async def update_contact(params: ListParams) -> Response:
    """PUT /contacts/:id: what is not sent stays, except the description."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        return await _checked_draft(params, writer, contact)

    return await _revised(params, revise)


async def delete_contact(params: ListParams) -> Response:
    """DELETE /contacts/:id: the activities stay, without that attendee."""

    async def work(writer: Writer) -> None:
        contact = await writer.entity_by_seq(CONTACT, params.id)
        await writer.delete_entity(contact.key)

    await params.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=params.id))


async def set_tags(params: ListParams) -> Response:
    """POST /contacts/:id/setTags: add tags by name; those that do not exist are made."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        await validation.check(validation.TAG_NAMES, params.members, writer)
        facts = facts_as_stored(contact)
        tags = list(dict.fromkeys([*facts.tags, *await _tags(writer, params.members["tags"])]))
        if len(tags) > max(LIST_ITEMS, len(facts.tags)):
            raise TooMuch("list", Problem("tags", f"a contact has at most {LIST_ITEMS:,}"))
        facts.tags = tags
        return _with_facts(contact, facts)

    return await _revised(params, revise)


async def unset_tag(params: ListParams) -> Response:
    """POST /contacts/:id/unsetTag: take tags away by id."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        await validation.check(validation.TAG_IDS, params.members, writer)
        numbers = set(ids_from_list(params.members["tags"]))
        keys = [(TAG, str(number)) for number in numbers]
        known = await writer.entities_by_key(keys)
        for key in keys:
            if key not in known:
                raise NotFound(*key)
        facts = facts_as_stored(contact)
        facts.tags = [tag for tag in facts.tags if tag not in numbers]
        return _with_facts(contact, facts)

    return await _revised(params, revise)


Revise = Callable[[Writer, Entity], Awaitable[EntityDraft]]


async def _revised(params: ListParams, revise: Revise) -> Response:
    """Answer with the contact in the path as `revise` makes it; raises NotFound."""

    async def work(writer: Writer) -> ContactDocument:
        contact = await writer.entity_by_seq(CONTACT, params.id)
        draft = await revise(writer, contact)
        revised, _ = await writer.put_entity(contact.key, lambda _: draft)
        return await _document(params, writer, revised)

    return respond_one(await params.request.timeline.write(work))


async def _checked_draft(params: ListParams, writer: Writer, old: Entity | None) -> EntityDraft:
    """The contact that was sent, as a draft; raises Rejected."""
    members = params.members
    today = local_date(params.request.services.clock.now(), params.time_zone)
    rules = validation.CONTACT_CHANGE if old else validation.NEW_CONTACT
    await validation.check(rules, members, writer, last=broken_dates(members, today))
    return contact_draft(members, await _gender_id(params, writer), today, old)


async def _gender_id(params: ListParams, reader: Reader) -> int | None:
    """The gender that was sent by id or, if there is one, by name."""
    gender_id = integer_of(params.members.get("gender_id"))
    name = params.members.get("gender")
    if gender_id is not None or name is None:
        return gender_id
    return (await _numbers_by_name(reader, GENDER)).get(name.casefold())


async def _tags(writer: Writer, names: Sequence[str]) -> list[int]:
    """The numbers of the tags of these names; those that do not exist are made."""
    numbers = await _numbers_by_name(writer, TAG)
    new: dict[str, EntityDraft] = {}
    for name in names:
        if name.casefold() not in numbers:
            new.setdefault(name.casefold(), EntityDraft(name=name))
    if new:
        made = await writer.number_entities(TAG, list(new.values()))
        numbers |= {(tag.name or "").casefold(): number_of(tag) for tag in made}
    return [numbers[name.casefold()] for name in names]


async def _numbers_by_name(reader: Reader, entity_type: str) -> dict[str, int]:
    """The number of the first entity of the type that has each name, folded to lower case."""
    numbers: dict[str, int] = {}
    for seq, id_, name in await reader.entity_names(entity_type):
        numbers.setdefault((name or "").casefold(), number_of_setting(id_, seq))
    return numbers


def _with_facts(contact: Entity, facts: ContactFacts) -> EntityDraft:
    return EntityDraft(
        name=contact.name, attrs=changed_attrs(contact, facts), contact=contact.contact
    )


async def _document(params: ListParams, reader: Reader, contact: Entity) -> ContactDocument:
    return (await _documents(params, reader, [contact]))[0]


async def _documents(
    params: ListParams, reader: Reader, contacts: Sequence[Entity]
) -> list[ContactDocument]:
    """Render contacts in full, with as many statements for many as for one."""
    facts = {contact.seq: facts_of(contact) for contact in contacts}
    keys = {key for known in facts.values() for key in keys_of_contact(known)}
    context = await params.render_context(reader, keys)
    summaries = await reader.timeline_summaries(list(facts))
    return [
        contact_document(
            contact,
            facts[contact.seq],
            context,
            activities=summaries[contact.seq].total,
            last_activity=_last_activity(summaries[contact.seq], params.time_zone),
        )
        for contact in contacts
    ]


def _last_activity(summary: TimelineSummary, time_zone: str) -> str | None:
    """The date of the newest activity, as an instant."""
    return instant_text(happened_on(summary.newest, time_zone)) if summary.newest else None
