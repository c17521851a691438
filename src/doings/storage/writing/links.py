"""Which links an activity has.

Those given, those its data names, and those that follow from whom a linked thing belongs to.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import (
    DERIVED_ROLES,
    NAMED_IN_DATA,
    OWNER,
    Activity,
    Draft,
    named_links,
)
from doings.core.clock import local_date
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.kinds.rules import implied_keys
from doings.storage.reading.entities import by_seqs_with_deleted, entity
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.entity_statements import RESOLVE_ENTITIES
from doings.storage.sql.merge_statements import GROUPS_OF_ENTITIES
from doings.storage.sql.rows import LinkRow, Roles, ids_by_type
from doings.storage.sql.select import EVERYTHING
from doings.storage.transaction import Transaction
from doings.storage.writing import entity_rows


class Known(msgspec.Struct, frozen=True, gc=False):
    """As much of an entity as linking to it takes."""

    seq: int
    is_contact: bool
    owner: int | None
    is_taken_back: bool = False


KnownByKey = dict[EntityKey, Known]

Naming = tuple[EntityKey, str | None, str]
"""(entity, name, role): a link before its entity is looked up."""

Linking = tuple[Roles, bool]
"""What an activity is linked to, and whether a contact is among it."""


def namings(draft: Draft) -> list[Naming]:
    """The links given, less the roles that only the server gives, then those that data names."""
    given = [
        ((link.type, link.id), link.name, link.role)
        for link in draft.links
        if link.role not in DERIVED_ROLES
    ]
    implied = [(key, None, NAMED_IN_DATA) for key in implied_keys(draft.kind, draft.data)]
    return [*given, *implied] if implied else given


class Gone(NamedTuple):
    """The linked entities that were deleted, or erased, where drafts come from."""

    deleted: frozenset[EntityKey] = frozenset()
    erased: frozenset[EntityKey] = frozenset()


NONE_GONE = Gone()


def gone_elsewhere(drafts: Iterable[Draft]) -> Gone:
    """What the drafts say of the entities that they link to."""
    gone = [link for draft in drafts for link in draft.links if link.is_deleted or link.is_erased]
    if not gone:
        return NONE_GONE
    erased = frozenset([link.key for link in gone if link.is_erased])
    return Gone(frozenset([link.key for link in gone]) - erased, erased)


async def resolve(
    transaction: Transaction,
    named: Iterable[tuple[EntityKey, str | None]],
    gone: Gone = NONE_GONE,
) -> KnownByKey:
    """Look entities up by (type, id); those that do not exist are made, with the name given.

    Those that are `gone` are made as deleted or erased ones, so that a history that moves says the
    same.
    """
    names: dict[EntityKey, str | None] = {}
    for key, name in named:
        if names.get(key) is None:
            names[key] = name
    known = await _existing(transaction, names)
    for key in [key for key in names if key in known and known[key].is_taken_back]:
        known[key] = await _made_again(transaction, known[key], EntityDraft(name=names[key]))
    missing = [key for key in names if key not in known]
    if missing:
        first = await transaction.advance(len(missing))
        drafts = [
            (first + index, key, EntityDraft(name=names[key]), None)
            for index, key in enumerate(missing)
        ]
        await entity_rows.add_many(transaction, drafts)
        for seq, key, _, _ in drafts:
            known[key] = Known(seq, key[0] == CONTACT, None)
        for key in gone.deleted.intersection(missing):
            await entity_rows.remove(transaction, await entity(transaction, key))
        for key in gone.erased.intersection(missing):
            await entity_rows.erase(transaction, await entity(transaction, key), key[1])
    return known


async def _made_again(transaction: Transaction, taken: Known, draft: EntityDraft) -> Known:
    """An entity that an undo took back, as if it were new."""
    old = (await by_seqs_with_deleted(transaction, {taken.seq}))[taken.seq]
    await entity_rows.replace(transaction, old, draft, None)
    return Known(taken.seq, taken.is_contact, None)


async def _existing(transaction: Transaction, names: Iterable[EntityKey]) -> KnownByKey:
    known: KnownByKey = {}
    for entity_type, ids in ids_by_type(names).items():
        is_contact = entity_type == CONTACT
        rows = await transaction.fetch(RESOLVE_ENTITIES, type=entity_type, ids=ids)
        for entity_id, seq, owner, is_taken_back in rows:
            known[entity_type, entity_id] = Known(seq, is_contact, owner, bool(is_taken_back))
    return known


def roles_of(links: Iterable[tuple[Known, str]]) -> Linking:
    """Each linked entity once with all its roles, owners last; and whether any is a contact.

    One entity may be named several times (as actor and in the data), and belong to a contact that
    is named itself. The order is that of the links, because answers show it. Owners come after all
    others, so that a contact which is named and also follows keeps the place where it was named.
    """
    roles: Roles = {}
    owners: list[int] = []
    has_contact = False
    for known, role in links:
        held = roles.get(known.seq)
        if held is None:
            roles[known.seq] = [role]
        elif role not in held:
            held.append(role)
        if known.owner is not None:
            owners.append(known.owner)
        if known.is_contact:
            has_contact = True
    for owner in owners:
        held = roles.setdefault(owner, [])
        if OWNER not in held:
            held.append(OWNER)
    return roles, has_contact or bool(owners)


def link_rows(seq: int, occurred_at: int, kind: str, entities: Iterable[int]) -> list[LinkRow]:
    """The rows for one activity, that of the whole account first."""
    return [(entity, occurred_at, seq, kind) for entity in (EVERYTHING, *entities)]


def roles_as_stored(activity: Activity) -> Roles:
    """The roles of a stored activity's links, as it names them."""
    return {link.entity.seq: list(link.roles) for link in named_links(activity.links)}


class Move(NamedTuple):
    """An activity as it was, its new state, and what it is linked to from now on."""

    old: Activity
    new: Activity | Draft
    roles: Roles
    has_contact: bool


async def change_links(transaction: Transaction, moves: Sequence[Move]) -> None:
    """Take activities' links and counts away and set those of their new state."""
    await remove_links(transaction, [move.old for move in moves])
    time_zone = await transaction.time_zone()
    rows: list[LinkRow] = []
    concerns: list[tuple[int, int]] = []
    for old, new, roles, has_contact in moves:
        rows += link_rows(old.seq, new.occurred_at, new.kind, roles)
        if has_contact:
            concerns.append((old.seq, local_date(new.occurred_at, time_zone).year))
    await transaction.execute_many(sql.ADD_LINK, sorted(rows))
    await count(transaction, rows)
    transaction.tallies.update(tallies.of_concerns(concerns))


async def count(
    transaction: Transaction, rows: Sequence[LinkRow], *, is_removal: bool = False
) -> None:
    """Count activities, or count them no more; `rows` are all links of each of them."""
    change = transaction.tallies.subtract if is_removal else transaction.tallies.update
    change(tallies.of_links(rows))
    if await transaction.has_merges():
        seqs = list({entity for entity, *_ in rows})
        groups: dict[int, int] = dict(await transaction.fetch(GROUPS_OF_ENTITIES, seqs=seqs))
        change(tallies.of_groups(rows, groups))


async def remove_links(transaction: Transaction, activities: Sequence[Activity]) -> None:
    """Take activities out of every timeline and count."""
    time_zone = await transaction.time_zone()
    rows: list[LinkRow] = []
    concerns: list[tuple[int, int]] = []
    for activity in activities:
        at, seq, kind = activity.occurred_at, activity.seq, activity.kind
        rows += link_rows(seq, at, kind, roles_as_stored(activity))
        if any(link.entity.type == CONTACT for link in activity.links):
            concerns.append((seq, local_date(at, time_zone).year))
    await transaction.execute_many(sql.DELETE_LINK, sorted(row[:3] for row in rows))
    await count(transaction, rows, is_removal=True)
    transaction.tallies.subtract(tallies.of_concerns(concerns))
