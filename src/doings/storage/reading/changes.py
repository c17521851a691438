"""The feed of changes: read by seq, and by activity as its history."""

from collections.abc import Awaitable, Sequence

from doings.core.store.changes import Change
from doings.storage.engine import Row
from doings.storage.reading import activities
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import change_from_row
from doings.storage.transaction import ReadTransaction


async def changes(transaction: ReadTransaction, after: int, limit: int) -> list[Change]:
    """The feed from `after` (exclusive) on, oldest first, with the activities as they are now."""
    return await _with_activities(
        transaction, await transaction.fetch(sql.CHANGES_AFTER, after=after, limit=limit)
    )


async def history(
    transaction: ReadTransaction, activity_id: str, after: int, limit: int
) -> list[Change]:
    """The changes of one activity from `after` (exclusive) on, oldest first; raises NotFound.

    A deleted activity has its history, too.
    """
    later = await _later(transaction, activity_id, after, limit)
    seq = later[0][1] if later else await _seq_of(transaction, activity_id)
    created = await transaction.fetch(sql.CHANGE_BY_SEQ, seq=seq) if seq > after else []
    return await _with_activities(transaction, [*created, *later][:limit])


def _later(
    transaction: ReadTransaction, activity_id: str, after: int, limit: int
) -> Awaitable[list[Row]]:
    """The changes of an activity but the one that created it."""
    return transaction.fetch(
        sql.LATER_CHANGES_OF_ACTIVITY, activity_id=activity_id, after=after, limit=limit
    )


async def _seq_of(transaction: ReadTransaction, activity_id: str) -> int:
    """The seq of an activity, deleted or not; raises NotFound."""
    deleted_or_changed = await _later(transaction, activity_id, 0, 1)
    if deleted_or_changed:
        return int(deleted_or_changed[0][1])
    return (await activities.activity(transaction, activity_id)).seq


async def _with_activities(transaction: ReadTransaction, rows: Sequence[Row]) -> list[Change]:
    seqs = list({row[1] for row in rows})
    now = {activity.seq: activity for activity in await activities.by_seqs(transaction, seqs)}
    return [change_from_row(row, now.get(row[1])) for row in rows]
