"""Reads contacts in full, with what is kept with them and counted of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

import msgspec

from doings.core.activity import Activity
from doings.core.budget import PAGE_BYTES, fitting_count
from doings.core.clock import local_date, start_of_date
from doings.core.defaults import ADDRESS, CONTACT_FIELD, REMINDER, TASK
from doings.core.entity import CONTACT, Entity
from doings.core.store import Reader
from doings.core.store.counts import NEWEST, TimelineSummary
from doings.core.store.entities import Belonging
from doings.dialects.monica.documents import ContactDocument
from doings.dialects.monica.mapping.activity import happened_on
from doings.dialects.monica.mapping.contact import (
    ContactParts,
    contact_document,
    keys_of_contact,
)
from doings.dialects.monica.mapping.contact_attributes import (
    ContactFacts,
    facts_of,
    facts_of_person,
    instant_text,
)
from doings.dialects.monica.mapping.contact_short import keys_of_attendee
from doings.dialects.monica.mapping.references import references_of
from doings.dialects.monica.mapping.resources.activities import ActivityResource
from doings.dialects.monica.mapping.resources.happened import CALLS, NOTES
from doings.dialects.monica.operations import ListParams
from doings.dialects.monica.params import WITH
from doings.httpkit.input.params import last

CONTACT_FIELDS_TOO = "contactfields"


def wants_fields(params: ListParams) -> bool:
    """Whether contacts are asked for with how they are reached."""
    return last(params.request.query, WITH) == CONTACT_FIELDS_TOO


async def contact_in_full(params: ListParams, reader: Reader, contact: Entity) -> ContactDocument:
    """The document of one contact."""
    shown, _ = await contacts_in_full(params, reader, [contact], with_fields=wants_fields(params))
    return shown[0]


async def fitting_contacts(
    params: ListParams, reader: Reader, seqs: Sequence[int], *, with_fields: bool
) -> tuple[list[ContactDocument], int]:
    """The documents of the first of these contacts, as many as a page may hold; how many."""
    contacts, covered = await reader.fitting_entities(seqs)
    shown, count = await contacts_in_full(params, reader, contacts, with_fields=with_fields)
    if count < len(contacts):
        covered = seqs.index(contacts[count].seq)
    return shown, covered


class _Kept(msgspec.Struct, frozen=True):
    """What is kept with contacts: entities by the contact's seq, and how many there are.

    `others` are the contacts who are one person with each.
    """

    entities: dict[int, list[Entity]]
    others: dict[int, list[Entity]]
    counts: Counter[tuple[int, str]]
    covered: int


async def contacts_in_full(
    params: ListParams, reader: Reader, contacts: Sequence[Entity], *, with_fields: bool
) -> tuple[list[ContactDocument], int]:
    """The documents of the first of these contacts, as many as a page may hold; how many.

    There are as many statements for many contacts as for one.
    """
    kept = await _kept(reader, [contact.seq for contact in contacts], with_fields=with_fields)
    shown = contacts[: kept.covered]
    totals = await reader.totals_by_kind_of(shown, (*NOTES.kinds, *CALLS.kinds))
    notes = await _notes(reader, [one.seq for one in shown], totals if with_fields else {})
    shown = shown[: notes.covered]
    facts = {
        contact.seq: facts_of_person(contact, kept.others.get(contact.seq, ())) for contact in shown
    }
    introducers = await _introducers(reader, list(facts.values()))
    keys = {key for known in facts.values() for key in keys_of_contact(known)}
    keys |= {key for one in introducers.values() for key in references_of(one)}
    others = [one for entities in kept.entities.values() for one in entities]
    # What is kept with a contact shows the contact, too, which is at hand.
    keys |= {key for one in others for key in references_of(one) if key[0] != CONTACT}
    noted = [one for of_contact in notes.of.values() for one in of_contact]
    named = [contact for one in noted for contact in one.contacts()[:1]]
    keys |= {key for one in named for key in keys_of_attendee(facts_of(one))}
    context = await params.render_context(reader, keys)
    context.entities.update({one.key: one for one in named})
    summaries = await reader.timeline_summaries(list(facts))
    called = [one.seq for one in shown if _sum(totals[one.seq], CALLS)]
    last_called = await reader.last_of_kind(called, CALLS.kinds[0])
    documents = [
        contact_document(
            contact,
            facts[contact.seq],
            context,
            ContactParts(
                activities=summaries[contact.seq].total,
                last_activity=_last_activity(summaries[contact.seq], params.time_zone),
                notes=_sum(totals[contact.seq], NOTES),
                calls=_sum(totals[contact.seq], CALLS),
                tasks=kept.counts[contact.seq, TASK],
                reminders=kept.counts[contact.seq, REMINDER],
                last_called=_last_called(last_called.get(contact.seq), params.time_zone),
                kept=kept.entities.get(contact.seq, []),
                with_fields=with_fields,
                newest_notes=notes.of.get(contact.seq, []),
                introducer=introducers.get(facts[contact.seq].first_met_through or 0),
            ),
        )
        for contact in shown
    ]
    return documents, len(shown)


async def _kept(reader: Reader, seqs: Sequence[int], *, with_fields: bool) -> _Kept:
    """What is kept with the first of these contacts, as much as a page may hold."""
    belongings = await reader.belongings(seqs, (ADDRESS, CONTACT_FIELD, TASK, REMINDER, CONTACT))
    counts = Counter([(one.contact, one.type) for one in belongings])
    types = (ADDRESS, CONTACT, CONTACT_FIELD) if with_fields else (ADDRESS, CONTACT)
    wanted: list[Belonging] = []
    sizes: Counter[int] = Counter()
    for one in belongings:
        # A contact shows no more than a page may hold; the lists of its own show the rest.
        if one.type in types and sizes[one.contact] + one.size <= PAGE_BYTES:
            sizes[one.contact] += one.size
            wanted.append(one)
    covered = fitting_count([sizes[seq] for seq in seqs])
    first = set(seqs[:covered])
    entities: dict[int, list[Entity]] = {}
    others: dict[int, list[Entity]] = {}
    for type_ in types:
        of_type = {one.seq: one.contact for one in wanted if one.type == type_}
        of_type = {seq: contact for seq, contact in of_type.items() if contact in first}
        if of_type:
            found = await reader.entities_by_seq(type_, list(of_type))
            for seq, contact in of_type.items():
                kept = others if type_ == CONTACT else entities
                kept.setdefault(contact, []).append(found[seq])
    return _Kept(entities, others, counts, covered)


class _Notes(msgspec.Struct, frozen=True):
    """The newest notes of the first of some contacts, by their seqs, newest first; how many."""

    of: dict[int, list[Activity]]
    covered: int


async def _notes(reader: Reader, seqs: Sequence[int], totals: Mapping[int, Counter[str]]) -> _Notes:
    """The newest notes of the first of these contacts, as many as a page may hold.

    `totals` say who has any, by their kinds.
    """
    newest: dict[int, set[int]] = {}
    for kind in NOTES.kinds:
        noted = [seq for seq, of_contact in totals.items() if of_contact[kind]]
        for seq, those in (await reader.newest_of_kind(noted, kind)).items():
            newest.setdefault(seq, set()).update(those)
    if not newest:
        return _Notes({}, len(seqs))
    wanted = [one for seq in seqs for one in newest.get(seq, ())]
    found, covered = await reader.fitting_activities(wanted)
    read, known = set(wanted[:covered]), {one.seq: one for one in found}
    of: dict[int, list[Activity]] = {}
    for count, seq in enumerate(seqs):
        those = newest.get(seq, set())
        if count and not those <= read:
            return _Notes(of, count)
        notes = [known[one] for one in those if one in known]
        notes.sort(key=attrgetter("occurred_at", "seq"), reverse=True)
        of[seq] = notes[:NEWEST]
    return _Notes(of, len(seqs))


async def _introducers(reader: Reader, facts: Sequence[ContactFacts]) -> dict[int, Entity]:
    """The contacts through whom one met these, or who stands for them, by seq."""
    seqs = {known.first_met_through for known in facts if known.first_met_through is not None}
    if not seqs:
        return {}
    named = await reader.entities_by_seq(CONTACT, list(seqs))
    standing = await reader.entities_by_key([one.key for one in named.values()])
    return {seq: standing[one.key] for seq, one in named.items() if one.key in standing}


def _sum(totals: Counter[str], kept: ActivityResource) -> int:
    """How many entries of a resource there are."""
    return sum(totals[kind] for kind in kept.kinds)


def _last_called(at: int | None, time_zone: str) -> int | None:
    """The instant of the newest call, as the call shows it: a date is its midnight in UTC.

    A call that begins a day of the account's zone is taken for one whose date alone is known.
    """
    if at is None:
        return None
    day = local_date(at, time_zone)
    return start_of_date(day, "UTC") if at == start_of_date(day, time_zone) else at


def _last_activity(summary: TimelineSummary, time_zone: str) -> str | None:
    """The date of the newest activity, as an instant."""
    return instant_text(happened_on(summary.newest, time_zone)) if summary.newest else None
