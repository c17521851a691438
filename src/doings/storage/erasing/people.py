"""The entities that one erasure erases: the one that is named, and all that belongs to it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doings.core.entity import PEOPLE, Entity, EntityKey
from doings.core.erasing.erasure import opaque_id
from doings.core.erasing.names import Words, words_of_entity, words_of_id
from doings.core.errors import Conflict, NotFound
from doings.storage.engine import Row
from doings.storage.erasing.copies import forget_copies, redact_webhooks, revoke_addresses
from doings.storage.erasing.job import Job, Member
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql import log_statements as log
from doings.storage.sql.rows import entity_from_row
from doings.storage.transaction import ReadTransaction, Transaction
from doings.storage.writing import entity_rows
from doings.storage.writing.relinks import BEGIN

TOGETHER = 40
"""How many things that belong to somebody one transaction erases."""

ALL = 1 << 40
"""More things than go with anybody."""

CHANGES = 1 << 40
"""More changes than an entity has: each may hold what it was called."""


class Stored(NamedTuple):
    """An entity as it is stored, a deleted one, too; `words` are what it is called."""

    entity: Entity
    words: Words


async def named(transaction: Transaction, key: EntityKey) -> Stored:
    """The entity that is to be erased; raises NotFound, and Conflict where a hold keeps it.

    It is the one that stands for the key. All that are one with it go along.
    """
    row = await transaction.fetch_one(sql.STORED_ENTITY, type=key[0], id=key[1])
    stored = None if row is None else _stored(row)
    if stored is None or stored.entity.is_erased:
        raise NotFound(*key)
    now = transaction.clock.now()
    held = await transaction.fetch_one(sql.HOLD_OF_ANY, seq=stored.entity.seq, now=now)
    if held is not None:
        msg = f"{held[0]} {held[1]} is on hold and cannot be erased"
        raise Conflict(msg)
    return stored


async def belongings(transaction: ReadTransaction, seqs: Sequence[int], limit: int) -> list[Stored]:
    """What goes with the entities of these seqs and is not erased yet.

    It is what belongs to them, and what is one person with one of them. Whatever else is to go with
    somebody is found here.
    """
    rows = await transaction.fetch(sql.ONE_WITH, seqs=list(seqs), limit=limit)
    rows += await transaction.fetch(sql.BELONGINGS, seqs=list(seqs), limit=limit)
    found = {row[0]: row for row in rows}
    return [_stored(row) for row in list(found.values())[:limit]]


async def all_with(transaction: ReadTransaction, stored: Stored) -> list[Stored]:
    """An entity, and all that goes with it."""
    found, seqs = {stored.entity.seq: stored}, [stored.entity.seq]
    while seqs:
        more = await belongings(transaction, seqs, ALL)
        seqs = [one.entity.seq for one in more if one.entity.seq not in found]
        found |= {one.entity.seq: one for one in more if one.entity.seq not in found}
    return list(found.values())


def _stored(row: Row) -> Stored:
    *columns, name, attrs = row
    entity = entity_from_row(tuple(columns))
    whole = msgspec.structs.replace(entity, name=name, attrs=attrs)
    words = words_of_entity(entity.type, name, attrs)
    return Stored(whole, words | words_of_id(entity.id) if entity.type in PEOPLE else words)


def member_of(key: bytes, account_id: int, entity: Entity) -> Member:
    """What is noted of an entity that is erased."""
    opaque = opaque_id(key, account_id, entity.key, entity.seq)
    return Member(entity.seq, entity.type, entity.id, opaque, BEGIN, 0, 0)


async def erase_people(job: Job, erasure: str, found: Sequence[tuple[Stored, Member]]) -> Words:
    """Take everything from these entities but their places; returns what they were called.

    From then on each link to them shows the opaque id.
    """
    transaction, words = job.transaction, Words()
    for stored, member in found:
        words |= stored.words | await earlier_words(transaction, stored.entity)
        await _note(transaction, erasure, member)
        earlier = await _changes_of(transaction, member.entity)
        earlier |= await _redact_merges(job, member.entity)
        # First, so that the leaf of the entity's change tells which leaves lost their salts.
        await forget_copies(job, sorted(earlier))
        await entity_rows.erase(transaction, stored.entity, member.opaque_id)
        await transaction.execute(sql.DROP_IMPORT_PASTS, seqs=[member.entity])
        await transaction.execute(sql.DROP_HOLDS, entities=[member.entity])  # one that has ended
    await transaction.write_tallies()
    names = {
        f"{member.type}:{member.id}": f"{member.type}:{member.opaque_id}" for _, member in found
    }
    await redact_webhooks(transaction, names)
    await revoke_addresses(transaction, {member.key for _, member in found})
    return words


async def register_merged(
    transaction: Transaction, erasure: str, found: Sequence[tuple[Stored, Member]]
) -> None:
    """Enter in the register those that are one with another entity."""
    for stored, member in found:
        if stored.entity.group_seq is not None:
            await transaction.execute(
                sql.ADD_ERASURE_OF_MERGED,
                id=transaction.clock.new_id(),
                entity=f"{member.type}:{member.opaque_id}",
                erasure=erasure,
            )


async def _redact_merges(job: Job, entity: int) -> set[int]:
    """Take away why an entity was merged; returns the seqs of changes that tell of it to others.

    These are of merges that were reverted, as others whom it was merged with may stay. What is in a
    merge that holds goes along, with its own changes.
    """
    found: set[int] = set()
    rows = await job.transaction.fetch(sql.MERGES_OF_ENTITY, entity=entity)
    for change, seq, merged, reverted_at in rows:
        told = range(seq, seq + 1 + len(merged.split()))
        if change in told:
            await job.execute(sql.REDACT_MERGE, seq=seq)
            found.update(told if reverted_at is not None else ())
    return found


async def count_copies(job: Job, members: Sequence[Member]) -> None:
    """Count what holds copies of entities, without changing anything."""
    seqs: set[int] = set()
    for member in members:
        seqs |= await _changes_of(job.transaction, member.entity)
        seqs |= await _redact_merges(job, member.entity)
    await forget_copies(job, sorted(seqs))


async def _note(transaction: Transaction, erasure: str, member: Member) -> None:
    await transaction.execute(
        sql.ADD_MEMBER,
        entity=member.entity,
        erasure=erasure,
        type=member.type,
        id=member.id,
        opaque_id=member.opaque_id,
        occurred_at=member.occurred_at,
    )


async def earlier_words(transaction: ReadTransaction, entity: Entity) -> Words:
    """What an entity was called before, as its changes and imports know."""
    words, after = Words(), 0
    while rows := await transaction.fetch(
        log.PAST_OF_ENTITY, entity=entity.seq, after=after, limit=TOGETHER
    ):
        for row in rows:
            words |= words_of_entity(entity.type, row[2], row[3])
        after = rows[-1][0]
    for _, _, before in await transaction.fetch(sql.IMPORT_PASTS, seqs=[entity.seq]):
        draft = msgspec.json.decode(before)
        words |= words_of_entity(entity.type, draft["name"], draft["attrs"])
    return words


async def _changes_of(transaction: ReadTransaction, entity: int) -> set[int]:
    """The seqs of an entity's changes, the one that made it first."""
    rows = await transaction.fetch(sql.CHANGES_OF_ENTITY, entity_seq=entity, limit=CHANGES)
    return {entity, *[seq for (seq,) in rows]}
