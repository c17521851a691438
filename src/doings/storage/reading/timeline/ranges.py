"""From a query's names to ranges of `links`, and the keys that lie in them."""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec

from doings.core.entity import EntityKey
from doings.core.query import Gap, Key, Query
from doings.storage.engine import Row
from doings.storage.reading import counts
from doings.storage.sql import entity_statements as sql
from doings.storage.sql import select, tallies
from doings.storage.sql.select import EVERYTHING
from doings.storage.transaction import ReadTransaction

KEY_CHUNK = 2000
"""How many keys are looked at in one go where no index gives the answer by itself."""

MAX_RANGES = 200
"""How many ranges one statement merges: SQLite takes no more than 500."""

T = TypeVar("T")


class Scope(NamedTuple):
    """Where a query's activities lie, and what counts them.

    `entities` are the seqs whose links are walked, `kinds` the kinds as they occur, None for every
    kind. `timeline` is what they are counted under, None where no single timeline holds them.
    """

    entities: list[int]
    kinds: list[str] | None
    timeline: int | None


async def scope(transaction: ReadTransaction, query: Query) -> Scope | None:
    """What the query's names come to here; None where nothing can match.

    Kinds that occur in none of these timelines are left out, and so is the filter when it leaves
    out none of those that do: most filtered pages then are one range.
    """
    if query.kinds is None:
        found = await timelines(transaction, query.entities, is_of_living=query.is_of_living)
        return found if found.entities else None
    found, present = await _with_kinds(transaction, query.entities, is_of_living=query.is_of_living)
    wanted = frozenset(query.kinds)
    kinds = [kind for kind in sorted(present) if tallies.is_among(kind, wanted)]
    if not kinds:
        return None
    return found._replace(kinds=None if len(kinds) == len(present) else kinds)


async def resolve(transaction: ReadTransaction, keys: tuple[EntityKey, ...]) -> list[int]:
    """The seqs of those that exist, and of all that are one person with one of them.

    The seq of the pseudo-entity for everything when none is named.
    """
    return (await timelines(transaction, keys)).entities


async def timelines(
    transaction: ReadTransaction, keys: tuple[EntityKey, ...], *, is_of_living: bool = False
) -> Scope:
    """The timelines of those that exist, with all kinds; that of everything when none is named."""
    if not keys:
        return Scope([EVERYTHING], None, EVERYTHING)
    rows = await _rows_of_keys(
        transaction, sql.TIMELINES_OF_ENTITIES, keys, is_of_living=is_of_living
    )
    if rows:
        transaction.note_last_seq(rows[0][4])
    return _scope_of(rows)


async def _with_kinds(
    transaction: ReadTransaction, keys: tuple[EntityKey, ...], *, is_of_living: bool
) -> tuple[Scope, set[str]]:
    """The timelines with all kinds, and which these are."""
    if not keys:
        everything = Scope([EVERYTHING], None, EVERYTHING)
        return everything, set(await counts.kinds_of(transaction, EVERYTHING))
    rows = await _rows_of_keys(
        transaction, sql.KINDS_OF_ENTITIES, keys, is_of_living=is_of_living, day=tallies.TOTAL
    )
    return _scope_of(rows), {row[4] for row in rows if row[4] is not None}


def _scope_of(rows: list[Row]) -> Scope:
    entities, counted = sorted({row[2] for row in rows}), {row[3] for row in rows}
    return Scope(entities, None, counted.pop() if len(counted) == 1 else None)


async def _rows_of_keys(
    transaction: ReadTransaction,
    statement: str,
    keys: tuple[EntityKey, ...],
    *,
    is_of_living: bool,
    **values: object,
) -> list[Row]:
    """The rows about the entities of these keys; each begins with a type and an id.

    One statement for all types: it finds each id in each type, and what no key names is dropped. A
    row ends with when the entity was deleted; with `is_of_living`, those of deleted ones are
    dropped.
    """
    types = list(dict.fromkeys(entity_type for entity_type, _ in keys))
    ids = list(dict.fromkeys(entity_id for _, entity_id in keys))
    wanted = set(keys)
    rows = await transaction.fetch(statement, types=types, ids=ids, **values)
    return [
        row
        for row in rows
        if (row[0], row[1]) in wanted and not (is_of_living and row[-1] is not None)
    ]


async def keys_in_order(
    transaction: ReadTransaction,
    query: Query,
    entities: list[int],
    kinds: list[str] | None,
    skip: int = 0,
) -> list[Key]:
    """At most limit + 1 keys on the walk's side, in its order, after `skip` others."""
    if len(entities) * len(kinds or (None,)) > MAX_RANGES or len(entities) > 1:
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
        rows = await _keys_of_many(transaction, step, entities, kinds)
        found |= dict.fromkeys((at, seq) for at, seq in rows)
        if len(found) >= wanted or len(rows) <= step.limit:
            return list(found)[skip:wanted]
        at, seq = rows[-1]
        step = msgspec.structs.replace(step, gap=gap_behind((at, seq), query))


async def _keys_of_many(
    transaction: ReadTransaction, query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """The next limit + 1 keys of all these ranges, merged from statements that are not too long.

    Thousands of entities may be asked for at once, while SQLite merges at most 500 ranges in one
    statement. What a statement gives is in order, and so is what `heapq` merges.
    """
    groups = [
        await transaction.fetch(statement, **values)
        for statement, values in _selections(query, entities, kinds)
    ]
    if len(groups) == 1:
        return groups[0]
    return list(islice(merge(*groups, reverse=query.side == "older"), query.limit + 1))


def _selections(
    query: Query, entities: list[int], kinds: list[str] | None
) -> Iterator[select.Selection]:
    some_kinds = [None] if kinds is None else _chunks(kinds, MAX_RANGES)
    for part in some_kinds:
        for some in _chunks(entities, MAX_RANGES // (1 if part is None else len(part))):
            yield select.keys_in_order(query, entities=some, kinds=part)


def _chunks(values: list[T], size: int) -> list[list[T]]:
    return [values[first : first + size] for first in range(0, len(values), size)]


def gap_behind(key: Key, query: Query) -> Gap:
    """Where a walk that has come to this key goes on."""
    at, seq = key
    return Gap(at, seq if query.side == "older" else seq + 1, query.side)
