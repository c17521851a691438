"""Entities by key and by seq."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from doings.core.budget import fitting_count
from doings.core.entity import Entity, EntityKey
from doings.core.errors import NotFound
from doings.storage.sql import entity_statements as sql
from doings.storage.sql.rows import entity_from_row, ids_by_type
from doings.storage.transaction import ReadTransaction


async def entity(transaction: ReadTransaction, key: EntityKey) -> Entity:
    """One entity; raises NotFound, for a deleted one too."""
    entity = await entity_or_none(transaction, key)
    if entity is None or entity.is_deleted:
        raise NotFound(*key)
    return entity


async def entity_or_none(transaction: ReadTransaction, key: EntityKey) -> Entity | None:
    """The entity that stands for a key, deleted or not, or None."""
    row = await transaction.fetch_one(sql.ENTITY_BY_KEY, type=key[0], id=key[1])
    if row is None:
        return None
    transaction.note_last_seq(row[-1])
    return entity_from_row(row[:-1])


async def entity_by_seq(transaction: ReadTransaction, entity_type: str, seq: int) -> Entity:
    """One entity; raises NotFound, for a deleted one too."""
    entities = await by_seqs(transaction, entity_type, [seq])
    if seq not in entities:
        raise NotFound(entity_type, seq)
    found = entities[seq]
    if not found.is_merged:
        return found
    group = found.group_seq or seq
    return (await by_seqs_with_deleted(transaction, {group}))[group]


async def by_keys(
    transaction: ReadTransaction, keys: Sequence[EntityKey]
) -> dict[EntityKey, Entity]:
    """The entities that stand for these keys and are not deleted; one statement a type."""
    entities: dict[EntityKey, Entity] = {}
    for entity_type, ids in ids_by_type(keys).items():
        rows = await transaction.fetch(sql.ENTITIES_BY_KEY, type=entity_type, ids=ids)
        for row in rows:
            entity = entity_from_row(row[1:])
            if not entity.is_deleted:
                entities[entity_type, row[0]] = entity
    return entities


async def as_named(transaction: ReadTransaction, after: int, limit: int) -> list[Entity]:
    """The next entities; merged people too, unless who stands for them was deleted."""
    rows = await transaction.fetch(sql.ENTITIES_AS_NAMED, after=after, limit=limit)
    return list(map(entity_from_row, rows))


async def named_by_keys(
    transaction: ReadTransaction, keys: Collection[EntityKey]
) -> dict[EntityKey, Entity]:
    """The entities of these keys themselves, as `as_named` has them."""
    found: dict[EntityKey, Entity] = {}
    for entity_type, ids in ids_by_type(keys).items():
        rows = await transaction.fetch(sql.NAMED_ENTITIES, type=entity_type, ids=ids)
        found |= {entity.key: entity for entity in map(entity_from_row, rows)}
    return found


async def deleted_keys(transaction: ReadTransaction, keys: Collection[EntityKey]) -> set[EntityKey]:
    """Those of the keys whose entity was deleted, unless an undo of an import did it."""
    deleted: set[EntityKey] = set()
    for entity_type, ids in ids_by_type(keys).items():
        rows = await transaction.fetch(sql.DELETED_IDS, type=entity_type, ids=ids)
        deleted |= {(entity_type, id_) for (id_,) in rows}
    return deleted


async def by_seqs(
    transaction: ReadTransaction, entity_type: str, seqs: Sequence[int]
) -> dict[int, Entity]:
    """Those of the entities of this type that exist and are not deleted, by seq.

    They are the entities themselves. Where another one stands for one, that has to be alive.
    """
    entities = await by_seqs_with_deleted(transaction, set(seqs))
    standing = await standing_for(transaction, entities)
    return {
        seq: entity
        for seq, entity in entities.items()
        if entity.type == entity_type and not standing[seq].is_deleted
    }


async def standing_for(
    transaction: ReadTransaction, entities: Mapping[int, Entity]
) -> dict[int, Entity]:
    """The entities that stand for these, by the seqs of these."""
    groups = {seq: entity.group_seq for seq, entity in entities.items() if entity.is_merged}
    missing = {group for group in groups.values() if group and group not in entities}
    known = {**entities, **await by_seqs_with_deleted(transaction, missing)}
    return {seq: known[groups.get(seq) or seq] for seq in entities}


class Fitting(NamedTuple):
    """The entities that the first `covered` of the seqs asked for lead to."""

    entities: list[Entity]
    covered: int


async def fitting(transaction: ReadTransaction, seqs: Sequence[int]) -> Fitting:
    """The first of these entities, in the order of `seqs`, as many as a page or chunk may hold.

    One is read whatever it holds. Seqs of none are covered, too; deleted ones are none.
    """
    covered = len(seqs)
    most = transaction.page_bytes // max(covered, 1)
    found, sizes = await small_by_seqs(transaction, set(seqs), most=most)
    if sizes:
        covered = fitting_count([sizes.get(seq, 0) for seq in seqs])
        large = sizes.keys() & set(seqs[:covered])
        transaction.announce(sum([sizes[seq] for seq in large]))
        found |= await by_seqs_with_deleted(transaction, large)
    read = [found[seq] for seq in seqs[:covered] if seq in found]
    return Fitting([entity for entity in read if not entity.is_deleted], covered)


async def small_by_seqs(
    transaction: ReadTransaction, seqs: AbstractSet[int], *, most: int
) -> tuple[dict[int, Entity], dict[int, int]]:
    """The entities with attributes of at most so many bytes; how many the others have, by seq."""
    if not seqs:
        return {}, {}
    rows = await transaction.fetch(sql.SMALL_ENTITIES_BY_SEQ, seqs=list(seqs), most=most)
    found = {row[0]: entity_from_row(row) for row in rows}
    if len(found) == len(seqs):
        return found, {}
    left_out = [seq for seq in seqs if seq not in found]
    return found, dict(await transaction.fetch(sql.BYTES_OF_ENTITIES, seqs=left_out))


async def names_by_seqs(transaction: ReadTransaction, seqs: AbstractSet[int]) -> dict[int, Entity]:
    """Those of the entities that exist, deleted ones too, by seq; their attributes are `{}`."""
    if not seqs:
        return {}
    rows = await transaction.fetch(sql.NAMES_OF_ENTITIES, seqs=list(seqs))
    return {row[0]: entity_from_row(row) for row in rows}


async def by_seqs_with_deleted(
    transaction: ReadTransaction, seqs: AbstractSet[int]
) -> dict[int, Entity]:
    """Those of the entities that exist, deleted ones too, by seq."""
    if not seqs:
        return {}
    rows = await transaction.fetch(sql.ENTITIES_BY_SEQ, seqs=list(seqs))
    return {row[0]: entity_from_row(row) for row in rows}
