"""Tallies: every number that is shown is kept, in the transaction that changes it.

A tally counts the activities of one (entity, UTC day, kind); the day TOTAL holds the sum over all
days. Pseudo-entities hold the other counts: EVERYTHING the whole account, YEARS the activities with
a contact by the year of the account's calendar, BLOCKS how many of a list's members have their seq
in a block of 1,024, which is how a numbered page deep in a list is found without counting rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from doings.core.clock import DAY
from doings.core.entity import EntityKey
from doings.core.query import Query
from doings.storage.sql import statements as sql
from doings.storage.sql.select import EVERYTHING

if TYPE_CHECKING:
    from doings.storage.engine import Row
    from doings.storage.reader import AccountReader
    from doings.storage.writing.links import LinkRow

TOTAL = -1_000_000
"""A day before every day that can be: stands for all of them."""

FIRST_DAY = -500_000
LAST_DAY = 4_000_000

YEARS = -1
BLOCKS = -2
BLOCK_BITS = 10
ACTIVITIES = "activity.with_contact"
"""The list of activities with a contact among BLOCKS; the lists of entities go by their type."""

CHUNK = 512
_NO_END = 1 << 62

Tally = tuple[int, int, str]
"""(entity, day, kind)."""


def of_links(rows: Iterable["LinkRow"]) -> Iterator[Tally]:
    """Where activities count by these rows of their links."""
    return ((entity, occurred_at // DAY, kind) for entity, occurred_at, _, kind in rows)


def of_concerns(concerns: Iterable[tuple[int, int]]) -> Iterator[Tally]:
    """Where activities count that concern a contact, by their seq and the account's year."""
    for seq, year in concerns:
        yield YEARS, year, ""
        yield of_member(ACTIVITIES, seq)


def of_member(name: str, seq: int) -> Tally:
    """Where a member of a list counts that is shown in numbered pages."""
    return BLOCKS, seq >> BLOCK_BITS, name


async def kinds_of(reader: "AccountReader", entity: int) -> dict[str, int]:
    """How many activities of each kind an entity's timeline holds."""
    return dict(await reader.fetch(sql.TALLIES_OF_DAY, entity=entity, day=TOTAL))


def is_among(kind: str, kinds: tuple[str, ...] | None) -> bool:
    """Whether the kind, or the `noun.*` it falls under, is named; None names all."""
    return kinds is None or kind in kinds or f"{kind.partition('.')[0]}.*" in kinds


async def total(
    reader: "AccountReader", entity: EntityKey | None, kinds: tuple[str, ...] | None
) -> int:
    """How many activities an entity's timeline (or the whole) holds of these kinds."""
    seq = EVERYTHING if entity is None else (await reader.entity(entity)).seq
    counts = await kinds_of(reader, seq)
    return sum(count for kind, count in counts.items() if is_among(kind, kinds))


async def total_in_blocks(reader: "AccountReader", name: str) -> int:
    """How many members a list of numbered pages has."""
    rows = await reader.fetch(sql.TALLIES_OF_DAY, entity=BLOCKS, day=TOTAL)
    return next((count for kind, count in rows if kind == name), 0)


async def years(reader: "AccountReader") -> list[tuple[int, int]]:
    """(year, count) of the activities with a contact, newest first."""
    rows = await reader.fetch(
        sql.TALLIES_OF_DAYS_DESCENDING, entity=YEARS, first=FIRST_DAY, end=LAST_DAY
    )
    return [(year, count) for year, _, count in rows]


async def by_day(reader: "AccountReader", query: Query) -> list[tuple[int, int]]:
    """(UTC day, count), oldest first."""
    counts: Counter[int] = Counter()
    for day, _, count in await _tallied(reader, query):
        counts[day] += count
    return sorted(counts.items())


async def by_kind(reader: "AccountReader", query: Query) -> list[tuple[str, int]]:
    """(kind, count), most frequent first."""
    counts: Counter[str] = Counter()
    for _, kind, count in await _tallied(reader, query):
        counts[kind] += count
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


async def _tallied(reader: "AccountReader", query: Query) -> list["Row"]:
    """The tallies of the query's one entity (or the whole), its kinds and its whole days."""
    entity = EVERYTHING
    if query.entities:
        entity = (await reader.entity(query.entities[0])).seq
    rows = await reader.fetch(
        sql.TALLIES_OF_DAYS,
        entity=entity,
        first=FIRST_DAY if query.since is None else query.since // DAY,
        end=LAST_DAY if query.until is None else -(-query.until // DAY),
    )
    return [row for row in rows if is_among(row[1], query.kinds)]


async def day_of_rank(
    reader: "AccountReader", entity: int, kinds: list[str] | None, rank: int, query: Query
) -> tuple[int | None, int]:
    """The day on which the walk finds number `rank` (from 0), and how many it skips within it.

    Only days that the query's bounds leave whole at the start of the walk are looked at.
    """
    first = FIRST_DAY if query.since is None else query.since // DAY
    end = LAST_DAY if query.until is None else query.until // DAY
    if not query.is_descending:
        first = FIRST_DAY if query.since is None else -(-query.since // DAY)
        end = LAST_DAY
    return await _seek(reader, entity, kinds, rank, (first, end), newest_first=query.is_descending)


async def block_of_rank(
    reader: "AccountReader", name: str, rank: int, *, newest_first: bool
) -> tuple[int | None, int]:
    """The block of seqs that holds number `rank` of a list, and how many to skip within it."""
    return await _seek(reader, BLOCKS, [name], rank, (0, _NO_END), newest_first=newest_first)


async def _seek(  # noqa: PLR0913 - the one walk that days and blocks share
    reader: "AccountReader",
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
        rows = await reader.fetch(
            statement, entity=entity, first=first, end=end, limit=CHUNK, **wanted
        )
        for day, count in rows:
            if rank < count:
                return day, rank
            rank -= count
        if len(rows) < CHUNK:
            return None, rank
        first, end = (first, rows[-1][0]) if newest_first else (rows[-1][0] + 1, end)


def changed(tallies: Mapping[Tally, int]) -> list[tuple[int, int, str, int]]:
    """The tallies that are not the same as before, sums included, in the order of their key."""
    sums: Counter[Tally] = Counter()
    for (entity, _, kind), count in tallies.items():
        if entity != YEARS:
            sums[entity, TOTAL, kind] += count
    each = (*tallies.items(), *sums.items())
    return sorted([(*tally, count) for tally, count in each if count])
