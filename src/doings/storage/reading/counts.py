"""Numbers read from the tallies: totals, counts by day and kind, and where a rank lies."""

from collections import Counter
from collections.abc import Sequence

from doings.core.clock import DAY
from doings.core.entity import Entity, EntityKey
from doings.core.query import Query
from doings.core.store.counts import Newest, TimelineSummary
from doings.storage.engine import Row
from doings.storage.reading.entities import entity as entity_by_key
from doings.storage.reading.entities import entity_or_none
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.select import EVERYTHING
from doings.storage.sql.tallies import timeline_of
from doings.storage.transaction import ReadTransaction

TALLY_CHUNK = 512
_NO_END = 1 << 62

MAX_DATA = 16_384
"""Bytes of data beyond which a summary does not read that of the newest activity."""


async def kinds_of(transaction: ReadTransaction, entity: int) -> dict[str, int]:
    """How many activities of each kind an entity's timeline holds."""
    return dict(await transaction.fetch(sql.TALLIES_OF_DAY, entity=entity, day=tallies.TOTAL))


async def total(
    transaction: ReadTransaction,
    entity: Entity | EntityKey | None,
    kinds: tuple[str, ...] | None,
) -> int:
    """How many activities an entity's timeline (or the whole) holds of these kinds."""
    if isinstance(entity, tuple):
        entity = await entity_by_key(transaction, entity)
    timeline = EVERYTHING if entity is None else timeline_of(entity.seq, entity.group_seq)
    counts = await kinds_of(transaction, timeline)
    wanted = None if kinds is None else frozenset(kinds)
    return sum(count for kind, count in counts.items() if tallies.is_among(kind, wanted))


async def timeline_summaries(
    transaction: ReadTransaction, seqs: Sequence[int]
) -> dict[int, TimelineSummary]:
    """The summaries of entities' timelines by the seqs of the entities, all read at once.

    Data of more than `MAX_DATA` bytes is not read, and is `{}`.
    """
    if not seqs:
        return {}
    rows = await transaction.fetch(sql.SUMMARIES_OF_TIMELINES, seqs=list(seqs), day=tallies.TOTAL)
    groups = [seq for seq, _, _, group in rows if group is not None]
    newest_of = {seq: newest for seq, _, newest, _ in rows}
    members: dict[int, list[int]] = {}
    if groups:
        for group, newest in await transaction.fetch(sql.NEWEST_OF_GROUPS, groups=groups):
            if newest is not None:
                members.setdefault(group, []).append(newest)
    newest_seqs = [newest for newest in newest_of.values() if newest is not None]
    newest_seqs += [newest for those in members.values() for newest in those]
    newest_by_seq: dict[int | None, Newest] = {}
    if newest_seqs:
        newest_rows = await transaction.fetch(
            sql.NEWEST_ACTIVITIES, seqs=newest_seqs, most=MAX_DATA
        )
        newest_by_seq = {row[0]: Newest(*row) for row in newest_rows}
    for group, those in members.items():
        known = [newest_by_seq[seq] for seq in those if seq in newest_by_seq]
        newest_of[group] = max(known, key=lambda one: (one.occurred_at, one.seq)).seq
    return {
        seq: TimelineSummary(count or 0, newest_by_seq.get(newest_of[seq]))
        for seq, count, _, _ in rows
    }


async def total_in_blocks(transaction: ReadTransaction, name: str) -> int:
    """How many members a list of numbered pages has."""
    rows = await transaction.fetch(sql.TALLIES_OF_DAY, entity=tallies.BLOCKS, day=tallies.TOTAL)
    return next((count for kind, count in rows if kind == name), 0)


async def years(transaction: ReadTransaction) -> list[tuple[int, int]]:
    """(year, count) of the activities with a contact, newest first."""
    rows = await transaction.fetch(
        sql.TALLIES_OF_DAYS_DESCENDING,
        entity=tallies.YEARS,
        first=tallies.FIRST_DAY,
        end=tallies.LAST_DAY,
    )
    return [(year, count) for year, _, count in rows]


async def by_day(transaction: ReadTransaction, query: Query) -> list[tuple[int, int]]:
    """(UTC day, count), oldest first."""
    counts: Counter[int] = Counter()
    for day, _, count in await _tallied(transaction, query):
        counts[day] += count
    return sorted(counts.items())


async def by_kind(transaction: ReadTransaction, query: Query) -> list[tuple[str, int]]:
    """(kind, count), most frequent first."""
    counts: Counter[str] = Counter()
    for _, kind, count in await _tallied(transaction, query):
        counts[kind] += count
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


async def _tallied(transaction: ReadTransaction, query: Query) -> list[Row]:
    """The tallies of the query's one entity (or the whole), its kinds and its whole days."""
    entity = EVERYTHING
    if query.entities:
        named = await entity_or_none(transaction, query.entities[0])
        if named is None:
            return []
        entity = timeline_of(named.seq, named.group_seq)
    rows = await transaction.fetch(
        sql.TALLIES_OF_DAYS,
        entity=entity,
        first=tallies.FIRST_DAY if query.since is None else query.since // DAY,
        end=tallies.LAST_DAY if query.until is None else -(-query.until // DAY),
    )
    wanted = None if query.kinds is None else frozenset(query.kinds)
    return [row for row in rows if tallies.is_among(row[1], wanted)]


async def day_of_rank(
    transaction: ReadTransaction, entity: int, kinds: list[str] | None, rank: int, query: Query
) -> tuple[int | None, int]:
    """The day on which the walk finds number `rank` (from 0), and how many it skips within it.

    A numbered page deep in a list would otherwise count all rows before it. Tallies know how many
    activities a day has, so the walk adds up days until the rank lies in one, and only that day's
    own rows are skipped. A day that the query's bound cuts in two has no tally of its own: the
    caller walks that one, and the sum starts at the first day that is whole.
    """
    first = tallies.FIRST_DAY if query.since is None else query.since // DAY
    end = tallies.LAST_DAY if query.until is None else query.until // DAY
    if not query.is_descending:
        first = tallies.FIRST_DAY if query.since is None else -(-query.since // DAY)
        end = tallies.LAST_DAY
    return await _seek(
        transaction, entity, kinds, rank, (first, end), newest_first=query.is_descending
    )


async def block_of_rank(
    transaction: ReadTransaction, name: str, rank: int, *, newest_first: bool
) -> tuple[int | None, int]:
    """The block of seqs that holds number `rank` of a list, and how many to skip within it."""
    return await _seek(
        transaction, tallies.BLOCKS, [name], rank, (0, _NO_END), newest_first=newest_first
    )


async def _seek(  # noqa: PLR0913 - the one walk that days and blocks share
    transaction: ReadTransaction,
    entity: int,
    kinds: list[str] | None,
    rank: int,
    days: tuple[int, int],
    *,
    newest_first: bool,
) -> tuple[int | None, int]:
    statement = sql.SUMS_OF_DAYS_DESCENDING if newest_first else sql.SUMS_OF_DAYS
    first, end = days
    wanted = {"every_kind": int(kinds is None), "kinds": kinds or []}
    while True:
        rows = await transaction.fetch(
            statement, entity=entity, first=first, end=end, limit=TALLY_CHUNK, **wanted
        )
        for day, count in rows:
            if rank < count:
                return day, rank
            rank -= count
        if len(rows) < TALLY_CHUNK:
            return None, rank
        first, end = (first, rows[-1][0]) if newest_first else (rows[-1][0] + 1, end)
