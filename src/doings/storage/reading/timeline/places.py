"""Where a place lies in a timeline: how many activities come before it, and on which days."""

from doings.core.clock import DAY, EARLIEST, LATEST, day_of
from doings.core.entity import EntityKey
from doings.core.query import Gap, Key, Query
from doings.storage.reading import counts
from doings.storage.reading.timeline.ranges import Scope, keys_in_order, scope, timelines
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.transaction import ReadTransaction

END = 1 << 40
"""More than all activities of a day."""

DAY_CHUNK = 4096
"""How many days are read at a time: more than ten years of them."""


async def count(transaction: ReadTransaction, query: Query) -> int:
    """How many activities lie between the query's bounds, on the side of its gap.

    Days that lie in between whole have tallies, so only the rows of the two days at the ends are
    counted. It goes by the query's one entity (or the whole account) and its kinds alone.
    """
    found = await scope(transaction, query)
    if found is None:
        return 0
    first, end = _ends(query)
    first_day, end_day = -(-first[0] // DAY), day_of(end[0])
    if first[1]:
        first_day = day_of(first[0]) + 1
    if first_day > end_day:
        return await _rows(transaction, found, (first, end))
    total = await _sum(transaction, found, (first_day, end_day))
    head, tail = (first, (first_day * DAY, 0)), ((end_day * DAY, 0), end)
    for part in (head, tail):
        total += await _rows(transaction, found, part)
    return total


def _ends(query: Query) -> tuple[Key, Key]:
    """The first key that is counted, and the first behind those that are."""
    first: Key = (EARLIEST if query.since is None else query.since, 0)
    end: Key = (LATEST if query.until is None else query.until, 0)
    if query.gap is not None:
        at = (query.gap.occurred_at, query.gap.seq)
        first, end = (first, min(end, at)) if query.side == "older" else (max(first, at), end)
    return first, end


async def _sum(transaction: ReadTransaction, found: Scope, days: tuple[int, int]) -> int:
    """The tallies of some days together; those of all days are kept as one."""
    first, end = days
    _, kinds, timeline = found
    if (first, end) == (day_of(EARLIEST), day_of(LATEST)):
        first, end = tallies.TOTAL, tallies.TOTAL + 1
    row = await transaction.fetch_one(
        sql.SUM_OF_DAYS,
        entity=timeline,
        first=first,
        end=end,
        every_kind=int(kinds is None),
        kinds=kinds or [],
    )
    return int(row[0] or 0) if row else 0


async def _rows(transaction: ReadTransaction, found: Scope, part: tuple[Key, Key]) -> int:
    """How many activities lie between two keys of one day."""
    (at, seq), (end_at, end_seq) = part
    if (at, seq) >= (end_at, end_seq):
        return 0
    (entity, *others), kinds, _ = found
    if others:
        # One person with others: what concerns several of them counts once.
        walk = Query(is_descending=False, gap=Gap(at, seq, "newer"), until=end_at + 1, limit=END)
        keys = await keys_in_order(transaction, walk, found.entities, kinds)
        return sum(tuple(key) < (end_at, end_seq) for key in keys)
    ((number,),) = await transaction.fetch(
        sql.COUNT_OF_SPAN,
        entity=entity,
        at=at,
        seq=seq,
        end_at=end_at,
        end_seq=end_seq,
        every_kind=int(kinds is None),
        kinds=kinds or [],
    )
    return int(number)


async def sums_by_day(transaction: ReadTransaction, query: Query) -> list[tuple[int, int]]:
    """(UTC day, activities) of the query's one entity (or the whole) and kinds, oldest first."""
    found = await scope(transaction, query)
    if found is None:
        return []
    _, kinds, timeline = found
    first, sums = tallies.FIRST_DAY, []
    while True:
        rows = await transaction.fetch(
            sql.SUMS_OF_DAYS,
            entity=timeline,
            first=first,
            end=tallies.LAST_DAY,
            limit=DAY_CHUNK,
            every_kind=int(kinds is None),
            kinds=kinds or [],
        )
        sums += [(day, number) for day, number in rows]
        if len(rows) < DAY_CHUNK:
            return sums
        first = rows[-1][0] + 1


async def totals_by_kind(
    transaction: ReadTransaction, entity: EntityKey | None
) -> list[tuple[str, int]]:
    """(kind, activities) of an entity's timeline, or of the whole, most frequent first."""
    found = await timelines(transaction, () if entity is None else (entity,))
    timeline = found.timeline
    totals = {} if timeline is None else await counts.kinds_of(transaction, timeline)
    return sorted(totals.items(), key=lambda item: (-item[1], item[0]))
