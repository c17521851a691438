"""Merges, and what is known of people when it is asked who may be one person."""

from collections import Counter
from collections.abc import Iterable, Sequence

from doings.core.budget import COMPARED_BYTES
from doings.core.clock import DAY
from doings.core.entity import PEOPLE, Entity, EntityKey
from doings.core.errors import NotFound
from doings.core.store.merges import Merge, Pair
from doings.storage.engine import Row
from doings.storage.reading.entities import names_by_seqs
from doings.storage.sql import merge_statements as sql
from doings.storage.sql.rows import entity_from_row, ids_by_type, merge_from_row, merged_seqs
from doings.storage.transaction import ReadTransaction

END = 1 << 62
"""Greater than every seq."""

SHARED_CHUNK = 2000
"""How many activities that concern several of a group are read at a time."""

BEGIN = (-END, 0)
"""Before every key."""


async def row_of(transaction: ReadTransaction, merge_id: str) -> Row:
    """The row of a merge; raises NotFound."""
    row = await transaction.fetch_one(sql.MERGE_BY_ID, id=merge_id)
    if row is None:
        raise NotFound("merge", merge_id)
    return row


async def merge(transaction: ReadTransaction, merge_id: str) -> Merge:
    """One merge, active or reverted; raises NotFound."""
    row = await row_of(transaction, merge_id)
    return (await of_rows(transaction, [row]))[0]


async def merges(
    transaction: ReadTransaction, *, before: int | None, after: int | None, limit: int
) -> list[Merge]:
    """At most `limit` merges, newest first; with `after` those nearest to it."""
    if after is None:
        seq = END if before is None else before
        rows = await transaction.fetch(sql.MERGES_BEFORE, seq=seq, limit=limit)
    else:
        rows = await transaction.fetch(sql.MERGES_AFTER, seq=after, limit=limit)
        rows.reverse()
    return await of_rows(transaction, rows)


async def merges_of(transaction: ReadTransaction, key: EntityKey) -> list[Merge]:
    """The active merges of all that are one person with an entity, newest first."""
    rows = await transaction.fetch(sql.MERGES_OF_KEY, type=key[0], id=key[1])
    return await of_rows(transaction, rows) if rows else []


async def of_rows(transaction: ReadTransaction, rows: Sequence[Row]) -> list[Merge]:
    """The merges of these rows."""
    seqs = {seq for row in rows for seq in (row[2], *merged_seqs(row), *map(int, row[4].split()))}
    found = await names_by_seqs(transaction, seqs)
    keys = {seq: entity.key for seq, entity in found.items()}
    return [merge_from_row(row, keys) for row in rows]


async def people(transaction: ReadTransaction, entity_type: str, limit: int) -> list[Entity]:
    """The newest entities of a type of people that stand for themselves."""
    rows = await transaction.fetch(sql.PEOPLE, type=entity_type, most=COMPARED_BYTES, limit=limit)
    return list(map(entity_from_row, rows))


async def all_people(
    transaction: ReadTransaction, entity_type: str, after: int, limit: int
) -> list[Entity]:
    """The next people of a type that are not deleted, also those for whom another stands."""
    rows = await transaction.fetch(
        sql.ALL_PEOPLE, type=entity_type, after=after, most=COMPARED_BYTES, limit=limit
    )
    return list(map(entity_from_row, rows))


async def last_seq_of_people(transaction: ReadTransaction) -> int:
    """The last seq of a person, or of what happened to an entity later."""
    rows = [await transaction.fetch_one(sql.LAST_OF_TYPE, type=type_) for type_ in sorted(PEOPLE)]
    rows.append(await transaction.fetch_one(sql.LAST_ENTITY_CHANGE))
    return max([int(row[0]) for row in rows if row is not None], default=0)


async def were_parted(transaction: ReadTransaction, keys: Sequence[EntityKey]) -> bool:
    """Whether one of these was merged into another entity and parted from it again."""
    seqs = await _seqs(transaction, keys)
    return await transaction.fetch_one(sql.PARTED, seqs=list(seqs.values())) is not None


async def dismissed(transaction: ReadTransaction, pairs: Sequence[Pair]) -> set[Pair]:
    """Those of the pairs that somebody said are not one person."""
    seqs = await _seqs(transaction, {key for pair in pairs for key in pair})
    by_seqs = {ordered(seqs[one], seqs[two]): (one, two) for one, two in pairs}
    firsts = list({first for first, _ in by_seqs})
    rows = await transaction.fetch(sql.DISMISSED, seqs=firsts) if firsts else []
    return {by_seqs[first, second] for first, second in rows if (first, second) in by_seqs}


def ordered(one: int, other: int) -> tuple[int, int]:
    """Two seqs as a dismissal holds them."""
    return min(one, other), max(one, other)


async def _seqs(transaction: ReadTransaction, keys: Iterable[EntityKey]) -> dict[EntityKey, int]:
    """The own seqs of these keys."""
    seqs = {}
    for entity_type, ids in ids_by_type(keys).items():
        for row in await transaction.fetch(sql.MEMBERS_BY_KEY, type=entity_type, ids=ids):
            seqs[row[1], row[2]] = int(row[0])
    return seqs


async def shared(
    transaction: ReadTransaction, entity: int, others: Sequence[int]
) -> Counter[tuple[int, str]]:
    """How many of an entity's activities concern one of the others, by UTC day and kind."""
    counts: Counter[tuple[int, str]] = Counter()
    occurred_at, activity_seq = BEGIN
    while True:
        rows = await transaction.fetch(
            sql.SHARED_WITH,
            entity=entity,
            others=list(others),
            occurred_at=occurred_at,
            activity_seq=activity_seq,
            limit=SHARED_CHUNK,
        )
        counts.update([(at // DAY, kind) for at, _, kind in rows])
        if len(rows) < SHARED_CHUNK:
            return counts
        occurred_at, activity_seq, _ = rows[-1]
