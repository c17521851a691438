"""The feed of changes: read by seq, and by activity as its history."""

from collections.abc import Sequence

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


async def history(transaction: ReadTransaction, activity_id: str) -> list[Change]:
    """The changes of one activity, also of a deleted one, oldest first; raises NotFound."""
    later = await transaction.fetch(sql.CHANGES_OF_ACTIVITY, activity_id=activity_id)
    seq = later[0][1] if later else (await activities.activity(transaction, activity_id)).seq
    created = await transaction.fetch(sql.CHANGE_BY_SEQ, seq=seq)
    return await _with_activities(transaction, [*created, *later])


async def _with_activities(transaction: ReadTransaction, rows: Sequence[Row]) -> list[Change]:
    seqs = list({row[1] for row in rows})
    now = {activity.seq: activity for activity in await activities.by_seqs(transaction, seqs)}
    return [change_from_row(row, now.get(row[1])) for row in rows]
