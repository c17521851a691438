"""The handlers of parts of a contact that are changed by themselves: tags, work, food, meeting."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from doings.core.budget import LIST_ITEMS
from doings.core.clock import local_date
from doings.core.defaults import TAG
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import NotFound, Problem, TooMuch
from doings.core.store import Reader, Writer
from doings.dialects.monica import validation
from doings.dialects.monica.documents import ContactDocument
from doings.dialects.monica.handlers.anniversaries import keep_reminders
from doings.dialects.monica.handlers.contact_documents import contact_in_full
from doings.dialects.monica.lookup import Lookup
from doings.dialects.monica.mapping.contact_attributes import (
    Change,
    ContactFacts,
    changed_person,
    facts_as_stored,
)
from doings.dialects.monica.mapping.contact_input import changed_attrs
from doings.dialects.monica.mapping.contact_parts import INTRODUCTION, ContactPart
from doings.dialects.monica.mapping.resources.fields import Values
from doings.dialects.monica.operations import ListParams, respond_one
from doings.dialects.monica.params import ids_from_list
from doings.dialects.monica.validation import Rejected, integer_of, is_true

Revise = Callable[[Writer, Entity], Awaitable[Change]]


async def revised(params: ListParams, revise: Revise, unknown: str | None = None) -> Response:
    """Answer with the contact in the path after the change that `revise` finds for it.

    Where it is one person with others, the one who stands for all is changed, and the one that is
    named keeps a record of its own.
    Raises NotFound where there is none, or Rejected with the message `unknown`.
    """

    async def work(writer: Writer) -> ContactDocument:
        lookup = params.lookup(writer)
        contacts = await lookup.contacts([params.id])
        if not contacts and unknown is not None:
            raise Rejected([unknown])
        contact = await lookup.contact(params.id)
        change = await revise(writer, contact)
        others = await others_of(writer, contact)

        def put(one: Entity | None) -> EntityDraft:
            one = one or contact
            is_person = others and one.seq == contact.seq
            return changed_person(one, others, change) if is_person else change(one)

        changed, _ = await writer.put_entity(contacts[params.id].key, put)
        return await contact_in_full(params, writer, changed)

    return respond_one(await params.request.timeline.write(work))


async def others_of(reader: Reader, contact: Entity) -> list[Entity]:
    """The contacts that are one person with a contact who stands for them, oldest first."""
    if contact.group_seq is None:
        return []
    others = await reader.belongings([contact.seq], [CONTACT])
    found = await reader.entities_by_seq(CONTACT, [one.seq for one in others])
    return [found[one.seq] for one in others if one.seq in found]


def revision_of(contact: Entity, draft: EntityDraft) -> Entity:
    """A contact as it will be once the draft is stored."""
    return msgspec.structs.replace(contact, name=draft.name, attrs=draft.attrs)


async def update_part(part: ContactPart, params: ListParams) -> Response:
    """PUT /contacts/:id/…: replace a part of a contact; what is not sent becomes null."""
    today = local_date(params.request.services.clock.now(), params.time_zone)

    async def revise(writer: Writer, contact: Entity) -> Change:
        members = params.members
        lookup = params.lookup(writer)
        await validation.check(part.rules, members, lookup, last=part.broken(members, today))
        if facts_as_stored(contact).is_partial:
            raise Rejected(["The contact can't be a partial contact"])
        introducer = await _introducer(lookup, members) if part is INTRODUCTION else None

        def change(one: Entity) -> EntityDraft:
            facts = facts_as_stored(one)
            part.put(facts, members, today)
            if part is INTRODUCTION:
                facts.first_met_through = introducer
            return _with_facts(one, facts)

        if part.dated:
            asked = {part.dated: is_true(members.get("add_reminder"))}
            revision = revision_of(contact, change(contact))
            above = params.numbers.before_own
            await keep_reminders(writer, revision, asked, contact, above=above)
        return change

    return await revised(params, revise, part.unknown)


async def set_tags(params: ListParams) -> Response:
    """POST /contacts/:id/setTags: add tags by name; those that do not exist are made."""

    async def revise(writer: Writer, _: Entity) -> Change:
        await validation.check(validation.TAG_NAMES, params.members, params.lookup(writer))
        names = [name for name in params.members["tags"] if name is not None]
        more = await _tags(params, writer, names)
        return partial(_with_tags, lambda own: _added(own, more))

    return await revised(params, revise)


async def unset_tag(params: ListParams) -> Response:
    """POST /contacts/:id/unsetTag: take tags away by id; empty elements are passed over."""

    async def revise(writer: Writer, _: Entity) -> Change:
        await validation.check(validation.TAG_IDS, params.members, params.lookup(writer))
        sent = [tag for tag in params.members["tags"] if tag is not None and integer_of(tag) != 0]
        numbers = set(ids_from_list(sent))
        known = await params.lookup(writer).entities(TAG, list(numbers))
        for number in numbers:
            if number not in known:
                raise NotFound(TAG, number)
        return partial(_with_tags, lambda own: [tag for tag in own if tag not in numbers])

    return await revised(params, revise)


async def unset_tags(params: ListParams) -> Response:
    """POST /contacts/:id/unsetTags: take all tags away."""

    async def revise(_: Writer, __: Entity) -> Change:
        return partial(_with_tags, lambda _: [])

    return await revised(params, revise)


def _added(own: Sequence[int], more: Sequence[int]) -> list[int]:
    """The tags with more of them; raises TooMuch."""
    tags = list(dict.fromkeys([*own, *more]))
    if len(tags) > max(LIST_ITEMS, len(own)):
        raise TooMuch("list", Problem("tags", f"a contact has at most {LIST_ITEMS:,}"))
    return tags


def _with_tags(revise: Callable[[list[int]], list[int]], contact: Entity) -> EntityDraft:
    facts = facts_as_stored(contact)
    facts.tags = revise(facts.tags)
    return _with_facts(contact, facts)


async def numbers_by_name(params: ListParams, reader: Reader, entity_type: str) -> dict[str, int]:
    """The number of the first entity of the type that has each name, folded to lower case."""
    found: dict[str, int] = {}
    for seq, id_, name in await reader.entity_names(entity_type):
        found.setdefault((name or "").casefold(), params.numbers.of_id(entity_type, id_, seq))
    return found


async def _tags(params: ListParams, writer: Writer, names: Sequence[str]) -> list[int]:
    """The numbers of the tags of these names; those that do not exist are made."""
    numbers = await numbers_by_name(params, writer, TAG)
    new: dict[str, EntityDraft] = {}
    for name in names:
        if name.casefold() not in numbers:
            new.setdefault(name.casefold(), EntityDraft(name=name))
    if new:
        drafts = list(new.values())
        made = await writer.number_entities(TAG, drafts, above=params.numbers.before_own)
        numbers |= {(tag.name or "").casefold(): params.numbers.of_entity(tag) for tag in made}
    return [numbers[name.casefold()] for name in names]


async def _introducer(lookup: Lookup, members: Values) -> int | None:
    """The seq of the contact through whom one has met, who is named by the number.

    Raises NotFound for one who is not there.
    """
    number = integer_of(members.get("met_through_contact_id"))
    if number is None:
        return None
    found = await lookup.contacts([number])
    if number not in found:
        raise NotFound(CONTACT, number)
    return found[number].seq


def _with_facts(contact: Entity, facts: ContactFacts) -> EntityDraft:
    return EntityDraft(
        name=contact.name, attrs=changed_attrs(contact, facts), contact=contact.contact
    )
