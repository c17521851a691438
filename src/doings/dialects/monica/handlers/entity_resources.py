"""The handlers of all resources whose entries are entities: five for each, as its table says."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from msgspec import structs
from starlette.responses import Response

from doings.core.budget import LIST_ITEMS
from doings.core.entity import Entity, EntityDraft, EntityKey, draft_of
from doings.core.errors import NotFound, Problem, TooMuch
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import object_from_text
from doings.dialects.monica import validation
from doings.dialects.monica.documents import DeletedDocument
from doings.dialects.monica.lookup import Lookup
from doings.dialects.monica.mapping.references import RESOURCES, references_of
from doings.dialects.monica.mapping.resources.entities import (
    EntityResource,
    default_entities,
    draft_of_values,
    entity_document,
    item_of,
)
from doings.dialects.monica.mapping.resources.fields import (
    CONTACT_ID,
    Document,
    Resource,
    Values,
    rules_of_change,
    sent_values,
)
from doings.dialects.monica.operations import (
    ListParams,
    ReadDocuments,
    answer,
    respond_list,
    respond_one,
)
from doings.dialects.monica.paging import Page
from doings.dialects.monica.params import Listing
from doings.dialects.monica.validation import Rejected, integer_of

ALL_ENTRIES = 1_000_000
"""More entries than an account has of one sort: the limit of a look through all of them."""

ENTRIES_AT_A_TIME = 200
"""How many entries are deleted in one transaction."""


async def list_entries(kept: EntityResource, params: ListParams) -> Response:
    """GET: all entries of the account, by pages."""
    listing = params.listing
    query = EntityQuery(
        type=kept.type, by=listing.by, is_descending=listing.is_descending, with_partial=False
    )

    async def work(reader: Reader) -> Page:
        defaults = await missing_defaults(kept, reader)
        stored = await reader.total_entities(kept.type)
        places = _places(listing, stored, len(defaults))
        seqs: list[int] = []
        if places.stored:
            skip, limit = places.stored.start, len(places.stored)
            seqs = await reader.entity_seqs(structs.replace(query, skip=skip, limit=limit))
        page = await page_of(kept, params, reader, seqs, stored + len(defaults))
        if not places.defaults:
            return page
        shown = await _documents(kept, params, reader, [defaults[at] for at in places.defaults])
        both = page.documents + shown if listing.is_descending else shown + page.documents
        return structs.replace(page, documents=both)

    page = await params.request.timeline.read(work)
    return await respond_list(page, params, params.rest_of(reading_of(kept, params)))


async def list_entries_of_contact(kept: EntityResource, params: ListParams) -> Response:
    """GET /contacts/:id/…: the entries of one contact, by pages; of each sort it has few."""

    async def work(reader: Reader) -> Page:
        listing = params.listing
        contact = await params.lookup(reader).contact(params.id)
        found = await reader.belongings([contact.seq], [kept.type])
        columns = ("updated_at", "seq") if listing.by == "updated" else ("seq",)
        found.sort(key=attrgetter(*columns), reverse=listing.is_descending)
        seqs = [one.seq for one in found[listing.skip : listing.skip + listing.limit]]
        return await page_of(kept, params, reader, seqs, len(found))

    page = await params.request.timeline.read(work)
    return await respond_list(page, params, params.rest_of(reading_of(kept, params)))


async def show_entry(kept: EntityResource, params: ListParams) -> Response:
    """GET /:id: one entry."""

    async def work(reader: Reader) -> Document:
        entry = await _entry(kept, params, reader)
        if entry is None:
            raise NotFound(kept.type, params.id)
        return await _document(kept, params, reader, entry)

    return respond_one(await params.request.timeline.read(work))


Amend = Callable[[Writer, Entity, EntityDraft], Awaitable[EntityDraft]]
"""What else a change of an entity, or a new one, does, and the entity as it is stored then."""


async def create_entry(
    kept: EntityResource, params: ListParams, amend: Amend | None = None
) -> Response:
    """POST: make an entry."""

    async def work(writer: Writer) -> Document:
        await store_defaults(kept, writer)
        draft = await _checked_draft(kept, params, writer, None)
        made = await _added(kept, params, writer, draft)
        amended = draft if amend is None else await amend(writer, made, draft)
        if amended != draft:
            made, _ = await writer.put_entity(made.key, lambda _: amended)
        return await _document(kept, params, writer, made)

    status = kept.resource.created
    return respond_one(await params.request.timeline.write(work), status=status)


async def update_entry(
    kept: EntityResource, params: ListParams, amend: Amend | None = None
) -> Response:
    """PUT /:id: change an entry; what is not sent becomes null, unless its field says otherwise."""

    async def work(writer: Writer) -> Document:
        await store_defaults(kept, writer)
        old = await _entry(kept, params, writer)
        if old is None and kept.resource.unknown is None:
            raise NotFound(kept.type, params.id)
        draft = await _checked_draft(kept, params, writer, old, is_known=old is not None)
        known = _known(kept, params, old)
        if amend is not None:
            draft = await amend(writer, known, draft)
        changed, _ = await writer.put_entity(known.key, lambda _: draft)
        return await _document(kept, params, writer, changed)

    return respond_one(await params.request.timeline.write(work))


FindActivities = Callable[[Reader, Collection[str]], Awaitable[list[int]]]
"""Finds the activities that go with an entry, by their seqs; it is given all the entry's ids."""


async def delete_entry(
    kept: EntityResource, params: ListParams, find: FindActivities | None = None
) -> Response:
    """DELETE /:id: what refers to the entry refers to nothing from now on, or goes as well."""
    timeline = params.request.timeline
    left: list[EntityKey | int] = []
    if kept.dependent is not None:
        left = await timeline.read(
            lambda reader: _dependent(kept, params, reader, find), bounded=False
        )

    async def work(writer: Writer) -> None:
        await store_defaults(kept, writer)
        entry = await _entry(kept, params, writer)
        if entry is None:
            raise _unknown(kept, params, kept.unknown_to_delete)
        part = left[:ENTRIES_AT_A_TIME]
        for key in await writer.entities_by_key([one for one in part if not isinstance(one, int)]):
            await writer.delete_entity(key)
        for activity in await writer.activities([one for one in part if isinstance(one, int)]):
            await writer.erase(activity.seq)
        if len(left) <= ENTRIES_AT_A_TIME:
            await writer.delete_entity(entry.key)

    await timeline.write(work)
    while left := left[ENTRIES_AT_A_TIME:]:
        await timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=params.id))


async def store_defaults(kept: EntityResource, writer: Writer) -> None:
    """Store what every account has of a resource, and of those it refers to, before it is changed.

    Until then it is shown without being stored: accounts that never use Monica hold nothing of it.
    """
    types = [field.refers_to for field in kept.resource.fields if field.refers_to]
    for one in [kept, *(RESOURCES[type_] for type_ in types)]:
        for entity in await missing_defaults(one, writer):
            await writer.put_entity(entity.key, partial(_again, draft_of(entity)))


def _again(draft: EntityDraft, _: Entity | None) -> EntityDraft:
    return draft


async def missing_defaults(kept: EntityResource, reader: Reader) -> list[Entity]:
    """What every account has of a resource, and this one neither stored nor deleted yet."""
    if not kept.defaults:
        return []
    account = await reader.account()
    defaults = {one.key: one for one in default_entities(kept, account.created_at)}
    stored = await reader.entities_by_key(list(defaults))
    stored_once = stored.keys() | await reader.deleted_keys(defaults.keys())
    return [entity for key, entity in defaults.items() if key not in stored_once]


async def sent_contact(resource: Resource, members: Values, lookup: Lookup) -> Entity | None:
    """The contact that was sent for an entry, if any; raises NotFound for one that is not there."""
    if not resource.contact or members.get(CONTACT_ID) is None:
        return None
    return await lookup.contact(integer_of(members[CONTACT_ID]) or 0)


async def _checked_draft(
    kept: EntityResource,
    params: ListParams,
    writer: Writer,
    old: Entity | None,
    *,
    is_known: bool = True,
) -> EntityDraft:
    """The entry that was sent, as an entity; raises Rejected, NotFound and TooMuch."""
    resource, members = kept.resource, params.members
    first = () if is_known else (resource.unknown or "",)
    rules = resource.rules if old is None else rules_of_change(resource, kept.only_new)
    lookup = params.lookup(writer)
    await validation.check(rules, members, lookup, first=first)
    contact = await sent_contact(resource, members, lookup)
    id_ = contact.id if contact else None
    if old is not None and members.get(CONTACT_ID) is None:
        id_ = old.contact
    elif old is not None and kept.stays and id_ != old.contact:
        raise NotFound(kept.type, params.id)
    elif contact is not None and (old is None or id_ != old.contact):
        await check_room(kept, writer, contact)
        id_ = (await lookup.named_contact(integer_of(members[CONTACT_ID]) or 0)).id
    before = item_of(kept, old, params.api).values if old else None
    return draft_of_values(kept, sent_values(resource, members, before), old, id_)


async def check_room(kept: EntityResource, reader: Reader, contact: Entity) -> None:
    """Raise TooMuch for a contact that can have no more of a sort."""
    if len(await reader.belongings([contact.seq], [kept.type])) >= LIST_ITEMS:
        reason = f"a contact has at most {LIST_ITEMS:,} of a sort"
        raise TooMuch("list", Problem(CONTACT_ID, reason))


async def _added(
    kept: EntityResource, params: ListParams, writer: Writer, draft: EntityDraft
) -> Entity:
    above = params.numbers.before_own
    if kept.is_numbered:
        (made,) = await writer.number_entities(kept.type, [draft], above=above)
        return made
    return await writer.add_entity(kept.type, draft, above=above)


async def _entry(kept: EntityResource, params: ListParams, reader: Reader) -> Entity | None:
    """The entry in the path, which may be one that is shown under its seq, if there is one."""
    found = await params.lookup(reader).entity(kept.type, params.id)
    if found is not None:
        return found
    key = (kept.type, str(params.id))
    defaults = await missing_defaults(kept, reader)
    return next((one for one in defaults if one.key == key), None)


def _known(kept: EntityResource, params: ListParams, entry: Entity | None) -> Entity:
    """The entry; raises what its resource says of the change of one that does not exist."""
    if entry is None:
        raise _unknown(kept, params, kept.resource.unknown)
    return entry


def _unknown(kept: EntityResource, params: ListParams, message: str | None) -> NotFound | Rejected:
    """What is said of an entry that does not exist: the message, or that it is not found."""
    return NotFound(kept.type, params.id) if message is None else Rejected([message])


async def _dependent(
    kept: EntityResource, params: ListParams, reader: Reader, find: FindActivities | None
) -> list[EntityKey | int]:
    """What goes with the entry in the path: keys of entities, and seqs of activities."""
    entry = await _entry(kept, params, reader)
    if entry is None or kept.dependent is None:
        return []
    entity_type, attribute = kept.dependent
    all_of_type = await reader.entities(EntityQuery(type=entity_type, limit=ALL_ENTRIES))
    # One whose id is no number is referred to by the number that it is shown under.
    names = {entry.id, str(params.id)}
    keys = [
        one.key for one in all_of_type if str(object_from_text(one.attrs).get(attribute)) in names
    ]
    return [*keys, *([] if find is None else await find(reader, names))]


class _Places(NamedTuple):
    """Which of the entries that are stored, and of the defaults that are not, are on a page."""

    stored: range
    defaults: range


def _places(listing: Listing, stored: int, defaults: int) -> _Places:
    """What every account has is older than what is stored, so it comes first, or last."""
    page = range(stored + defaults)[listing.skip :][: listing.limit]
    if listing.is_descending:
        newest_first = range(defaults - 1, -1, -1)
        return _Places(
            range(stored)[page.start : page.stop],
            newest_first[max(page.start - stored, 0) : max(page.stop - stored, 0)],
        )
    return _Places(
        range(stored)[max(page.start - defaults, 0) : max(page.stop - defaults, 0)],
        range(defaults)[page.start : page.stop],
    )


async def page_of(
    kept: EntityResource, params: ListParams, reader: Reader, seqs: Sequence[int], total: int
) -> Page:
    """The page of these entries, out of so many."""
    shown, covered = await reading_of(kept, params)(reader, seqs)
    return Page(documents=shown, rest=seqs[covered:], total=total)


def reading_of(kept: EntityResource, params: ListParams) -> ReadDocuments:
    """Reads the documents of a page, as many as fit."""

    async def documents(reader: Reader, seqs: Sequence[int]) -> tuple[list[Document], int]:
        entities, covered = await reader.fitting_entities(seqs)
        return await _documents(kept, params, reader, entities), covered

    return documents


async def _document(
    kept: EntityResource, params: ListParams, reader: Reader, entity: Entity
) -> Document:
    return (await _documents(kept, params, reader, [entity]))[0]


async def _documents(
    kept: EntityResource, params: ListParams, reader: Reader, entities: Sequence[Entity]
) -> list[Document]:
    """The documents of entries, with as many statements for many as for one."""
    keys = {key for entity in entities for key in references_of(entity)}
    context = await params.render_context(reader, keys)
    return [entity_document(kept, entity, context) for entity in entities]
