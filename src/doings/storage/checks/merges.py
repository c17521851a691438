"""Checks groups of entities that are one person: who stands for them, why, and their counts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from doings.storage.checks import statements as sql
from doings.storage.checks.counts import named
from doings.storage.engine import Row
from doings.storage.reading.merges import shared
from doings.storage.sql import merge_statements as merges
from doings.storage.sql import tallies
from doings.storage.sql.statements import TALLIES_OF_DAYS
from doings.storage.transaction import ReadTransaction


class Groups(NamedTuple):
    """What is wrong with a group, and its seq; without one it is the end."""

    findings: list[str]
    group: int | None


async def group_after(transaction: ReadTransaction, after: int) -> Groups:
    """Check the next group behind a seq."""
    row = await transaction.fetch_one(sql.NEXT_GROUP, after=after)
    if row is None or row[0] is None:
        return Groups([], None)
    group = int(row[0])
    members = await transaction.fetch(merges.MEMBERS_OF_GROUPS, groups=[group])
    seqs = sorted({one[4] for one in members if one[4] is not None})
    made = {one[0]: one for one in await transaction.fetch(merges.MERGES_BY_SEQ, seqs=seqs)}
    findings = list(_member_findings(group, members, made))
    return Groups(findings + await _count_findings(transaction, group, members), group)


def _member_findings(group: int, members: Sequence[Row], made: dict[int, Row]) -> Iterator[str]:
    types = {type_ for _, type_, *_ in members}
    if group not in {seq for seq, *_ in members} or len(types) > 1 or len(members) == 1:
        yield f"the group of {named(group)} is not of several of its type, itself among them"
    for seq, _, _, _, merged_by, *_ in members:
        merge = made.get(merged_by)
        if seq == group:
            if merged_by is not None:
                yield f"{named(seq)} stands for its group, and was merged"
        elif merge is None or merge[8] is not None or str(seq) not in merge[3].split():
            yield f"{named(seq)} is in the group of {named(group)} by no merge that is active"


async def _count_findings(
    transaction: ReadTransaction, group: int, members: Sequence[Row]
) -> list[str]:
    """Whether a group counts what its entities do, less what concerns several of them."""
    seqs = [seq for seq, *_ in members]
    counted: Counter[tuple[int, str]] = Counter()
    for place, seq in enumerate(seqs):
        counted.update(await _counts(transaction, seq))
        counted.subtract(await shared(transaction, seq, seqs[:place]) if place else {})
    stored = await _counts(transaction, tallies.timeline_of(group, group))
    sums: Counter[str] = Counter()
    for (_, kind), count in stored.items():
        sums[kind] += count
    totals = await transaction.fetch(
        merges.TALLIES_OF_TIMELINE, timeline=tallies.timeline_of(group, group)
    )
    if +counted == stored and dict(totals) == dict(sums):
        return []
    return [f"the counts of the group of {named(group)} are not those of its entities"]


async def _counts(transaction: ReadTransaction, entity: int) -> Counter[tuple[int, str]]:
    rows = await transaction.fetch(
        TALLIES_OF_DAYS, entity=entity, first=tallies.FIRST_DAY, end=tallies.LAST_DAY
    )
    return Counter({(day, kind): count for day, kind, count in rows})


async def findings(transaction: ReadTransaction) -> list[str]:
    """Counts of groups that there are none of, and whether the number of merges is right."""
    found = [
        f"there are counts of the group of {named(tallies.GROUPS - entity)}, which is none"
        for (entity,) in await transaction.fetch(sql.COUNTS_WITHOUT_GROUP)
    ]
    ((stored, counted),) = await transaction.fetch(sql.COUNT_OF_MERGES)
    if stored != counted:
        found.append(f"{stored} merges are said to be active, there are {counted}")
    return found
