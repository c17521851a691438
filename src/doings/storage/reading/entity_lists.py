"""Lists of entities, and the search through their names."""

import msgspec

from doings.core.entity import Entity
from doings.core.query import Word
from doings.core.store.entities import EntityQuery
from doings.storage.reading import counts
from doings.storage.reading.entities import by_seqs_with_deleted
from doings.storage.sql import select, tallies
from doings.storage.sql.rows import is_partial
from doings.storage.transaction import ReadTransaction

ENTITY_CHUNK = 500


async def listed(transaction: ReadTransaction, query: EntityQuery) -> list[Entity]:
    """A stretch of the entities that are not deleted."""
    seqs = await (_found(transaction, query) if query.q else _in_order(transaction, query))
    found = await by_seqs_with_deleted(transaction, set(seqs))
    return [found[seq] for seq in seqs]


async def _in_order(transaction: ReadTransaction, query: EntityQuery) -> list[int]:
    query = await _after_skip(transaction, query)
    statement, values = select.entities_in_order(query)
    rows = await transaction.fetch(statement, **values)
    return [row[0] for row in rows]


async def _after_skip(transaction: ReadTransaction, query: EntityQuery) -> EntityQuery:
    """Jump over whole blocks where the list is one that blocks count."""
    if not query.skip or query.with_partial or query.type is None or query.by == "updated":
        return query
    block, skip = await counts.block_of_rank(
        transaction, query.type, query.skip, newest_first=query.is_descending
    )
    if block is None:
        return msgspec.structs.replace(query, limit=0)
    first = block << tallies.BLOCK_BITS
    after = first + (1 << tallies.BLOCK_BITS) if query.is_descending else first - 1
    return msgspec.structs.replace(query, after=after, skip=skip)


async def _found(transaction: ReadTransaction, query: EntityQuery) -> list[int]:
    """Go through what begins with the words, in the order of seq."""
    search = transaction.search
    begun = [Word(word, is_prefix=True) for word in (query.q or "").split()]
    words = search.match(transaction.account_id, begun)
    if words is None:
        return []
    found: list[int] = []
    after = 0
    while True:
        rows = await transaction.fetch(
            search.find_entities, words=words, after=after, limit=ENTITY_CHUNK
        )
        seqs = [row[0] for row in rows]
        entities = await by_seqs_with_deleted(transaction, set(seqs))
        found += [seq for seq in seqs if _is_wanted(entities[seq], query)]
        if len(rows) < ENTITY_CHUNK:
            break
        after = seqs[-1]
    if query.by == "updated":
        found = [seq for _, seq in sorted((entities[seq].updated_at, seq) for seq in found)]
    if query.is_descending:
        found.reverse()
    return found[query.skip : query.skip + query.limit]


def _is_wanted(entity: Entity, query: EntityQuery) -> bool:
    if entity.is_deleted or entity.type in query.without:
        return False
    if query.named_types and entity.type not in query.named_types:
        return False
    if query.after is not None:
        is_after = entity.seq < query.after if query.is_descending else entity.seq > query.after
        if not is_after:
            return False
    return query.with_partial or not is_partial(entity.attrs)
