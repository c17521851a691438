"""Which activities a page shows: keys first, in the order of an index, then the rows by seq."""

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from doings.core.activity import Activity
from doings.core.clock import DAY, day_of, local_date
from doings.core.entity import EntityKey
from doings.core.query import DiaryOrder, Gap, Query, RecordedOrder
from doings.storage import counting, select
from doings.storage import statements as sql
from doings.storage.select import EVERYTHING, Key

if TYPE_CHECKING:
    from doings.storage.reader import AccountReader

CHUNK = 2000
"""How many keys are looked at in one go where no index gives the answer by itself."""


async def keys(reader: "AccountReader", query: Query) -> list[Key]:
    """At most limit + 1 keys in the direction of the walk."""
    found = await scope(reader, query)
    if found is None:
        return []
    entities, kinds = found
    if query.words is not None:
        return await _keys_of_words(reader, query, entities, kinds)
    if not query.is_indexed:
        return await _keys_that_match(reader, query, entities, kinds)
    if query.skip:
        return await _keys_after_skip(reader, query, entities, kinds)
    return await _keys_in_order(reader, query, entities, kinds)


Scope = tuple[list[int], list[str] | None]
"""The entities as seqs and the kinds as they occur; None is every kind."""


async def scope(reader: "AccountReader", query: Query) -> Scope | None:
    """What the query's names come to here; None where nothing can match.

    Kinds that occur in none of these timelines are left out, and so is the filter when it leaves
    out none of those that do: most filtered pages then are one range.
    """
    entities = await resolve(reader, query.entities)
    if not entities:
        return None
    if query.kinds is None:
        return entities, None
    present: set[str] = set()
    for entity in entities:
        present |= (await counting.kinds_of(reader, entity)).keys()
    kinds = [kind for kind in sorted(present) if counting.is_among(kind, query.kinds)]
    if not kinds:
        return None
    return entities, (None if len(kinds) == len(present) else kinds)


async def resolve(reader: "AccountReader", keys: tuple[EntityKey, ...]) -> list[int]:
    """The seqs of those that exist; of the pseudo-entity for everything when none is named."""
    if not keys:
        return [EVERYTHING]
    found = await reader.entities_by_key(keys)
    return sorted(entity.seq for entity in found.values())


async def _keys_in_order(
    reader: "AccountReader",
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    skip: int = 0,
) -> list[Key]:
    statement, values = select.keys_in_order(query, entities=entities, kinds=kinds, skip=skip)
    return [(at, seq) for at, seq in await reader.fetch(statement, **values)]


async def _keys_after_skip(
    reader: "AccountReader", query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """Jump over whole days by their tallies, so that a deep page costs no more than its day."""
    if len(entities) > 1:
        return await _keys_in_order(reader, query, entities, kinds, query.skip)
    begun = await _keys_of_begun_day(reader, query, entities, kinds)
    skip = query.skip - len(begun)
    if skip < 0:
        return await _keys_in_order(reader, query, entities, kinds, query.skip)
    day, skip = await counting.day_of_rank(reader, entities[0], kinds, skip, query)
    if day is None:
        return []
    gap = Gap((day + 1) * DAY, 0, "older") if query.is_descending else Gap(day * DAY, 0, "newer")
    step = msgspec.structs.replace(query, gap=gap)
    return await _keys_in_order(reader, step, entities, kinds, skip)


async def _keys_of_begun_day(
    reader: "AccountReader", query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """The first keys of a walk that starts within a day, which no tally counts, up to the skip."""
    start = query.until if query.is_descending else query.since
    if start is None or start % DAY == 0:
        return []
    midnight = day_of(start) * DAY
    bounds = {"since": midnight} if query.is_descending else {"until": midnight + DAY}
    step = msgspec.structs.replace(query, skip=0, limit=query.skip, **bounds)
    return await _keys_in_order(reader, step, entities, kinds)


async def _keys_that_match(
    reader: "AccountReader", query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """Walk the narrowest range in chunks and keep what satisfies the other filters."""
    walked, checked = await _split(reader, query, entities)
    if not walked:
        return []
    found: list[Key] = []
    wanted = query.skip + query.limit + 1
    step = msgspec.structs.replace(query, limit=CHUNK - 1, skip=0)
    while len(found) < wanted:
        chunk = await _keys_in_order(reader, step, walked, kinds)
        if not chunk:
            break
        found += await _matching(reader, query, chunk, checked, kinds)
        step = msgspec.structs.replace(step, gap=_gap_behind(chunk[-1], query))
        if len(chunk) < CHUNK:
            break
    return found[query.skip : wanted]


async def _split(
    reader: "AccountReader", query: Query, entities: list[int]
) -> tuple[list[int], list[int] | None]:
    """Whose range to walk, and which entities to check for: an actor's is narrower than all."""
    if query.actor is None:
        return entities, None
    actor = await resolve(reader, (query.actor,))
    return actor, (None if entities == [EVERYTHING] else entities)


def _gap_behind(key: Key, query: Query) -> Gap:
    at, seq = key
    return Gap(at, seq if query.side == "older" else seq + 1, query.side)


async def _matching(
    reader: "AccountReader",
    query: Query,
    chunk: list[Key],
    entities: list[int] | None,
    kinds: list[str] | None,
) -> list[Key]:
    actor = await resolve(reader, (query.actor,)) if query.actor else None
    if actor == []:
        return []
    statement, values = select.matching_keys(
        query, entities=entities, kinds=kinds, actor=actor[0] if actor else None
    )
    rows = await reader.fetch(statement, seqs=[seq for _, seq in chunk], **values)
    return sorted(((at, seq) for at, seq in rows), reverse=query.side == "older")


async def _keys_of_words(
    reader: "AccountReader", query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """Go through what the full text finds and keep the first keys on the walk's side."""
    search = reader.connection.search
    words = search.match(reader.account_id, query.words or ())
    if words is None:
        return []
    checked = None if entities == [EVERYTHING] else entities
    best = heapq.nlargest if query.side == "older" else heapq.nsmallest
    wanted = query.skip + query.limit + 1
    found: list[Key] = []
    after = 0
    while True:
        rows = await reader.fetch(search.find_activities, words=words, after=after, limit=CHUNK)
        if rows:
            after = rows[-1][0]
            chunk = [(0, row[0]) for row in rows]
            matching = await _matching(reader, query, chunk, checked, kinds)
            found = best(wanted, found + matching)
        if len(rows) < CHUNK:
            return found[query.skip :]


async def diary(reader: "AccountReader", query: Query, order: DiaryOrder) -> list[Activity]:
    """A page by the calendar: newest date first, within a date in the order of `order.tie`.

    A timeline's own order already runs through the dates, so only the dates at the two ends of the
    page have to be completed before each date is put in its order.
    """
    found = await scope(reader, query)
    if found is None:
        return []
    page = (await _keys_after_skip(reader, query, *found))[: query.limit]
    if not page:
        return []
    newer = await _rest_of_date(reader, query, found, page[0], order, is_newer=True)
    older = await _rest_of_date(reader, query, found, page[-1], order, is_newer=False)
    activities = await reader.activities([seq for _, seq in [*newer, *page, *older]])
    activities.sort(key=_tie(order), reverse=order.is_descending)
    activities.sort(key=lambda one: local_date(one.occurred_at, order.time_zone), reverse=True)
    return activities[len(newer) : len(newer) + len(page)]


def _tie(order: DiaryOrder) -> Callable[[Activity], tuple[int, int]]:
    if order.tie == "updated":
        return lambda activity: (activity.updated_at, activity.seq)
    return lambda activity: (0, activity.seq)


async def _rest_of_date(  # noqa: PLR0913 - all that says which date and which side
    reader: "AccountReader",
    query: Query,
    found: Scope,
    key: Key,
    order: DiaryOrder,
    *,
    is_newer: bool,
) -> list[Key]:
    """What else happened on the key's date, on one side of the key."""
    at, seq = key
    date = local_date(at, order.time_zone)
    gap = Gap(at, seq + 1, "newer") if is_newer else Gap(at, seq, "older")
    step = msgspec.structs.replace(query, gap=gap, skip=0, limit=CHUNK - 1)
    rest: list[Key] = []
    while True:
        chunk = await _keys_in_order(reader, step, *found)
        same = [key for key in chunk if local_date(key[0], order.time_zone) == date]
        rest += same
        if len(same) < CHUNK:
            return rest
        step = msgspec.structs.replace(step, gap=_gap_behind(chunk[-1], step))


async def with_contacts(
    reader: "AccountReader", order: RecordedOrder, *, skip: int, limit: int
) -> list[Activity]:
    """By recording, jumping over whole blocks of seqs; by last change, walking the index."""
    if order.by == "updated":
        statement = (
            sql.WITH_CONTACT_BY_UPDATE_DESCENDING
            if order.is_descending
            else sql.WITH_CONTACT_BY_UPDATE
        )
        rows = await reader.fetch(statement, limit=limit, skip=skip)
        return await reader.activities([row[0] for row in rows])
    block, skip = await counting.block_of_rank(
        reader, counting.ACTIVITIES, skip, newest_first=order.is_descending
    )
    if block is None:
        return []
    statement = sql.WITH_CONTACT_DESCENDING if order.is_descending else sql.WITH_CONTACT
    first = (block + 1 if order.is_descending else block) << counting.BLOCK_BITS
    rows = await reader.fetch(statement, first=first, limit=limit, skip=skip)
    return await reader.activities([row[0] for row in rows])
