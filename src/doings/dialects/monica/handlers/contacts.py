"""The handlers of contacts, and of the tags that they are given."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.responses import Response

from doings.core.clock import local_date
from doings.core.defaults import GENDER, TAG
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.query import Query
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.dialects.monica import validation
from doings.dialects.monica.documents import ContactDocument, DeletedDocument
from doings.dialects.monica.mapping.activity import happened_on
from doings.dialects.monica.mapping.contact import contact_document, keys_of_contact
from doings.dialects.monica.mapping.contact_attributes import (
    ContactFacts,
    facts_as_stored,
    instant_text,
)
from doings.dialects.monica.mapping.contact_input import broken_dates, changed_attrs, contact_draft
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import ids_from_list
from doings.dialects.monica.validation import integer_of
from doings.dialects.monica.view import number_of
from doings.httpkit.params import last

ALL = 1_000_000


async def list_contacts(asked: ListParams) -> Response:
    """GET /contacts: those that are not partial; `query` finds beginnings of words."""
    listing = asked.listing
    words = (last(asked.request.query, "query") or "").strip()
    query = EntityQuery(
        type=CONTACT,
        q=words or None,
        by=listing.by,
        is_descending=listing.is_descending,
        with_partial=False,
    )

    async def work(reader: Reader) -> Page:
        total, contacts = await _found(reader, query, listing.skip, listing.limit)
        documents = await _documents(asked, reader, contacts)
        return Page(documents=documents, total=total, query=words or None)

    return respond_list(await asked.request.timeline.read(work, bounded=False), asked)


async def _found(
    reader: Reader, query: EntityQuery, skip: int, limit: int
) -> tuple[int, list[Entity]]:
    """How many contacts there are, and one page of them."""
    if query.q:
        found = await reader.entities(msgspec.structs.replace(query, limit=ALL))
        return len(found), found[skip : skip + limit]
    total = await reader.total_entities(CONTACT)
    if skip >= total:
        return total, []
    return total, await reader.entities(msgspec.structs.replace(query, skip=skip, limit=limit))


async def show_contact(asked: ListParams) -> Response:
    """GET /contacts/:id."""

    async def work(reader: Reader) -> ContactDocument:
        return await _document(asked, reader, await reader.entity_by_seq(CONTACT, asked.id))

    return respond_one(await asked.request.timeline.read(work))


async def create_contact(asked: ListParams) -> Response:
    """POST /contacts."""

    async def work(writer: Writer) -> ContactDocument:
        draft = await _checked_draft(asked, writer, None)
        return await _document(asked, writer, await writer.add_entity(CONTACT, draft))

    return respond_one(await asked.request.timeline.write(work), status=201)


async def update_contact(asked: ListParams) -> Response:
    """PUT /contacts/:id: what is not sent stays, but for the description."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        return await _checked_draft(asked, writer, contact)

    return await _revised(asked, revise)


async def delete_contact(asked: ListParams) -> Response:
    """DELETE /contacts/:id: the activities stay, without that attendee."""

    async def work(writer: Writer) -> None:
        contact = await writer.entity_by_seq(CONTACT, asked.id)
        await writer.delete_entity(contact.key)

    await asked.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=asked.id))


async def set_tags(asked: ListParams) -> Response:
    """POST /contacts/:id/setTags: add tags by name; those that do not exist are made."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        await validation.check(validation.TAG_NAMES, asked.members, writer)
        facts = facts_as_stored(contact)
        numbers = [await _tag(writer, name) for name in asked.members["tags"]]
        facts.tags = list(dict.fromkeys([*facts.tags, *numbers]))
        return _with_facts(contact, facts)

    return await _revised(asked, revise)


async def unset_tag(asked: ListParams) -> Response:
    """POST /contacts/:id/unsetTag: take tags away by id."""

    async def revise(writer: Writer, contact: Entity) -> EntityDraft:
        await validation.check(validation.TAG_IDS, asked.members, writer)
        numbers = ids_from_list(asked.members["tags"])
        for number in numbers:
            await writer.entity((TAG, str(number)))
        facts = facts_as_stored(contact)
        facts.tags = [tag for tag in facts.tags if tag not in numbers]
        return _with_facts(contact, facts)

    return await _revised(asked, revise)


Revise = Callable[[Writer, Entity], Awaitable[EntityDraft]]


async def _revised(asked: ListParams, revise: Revise) -> Response:
    """Answer with the contact in the path as `revise` makes it; raises NotFound."""

    async def work(writer: Writer) -> ContactDocument:
        contact = await writer.entity_by_seq(CONTACT, asked.id)
        draft = await revise(writer, contact)
        revised, _ = await writer.put_entity(contact.key, lambda _: draft)
        return await _document(asked, writer, revised)

    return respond_one(await asked.request.timeline.write(work))


async def _checked_draft(asked: ListParams, writer: Writer, old: Entity | None) -> EntityDraft:
    """What was sent about a contact; raises Rejected."""
    members = asked.members
    today = local_date(asked.request.services.clock.now(), asked.time_zone)
    rules = validation.CONTACT_CHANGE if old else validation.NEW_CONTACT
    await validation.check(rules, members, writer, last=broken_dates(members, today))
    return contact_draft(members, await _gender_id(asked, writer), today, old)


async def _gender_id(asked: ListParams, reader: Reader) -> int | None:
    """The gender that was sent by id or, if there is one, by name."""
    given = integer_of(asked.members.get("gender_id"))
    name = asked.members.get("gender")
    if given is not None or name is None:
        return given
    found = await _named(reader, GENDER, name)
    return number_of(found) if found else None


async def _tag(writer: Writer, name: str) -> int:
    """The number of the tag of that name."""
    found = await _named(writer, TAG, name)
    return number_of(found or await writer.number_entity(TAG, EntityDraft(name=name)))


async def _named(reader: Reader, entity_type: str, name: str) -> Entity | None:
    """The first of the type that has the name, in whatever case."""
    wanted = name.casefold()
    for entity in await reader.entities(EntityQuery(type=entity_type, limit=ALL)):
        if (entity.name or "").casefold() == wanted:
            return entity
    return None


def _with_facts(contact: Entity, facts: ContactFacts) -> EntityDraft:
    return EntityDraft(
        name=contact.name, attrs=changed_attrs(contact, facts), contact=contact.contact
    )


async def _document(asked: ListParams, reader: Reader, contact: Entity) -> ContactDocument:
    return (await _documents(asked, reader, [contact]))[0]


async def _documents(
    asked: ListParams, reader: Reader, contacts: Sequence[Entity]
) -> list[ContactDocument]:
    view = await asked.view(reader, {key for one in contacts for key in keys_of_contact(one)})
    return [
        contact_document(
            contact,
            view,
            activities=await reader.total(contact.key, None),
            last_activity=await _last_activity(asked, reader, contact),
        )
        for contact in contacts
    ]


async def _last_activity(asked: ListParams, reader: Reader, contact: Entity) -> str | None:
    """The date of the newest activity, as an instant."""
    newest = (await reader.page(Query(entities=(contact.key,), limit=1))).items
    return instant_text(happened_on(newest[0], asked.time_zone)) if newest else None
