"""The pulls of an account, and what each has seen of its service."""

from collections.abc import Collection

from doings.core.budget import PULLED_AT_ONCE
from doings.core.store.pulls import MARK_ROUND, Pull, PullItem
from doings.core.text import json_text
from doings.storage.sql import pull_statements as sql
from doings.storage.sql.rows import pull_from_row
from doings.storage.transaction import ReadTransaction


async def pulls(transaction: ReadTransaction) -> list[Pull]:
    """All pulls, oldest first."""
    return [pull_from_row(row) for row in await transaction.fetch(sql.PULLS)]


async def items(
    transaction: ReadTransaction, number: int, refs: Collection[str]
) -> dict[str, PullItem]:
    """Those of the items that were seen before, by name."""
    if not refs:
        return {}
    rows = await transaction.fetch(sql.PULL_ITEMS, pull=number, refs=sorted(refs))
    return {row[0]: PullItem(*row) for row in rows}


async def own_activities(transaction: ReadTransaction, ids: Collection[str]) -> set[str]:
    """Those of the ids that activities of the account have."""
    if not ids:
        return set()
    return {str(id_) for (id_,) in await transaction.fetch(sql.OWN_ACTIVITIES, ids=sorted(ids))}


async def pulled_at(
    transaction: ReadTransaction, dialect: str, url: str, instants: Collection[int]
) -> list[int]:
    """The seqs of activities of some instants that pulls from a service recorded."""
    if not instants:
        return []
    rows = await transaction.fetch(
        sql.PULLED_AT,
        dialect=dialect,
        files=json_text([url]),
        instants=sorted(instants),
        limit=PULLED_AT_ONCE,
    )
    return sorted([int(seq) for (seq,) in rows])


async def reverted(
    transaction: ReadTransaction, dialect: str, url: str, seqs: Collection[int]
) -> set[tuple[int, int]]:
    """Which of some rows an undo of pulls from a service has put back, and their `updated_at`."""
    if not seqs:
        return set()
    rows = await transaction.fetch(
        sql.REVERTED, dialect=dialect, files=json_text([url]), seqs=sorted(seqs)
    )
    return {(int(seq), int(at)) for seq, at in rows}


async def missed_counts(
    transaction: ReadTransaction, number: int, round_: int, low: str, high: str
) -> tuple[int, int]:
    """How many items have names of a range, and how many were last seen before a round."""
    ((known, missed_),) = await transaction.fetch(
        sql.MISSED_COUNTS, pull=number, round=round_, low=low, high=high, mark=MARK_ROUND
    )
    return int(known), int(missed_)


async def missed(transaction: ReadTransaction, number: int, round_: int, after: str) -> str | None:
    """The first item behind a name that was last seen before a round."""
    row = await transaction.fetch_one(sql.MISSED_ITEM, pull=number, round=round_, after=after)
    return None if row is None else str(row[0])
