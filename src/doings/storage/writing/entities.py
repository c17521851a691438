"""Entities put, created and deleted, with what follows for the links of their activities."""

from collections.abc import Callable, Sequence

from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey, checked_id, checked_type
from doings.core.errors import Conflict, Invalid
from doings.storage.reading.entities import by_keys, entity, entity_or_none
from doings.storage.sql import entity_statements as sql
from doings.storage.transaction import Transaction
from doings.storage.writing import entity_rows, links, own_records, relinks

MAX_NUMBER = 10**18 - 1
"""The greatest number that an entity is given."""


async def put(
    transaction: Transaction,
    key: EntityKey,
    revise: Callable[[Entity | None], EntityDraft],
    *,
    is_whole: bool = False,
) -> tuple[Entity, bool]:
    """Create (True) or replace an entity by what `revise` makes of the one there is.

    Where another one stands for it, it is that one; its own record is kept as well, for when they
    are parted.
    """
    checked_type(key[0])
    checked_id(key[1])
    old = await entity_or_none(transaction, key)
    if old is not None and old.is_erased:
        msg = f"{key[0]} {key[1]} was erased, and nothing can be said of it any more"
        raise Conflict(msg)
    alive = old if old is not None and not old.is_deleted else None
    draft = revise(alive)
    contact = await _owner(transaction, key, draft, old)
    if old is None:
        await _add(transaction, await transaction.advance(1), key, draft, contact)
        await transaction.write_tallies()
        return await entity(transaction, key), True
    path = await own_records.path_from(transaction, key) if old.key != key else []
    named = path[0] if path else old
    whole = named.seq if is_whole and named.group_seq is not None else None
    via = path[0].seq if path else whole
    new = await entity_rows.replace(transaction, old, draft, contact, via=via)
    if draft.contact != old.contact:
        await relinks.begin(transaction, old.seq)
    for place, one in enumerate(path):
        own = draft if one.is_deleted else revise(one)
        owner = await _owner(transaction, one.key, own, one)
        await entity_rows.replace(transaction, one, own, owner, via=via if place else whole)
        if own.contact != one.contact:
            await relinks.begin(transaction, one.seq)
    await transaction.write_tallies()
    if contact is not None and draft.contact != old.contact and await transaction.has_merges():
        # It shows who stands for the contact that it was given.
        new = await entity(transaction, key)
    return new, alive is None


async def create(
    transaction: Transaction, entity_type: str, draft: EntityDraft, *, above: int = 0
) -> Entity:
    """Create an entity whose id is `above` and its seq, or a UUID where that is taken."""
    key = (entity_type, "")
    contact = await _owner(transaction, key, draft)
    seq = await transaction.advance(1)
    if await entity_or_none(transaction, (entity_type, str(above + seq))) is None:
        key = (entity_type, str(above + seq))
    else:
        key = (entity_type, transaction.clock.new_id())
    await _add(transaction, seq, key, draft, contact)
    await transaction.write_tallies()
    return await entity(transaction, key)


async def create_numbered(
    transaction: Transaction, entity_type: str, drafts: Sequence[EntityDraft], *, above: int = 0
) -> list[Entity]:
    """Create entities whose ids are the next numbers of their type, greater than `above`."""
    row = await transaction.fetch_one(sql.GREATEST_NUMBER, type=entity_type)
    number = max(above, int(row[0] or 0) if row else 0)
    if number + len(drafts) > MAX_NUMBER:
        raise Invalid.of("id", f"no number is left for another {entity_type}")
    keys = [(entity_type, str(number + place)) for place in range(1, len(drafts) + 1)]
    owners = [
        await _owner(transaction, key, draft) for key, draft in zip(keys, drafts, strict=True)
    ]
    contacts = [owner and owner.seq for owner in owners]
    first = await transaction.advance(len(drafts))
    seqs = range(first, first + len(drafts))
    await entity_rows.add_many(transaction, list(zip(seqs, keys, drafts, contacts, strict=True)))
    await transaction.write_tallies()
    made = await by_keys(transaction, keys)
    return [made[key] for key in keys]


async def delete(transaction: Transaction, key: EntityKey) -> Entity:
    """Delete an entity, whose activities stay; raises NotFound."""
    deleted = await entity(transaction, key)
    path = await own_records.path_from(transaction, key) if deleted.key != key else []
    await entity_rows.remove(transaction, deleted, via=_via(path))
    for place, one in enumerate(path):
        if not one.is_deleted:
            await entity_rows.remove(transaction, one, via=_via(path) if place else None)
    await transaction.write_tallies()
    return deleted


def _via(path: Sequence[Entity]) -> int | None:
    """The seq of the merged entity that a write names, if it names one."""
    return path[0].seq if path else None


async def _owner(
    transaction: Transaction, key: EntityKey, draft: EntityDraft, old: Entity | None = None
) -> entity_rows.Owner | None:
    """The contact an entity is to belong to, made if there is none; raises Invalid.

    An entity that stays with its contact goes on belonging to the one it was given, also where
    another one stands for that one by now.
    """
    if draft.contact is None:
        return None
    if key[0] == CONTACT:
        raise Invalid.of("contact", "a contact belongs to nobody")
    if old is not None and draft.contact == old.contact:
        ((seq, id_),) = await transaction.fetch(sql.CONTACT_OF_ENTITY, seq=old.seq)
        return entity_rows.Owner(seq, id_)
    contact = (CONTACT, draft.contact)
    found = (await links.resolve(transaction, [(contact, None)]))[contact]
    return entity_rows.Owner(found.seq, draft.contact)


async def _add(
    transaction: Transaction,
    seq: int,
    key: EntityKey,
    draft: EntityDraft,
    owner: entity_rows.Owner | None,
) -> None:
    """Store a new entity under a seq taken for it."""
    await entity_rows.add_many(transaction, [(seq, key, draft, owner and owner.seq)])
