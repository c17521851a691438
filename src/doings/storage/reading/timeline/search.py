"""What no range answers by itself: filters by actor and marks, ids elsewhere, and full text.

A range or the full text gives keys in chunks, and what satisfies the other filters is kept.
"""

import heapq
from typing import NamedTuple

import msgspec

from doings.core.query import Key, Query
from doings.storage.reading.found import found_in_chunks
from doings.storage.reading.timeline.ranges import KEY_CHUNK, gap_behind, keys_in_order, resolve
from doings.storage.sql import select
from doings.storage.sql import statements as sql
from doings.storage.sql.select import EVERYTHING
from doings.storage.transaction import ReadTransaction


class Walked(NamedTuple):
    """The keys that a walk found; `cut_at` is the last one looked at where it stopped before."""

    keys: list[Key]
    cut_at: Key | None = None


async def keys_that_match(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    looks: int | None = None,
) -> Walked:
    """Walk the narrowest range in chunks and keep what satisfies the other filters.

    It stops once it has looked at `looks` keys or a few more.
    """
    walked, checked = await _split(transaction, query, entities)
    if not walked:
        return Walked([])
    found: list[Key] = []
    looked = 0
    wanted = query.skip + query.limit + 1
    step = msgspec.structs.replace(query, limit=KEY_CHUNK - 1, skip=0)
    while len(found) < wanted:
        chunk = await keys_in_order(transaction, step, walked, kinds)
        if not chunk:
            break
        found += await _matching(transaction, query, chunk, checked, kinds)
        step = msgspec.structs.replace(step, gap=gap_behind(chunk[-1], query))
        looked += len(chunk)
        if len(chunk) < KEY_CHUNK:
            break
        if looks is not None and looked >= looks and len(found) < wanted:
            return Walked(found[query.skip :], chunk[-1])
    return Walked(found[query.skip : wanted])


async def _split(
    transaction: ReadTransaction, query: Query, entities: list[int]
) -> tuple[list[int], list[int] | None]:
    """Whose range to walk, and which entities to check for: an actor's is narrower than all."""
    if query.actor is None:
        return entities, None
    actor = await resolve(transaction, (query.actor,))
    return actor, (None if entities == [EVERYTHING] else entities)


async def _matching(
    transaction: ReadTransaction,
    query: Query,
    chunk: list[Key],
    entities: list[int] | None,
    kinds: list[str] | None,
) -> list[Key]:
    actor = await resolve(transaction, (query.actor,)) if query.actor else None
    also = await resolve(transaction, query.also) if query.also else None
    if [] in (actor, also):
        return []
    statement, values = select.matching_keys(
        query, entities=entities, also=also, kinds=kinds, actors=actor
    )
    rows = await transaction.fetch(statement, seqs=[seq for _, seq in chunk], **values)
    return sorted(((at, seq) for at, seq in rows), reverse=query.side == "older")


async def keys_of_external_id(
    transaction: ReadTransaction, query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """What was recorded under an id elsewhere: one activity at most for each origin."""
    keys = await transaction.fetch(sql.KEYS_BY_EXTERNAL_ID, external_id=query.external_id)
    if not keys:
        return []
    checked = None if entities == [EVERYTHING] else entities
    found = await _matching(transaction, query, keys, checked, kinds)
    return found[query.skip : query.skip + query.limit + 1]


async def keys_of_words(
    transaction: ReadTransaction, query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """The first keys of a search: a frequent word's are near the start, a rare word's are few."""
    words = transaction.search.match(transaction.account_id, query.words or ())
    if words is None:
        return []
    near = await _near_the_start(transaction, query, entities, kinds, words)
    if near is not None:
        return near
    return await _among_all(transaction, query, entities, kinds, words)


async def _near_the_start(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    words: str,
) -> list[Key] | None:
    """The answer, if the first chunk of the timeline holds all of it; None if that is not known.

    A frequent word is found soon, so it is looked for only among the seqs of the first chunk. The
    full text gives its rows by seq and the chunk is ordered by time: the two fit together only if
    the chunk's seqs lie close. Ten chunks of seqs are the most that is read for that: a timeline
    whose activities are a tenth of what is recorded still profits, and a history that was imported
    out of order costs no more than one read of that many rows before all is searched.
    """
    step = msgspec.structs.replace(query, limit=KEY_CHUNK - 1, skip=0)
    chunk = await keys_in_order(transaction, step, entities, kinds)
    if not chunk:
        return []
    seqs = [seq for _, seq in chunk]
    first, last = min(seqs), max(seqs)
    if last - first >= 10 * KEY_CHUNK:
        return None
    found = await transaction.fetch(
        transaction.search.find_activities, words=words, after=first - 1, limit=10 * KEY_CHUNK
    )
    matching = {row[0] for row in found}
    checked = None if entities == [EVERYTHING] else entities
    kept = [key for key in chunk if key[1] in matching]
    kept = await _matching(transaction, query, kept, checked, kinds)
    is_whole = len(chunk) < KEY_CHUNK
    return kept[query.skip :] if is_whole or len(kept) > query.skip + query.limit else None


async def _among_all(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    words: str,
) -> list[Key]:
    """Go through all that the full text finds and keep the first keys on the walk's side."""
    checked = None if entities == [EVERYTHING] else entities
    best = heapq.nlargest if query.side == "older" else heapq.nsmallest
    wanted = query.skip + query.limit + 1
    found: list[Key] = []
    async for seqs in found_in_chunks(transaction, transaction.search.find_activities, words):
        chunk = [(0, seq) for seq in seqs]
        found = best(wanted, found + await _matching(transaction, query, chunk, checked, kinds))
    return found[query.skip :]
