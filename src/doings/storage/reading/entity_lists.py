"""Lists of entities, and the search through their names."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from doings.core.budget import LIST_ITEMS, NAMED
from doings.core.entity import Entity
from doings.core.errors import Problem, TooMuch
from doings.core.query import Word, beginnings_from_text
from doings.core.store.entities import Belonging, EntityQuery
from doings.storage.reading import counts
from doings.storage.reading.entities import by_seqs_with_deleted
from doings.storage.reading.found import found_in_chunks
from doings.storage.sql import entity_statements as sql
from doings.storage.sql import select, tallies
from doings.storage.transaction import ReadTransaction

ENTITY_CHUNK = 500


async def listed(transaction: ReadTransaction, query: EntityQuery) -> list[Entity]:
    """A stretch of the entities that are not deleted, however large they are."""
    seqs = await seqs_of(transaction, query)
    found = await by_seqs_with_deleted(transaction, set(seqs))
    return [found[seq] for seq in seqs]


async def seqs_of(transaction: ReadTransaction, query: EntityQuery) -> list[int]:
    """The seqs of a stretch of the entities that are not deleted."""
    return await (_found(transaction, query) if query.q else _in_order(transaction, query))


async def names(
    transaction: ReadTransaction, entity_type: str
) -> list[tuple[int, str, str | None]]:
    """(seq, id, name) of all entities of a type, oldest first; raises TooMuch."""
    rows = await transaction.fetch(sql.NAMES_OF_TYPE, type=entity_type, limit=NAMED + 1)
    if len(rows) > NAMED:
        raise TooMuch(
            "names", Problem(entity_type, f"there are more than {NAMED:,} to look through")
        )
    return [(seq, id_, name) for seq, id_, name in rows]


async def belongings(
    transaction: ReadTransaction, contacts: Sequence[int], types: Sequence[str]
) -> list[Belonging]:
    """What belongs to these contacts and has one of these types, by seq, within LIST_ITEMS each.

    Of their own type it is who is one person with them.
    """
    if not contacts:
        return []
    rows = await transaction.fetch(sql.BELONGINGS_OF_TYPES, seqs=list(contacts), types=list(types))
    # One contact has few, so they are put in order here and need no index of their own.
    counted: Counter[tuple[int, str]] = Counter()
    kept = []
    for belonging in sorted([Belonging(*row) for row in rows], key=attrgetter("seq")):
        place = (belonging.contact, belonging.type)
        counted[place] += 1
        if counted[place] <= LIST_ITEMS:
            kept.append(belonging)
    return kept


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
    words = beginnings_from_text(query.q or "")
    found = await _with_part(transaction, query, words) if query.any_word else {}
    async for seqs in _holding(transaction, query, words):
        more = await _wanted(transaction, query, [seq for seq in seqs if seq not in found])
        found |= {place.seq: place for place in more}
    ordered = sorted(
        found.values(),
        key=attrgetter("updated_at", "seq") if query.by == "updated" else attrgetter("seq"),
        reverse=query.is_descending,
    )
    return [place.seq for place in ordered[query.skip : query.skip + query.limit]]


async def _holding(
    transaction: ReadTransaction, query: EntityQuery, words: Sequence[Word]
) -> AsyncIterator[list[int]]:
    """The seqs of the entities of which all words are found, or any of them."""
    search = transaction.search
    searches = [(word,) for word in words] if query.any_word else [words]
    matches = [search.match(transaction.account_id, one) for one in searches]
    match = search.either.join([f"({one})" for one in matches if one is not None])
    if match:
        async for seqs in found_in_chunks(transaction, search.find_entities, match):
            yield seqs


async def _with_part(
    transaction: ReadTransaction, query: EntityQuery, words: Sequence[Word]
) -> "dict[int, _Place]":
    """The places, by seq, of the entities in which one of the words stands somewhere."""
    if not words:
        return {}
    parts = list(dict.fromkeys([word.text.lower() for word in words]))
    statement, values = select.entities_with_any(parts, query, transaction.search.json)
    found: dict[int, _Place] = {}
    merged: list[int] = []
    for *members, group_seq in await transaction.fetch(statement, **values):
        place = _Place(*members)
        if group_seq is not None:
            merged.append(place.seq)
        elif _is_wanted(place, query):
            found[place.seq] = place
    return found | {place.seq: place for place in await _wanted(transaction, query, merged)}


async def _wanted(
    transaction: ReadTransaction, query: EntityQuery, seqs: Sequence[int]
) -> "set[_Place]":
    """The places of those that the list is to hold, or of who stands for them."""
    found: set[_Place] = set()
    for first in range(0, len(seqs), ENTITY_CHUNK):
        chunk = seqs[first : first + ENTITY_CHUNK]
        places = await transaction.fetch(sql.PLACES_OF_ENTITIES, seqs=chunk)
        for *members, last_seq in places:
            transaction.note_last_seq(last_seq)
            place = _Place(*members)
            if _is_wanted(place, query):
                found.add(place)
    return found


class _Place(NamedTuple):
    """What decides whether an entity is in a list, and where: a row of `PLACES_OF_ENTITIES`."""

    seq: int
    type: str
    is_partial: int
    updated_at: int


def _is_wanted(place: _Place, query: EntityQuery) -> bool:
    if place.type in query.without:
        return False
    if query.named_types and place.type not in query.named_types:
        return False
    if query.after is not None:
        is_after = place.seq < query.after if query.is_descending else place.seq > query.after
        if not is_after:
            return False
    return query.with_partial or not place.is_partial
