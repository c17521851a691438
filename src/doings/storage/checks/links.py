"""Checks what activities are linked to: against the entities, and against their timelines."""

from collections.abc import Collection, Iterator
from itertools import islice

import msgspec

from doings.core.activity import OWNER
from doings.core.entity import CONTACT
from doings.storage.checks import statements as sql
from doings.storage.checks.counts import named
from doings.storage.engine import Row
from doings.storage.sql.rows import linked_from_text
from doings.storage.sql.select import EVERYTHING
from doings.storage.sql.statements import RELINKS_OF_ACCOUNT
from doings.storage.transaction import ReadTransaction

ACTIVITY_CHUNK = 200
"""How many links are looked for in one go."""


class Linking(msgspec.Struct, frozen=True):
    """An activity, and the roles of whatever it is linked to by the entity's seq."""

    seq: int
    occurred_at: int
    has_contact: bool
    roles: dict[int, tuple[str, ...]]


class Linkable(msgspec.Struct, frozen=True):
    """An entity, as far as linking to it goes."""

    is_contact: bool
    contact: int | None


async def findings(transaction: ReadTransaction, rows: Collection[Row]) -> list[str]:
    """What is wrong with these rows of `ACTIVITIES_OF_BLOCK`."""
    linkings, found = [], []
    for row in rows:
        seq, has_contact, occurred_at, linked = row[0], row[4], row[7], row[8]
        try:
            roles = dict(linked_from_text(linked))
        except ValueError:
            found.append(f"activity {seq} is linked to {linked!r}, which cannot be read")
        else:
            linkings.append(Linking(seq, occurred_at, bool(has_contact), roles))
    linked_seqs = sorted({entity for linking in linkings for entity in linking.roles})
    entities = {
        seq: Linkable(type_ == CONTACT, contact)
        for seq, type_, contact in await transaction.fetch(sql.LINKED_ENTITIES, seqs=linked_seqs)
    }
    unfinished = {entity for (entity,) in await transaction.fetch(RELINKS_OF_ACCOUNT)}
    for linking in linkings:
        found += _entity_findings(linking, entities)
        if unfinished.isdisjoint(linking.roles):
            found += _owner_findings(linking, entities)
    return found + await _timeline_findings(transaction, linkings)


def _entity_findings(linking: Linking, entities: dict[int, Linkable]) -> Iterator[str]:
    name = f"activity {linking.seq}"
    known = {seq: entities[seq] for seq in linking.roles if seq in entities}
    for seq in sorted(linking.roles.keys() - known.keys()):
        yield f"{name} is linked to {named(seq)}, which does not exist"
    if linking.has_contact != any(entity.is_contact for entity in known.values()):
        word = "a" if linking.has_contact else "no"
        yield f"{name} says it concerns {word} contact, its links do not"


def _owner_findings(linking: Linking, entities: dict[int, Linkable]) -> Iterator[str]:
    name = f"activity {linking.seq}"
    known = [entities[seq] for seq in linking.roles if seq in entities]
    owners = {entity.contact for entity in known if entity.contact is not None}
    said = {seq for seq, roles in linking.roles.items() if OWNER in roles}
    for seq in sorted(owners - said):
        yield f"{name} does not say that {named(seq)} owns what it is linked to"
    for seq in sorted(said - owners):
        yield f"{name} says owner of {named(seq)}, which nothing that is linked makes it"


async def _timeline_findings(transaction: ReadTransaction, linkings: list[Linking]) -> list[str]:
    """Whether each activity lies in the timeline of everything and of all that it names."""
    keys = iter(
        [
            (entity, linking.occurred_at, linking.seq)
            for linking in linkings
            for entity in (EVERYTHING, *linking.roles)
        ]
    )
    found: list[str] = []
    while chunk := list(islice(keys, ACTIVITY_CHUNK)):
        values = {
            f"{name}_{number}": value
            for number, key in enumerate(chunk)
            for name, value in zip(("entity", "occurred_at", "activity_seq"), key, strict=True)
        }
        there = set(await transaction.fetch(sql.links_named(len(chunk)), **values))
        found += [
            f"activity {seq} is missing in the timeline of {named(entity)}"
            for entity, occurred_at, seq in chunk
            if (entity, occurred_at, seq) not in there
        ]
    return found
