"""Lists of entities, and the search through their names."""

from typing import TYPE_CHECKING

import msgspec

from doings.core.entity import Entity
from doings.core.query import Word
from doings.core.store.entities import EntityQuery
from doings.storage.reading import counts
from doings.storage.sql import select

if TYPE_CHECKING:
    from doings.storage.reader import AccountReader

CHUNK = 500


async def listed(reader: "AccountReader", query: EntityQuery) -> list[Entity]:
    """A stretch of the entities that are not deleted."""
    seqs = await (_found(reader, query) if query.q else _in_order(reader, query))
    found = await reader.entities_with_seqs(set(seqs))
    return [found[seq] for seq in seqs]


async def _in_order(reader: "AccountReader", query: EntityQuery) -> list[int]:
    query = await _after_skip(reader, query)
    statement = select.entities_in_order(
        by_type=query.type is not None,
        with_partial=query.with_partial,
        is_descending=query.is_descending,
        by_update=query.by == "updated",
        after=query.after is not None,
    )
    rows = await reader.fetch(
        statement, type=query.type, after=query.after, limit=query.limit, skip=query.skip
    )
    return [row[0] for row in rows]


async def _after_skip(reader: "AccountReader", query: EntityQuery) -> EntityQuery:
    """Jump over whole blocks where the list is one that blocks count."""
    if not query.skip or query.with_partial or query.type is None or query.by == "updated":
        return query
    block, skip = await counts.block_of_rank(
        reader, query.type, query.skip, newest_first=query.is_descending
    )
    if block is None:
        return msgspec.structs.replace(query, limit=0)
    first = block << counts.BLOCK_BITS
    after = first + (1 << counts.BLOCK_BITS) if query.is_descending else first - 1
    return msgspec.structs.replace(query, after=after, skip=skip)


async def _found(reader: "AccountReader", query: EntityQuery) -> list[int]:
    """Go through what begins with the words, in the order of seq."""
    search = reader.connection.search
    begun = [Word(word, is_prefix=True) for word in (query.q or "").split()]
    words = search.match(reader.account_id, begun)
    if words is None:
        return []
    found: list[int] = []
    after = 0
    while True:
        rows = await reader.fetch(search.find_entities, words=words, after=after, limit=CHUNK)
        seqs = [row[0] for row in rows]
        entities = await reader.entities_with_seqs(set(seqs))
        found += [seq for seq in seqs if _is_wanted(entities[seq], query)]
        if len(rows) < CHUNK:
            break
        after = seqs[-1]
    if query.by == "updated":
        found = [seq for _, seq in sorted((entities[seq].updated_at, seq) for seq in found)]
    if query.is_descending:
        found.reverse()
    return found[query.skip : query.skip + query.limit]


def _is_wanted(entity: Entity, query: EntityQuery) -> bool:
    if entity.is_deleted or (query.type is not None and entity.type != query.type):
        return False
    if query.after is not None:
        is_after = entity.seq < query.after if query.is_descending else entity.seq > query.after
        if not is_after:
            return False
    return query.with_partial or not is_partial(entity.attrs)


def is_partial(attrs: str) -> bool:
    """Whether a contact stands only as somebody's relation and is kept out of lists of contacts."""
    return '"is_partial"' in attrs and msgspec.json.decode(attrs).get("is_partial") is True


def search_text(name: str | None, entity_id: str, attrs: str) -> str:
    """What an entity is found by: its name, its id and every text among its attributes."""
    values = msgspec.json.decode(attrs).values() if attrs != "{}" else ()
    return "\n".join([name or "", entity_id, *(text for text in values if isinstance(text, str))])
