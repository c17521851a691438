"""Tallies: every number that is shown is kept, in the transaction that changes it.

A tally counts the activities of one (entity, UTC day, kind); the day TOTAL holds the sum over all
days. Pseudo-entities hold the other counts: EVERYTHING the whole account, YEARS the activities with
a contact by the year of the account's calendar, BLOCKS how many of a list's members have their seq
in a block of 1,024, which is how a numbered page deep in a list is found without counting rows. A
group of entities that are one person has a pseudo-entity as well: an activity of several of them
counts there once, and in the own tallies of each as if nobody had been merged.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping

from doings.core.clock import DAY
from doings.storage.sql.rows import LinkRow

TOTAL = -1_000_000
"""A day before every day that can be: stands for all of them."""

FIRST_DAY = -500_000
LAST_DAY = 4_000_000

YEARS = -1
BLOCKS = -2
BLOCK_BITS = 10
ACTIVITIES = "activity.with_contact"
"""The list of activities with a contact among BLOCKS; the lists of entities go by their type."""

GROUPS = -10
"""The pseudo-entity of a group is this number less the seq of the entity that stands for it."""

Tally = tuple[int, int, str]
"""(entity, day, kind)."""


def of_links(rows: Iterable[LinkRow]) -> Iterator[Tally]:
    """Where activities count by these rows of their links."""
    return ((entity, occurred_at // DAY, kind) for entity, occurred_at, _, kind in rows)


def timeline_of(seq: int, group_seq: int | None) -> int:
    """What the timeline of an entity is counted under: by itself, or with its group."""
    return seq if group_seq is None else GROUPS - group_seq


def of_groups(rows: Iterable[LinkRow], groups: Mapping[int, int]) -> Iterator[Tally]:
    """Where activities count once for each group that they concern.

    `rows` are all links of each activity, `groups` the group of each entity that is in one.
    """
    found = {
        (groups[entity], occurred_at, activity, kind)
        for entity, occurred_at, activity, kind in rows
        if entity in groups
    }
    return ((GROUPS - group, occurred_at // DAY, kind) for group, occurred_at, _, kind in found)


def of_concerns(concerns: Iterable[tuple[int, int]]) -> Iterator[Tally]:
    """Where activities count that concern a contact, by their seq and the account's year."""
    for seq, year in concerns:
        yield YEARS, year, ""
        yield of_member(ACTIVITIES, seq)


def of_member(name: str, seq: int) -> Tally:
    """Where a member of a list counts that is shown in numbered pages."""
    return BLOCKS, seq >> BLOCK_BITS, name


def is_among(kind: str, kinds: Container[str] | None) -> bool:
    """Whether the kind, or the `noun.*` it falls under, is named; None names all."""
    return kinds is None or kind in kinds or f"{kind.partition('.')[0]}.*" in kinds


def changed(tallies: Mapping[Tally, int]) -> list[tuple[int, int, str, int]]:
    """The tallies that are not the same as before, sums included, in the order of their key."""
    sums: Counter[Tally] = Counter()
    for (entity, _, kind), count in tallies.items():
        if entity != YEARS:
            sums[entity, TOTAL, kind] += count
    each = (*tallies.items(), *sums.items())
    return sorted([(*tally, count) for tally, count in each if count])
