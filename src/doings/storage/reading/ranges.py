"""From a query's names to ranges of `links`, and the keys that lie in them."""

import msgspec

from doings.core.entity import EntityKey
from doings.core.query import Gap, Key, Query
from doings.storage.reading import counts
from doings.storage.sql import select, tallies
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import ids_by_type
from doings.storage.sql.select import EVERYTHING
from doings.storage.transaction import ReadTransaction

KEY_CHUNK = 2000
"""How many keys are looked at in one go where no index gives the answer by itself."""

Scope = tuple[list[int], list[str] | None]
"""The entities as seqs and the kinds as they occur; None is every kind."""


async def scope(transaction: ReadTransaction, query: Query) -> Scope | None:
    """What the query's names come to here; None where nothing can match.

    Kinds that occur in none of these timelines are left out, and so is the filter when it leaves
    out none of those that do: most filtered pages then are one range.
    """
    entities = await resolve(transaction, query.entities)
    if not entities:
        return None
    if query.kinds is None:
        return entities, None
    present: set[str] = set()
    for entity in entities:
        present |= (await counts.kinds_of(transaction, entity)).keys()
    kinds = [kind for kind in sorted(present) if tallies.is_among(kind, query.kinds)]
    if not kinds:
        return None
    return entities, (None if len(kinds) == len(present) else kinds)


async def resolve(transaction: ReadTransaction, keys: tuple[EntityKey, ...]) -> list[int]:
    """The seqs of those that exist; of the pseudo-entity for everything when none is named."""
    if not keys:
        return [EVERYTHING]
    found: list[int] = []
    for entity_type, ids in ids_by_type(keys).items():
        rows = await transaction.fetch(sql.SEQS_OF_ENTITIES, type=entity_type, ids=ids)
        found += [row[0] for row in rows]
    return sorted(found)


async def keys_in_order(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    skip: int = 0,
) -> list[Key]:
    """At most limit + 1 keys on the walk's side, in its order, after `skip` others."""
    if len(entities) > 1:
        return await _distinct_keys(transaction, query, entities, kinds, skip)
    statement, values = select.keys_in_order(query, entities=entities, kinds=kinds, skip=skip)
    keys: list[Key] = await transaction.fetch(statement, **values)
    return keys


async def _distinct_keys(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    skip: int,
) -> list[Key]:
    """The same, where an activity may be linked to several of the entities."""
    wanted = skip + query.limit + 1
    step = msgspec.structs.replace(query, limit=min(wanted, KEY_CHUNK) - 1, skip=0)
    found: dict[Key, None] = {}
    while True:
        statement, values = select.keys_in_order(step, entities=entities, kinds=kinds)
        rows = await transaction.fetch(statement, **values)
        found |= dict.fromkeys((at, seq) for at, seq in rows)
        if len(found) >= wanted or len(rows) <= step.limit:
            return list(found)[skip:wanted]
        at, seq = rows[-1]
        step = msgspec.structs.replace(step, gap=gap_behind((at, seq), query))


def gap_behind(key: Key, query: Query) -> Gap:
    """Where a walk that has come to this key goes on."""
    at, seq = key
    return Gap(at, seq if query.side == "older" else seq + 1, query.side)
