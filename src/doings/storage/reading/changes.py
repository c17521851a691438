"""The feed of changes: read by seq, and by activity as its history."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from doings.core.activity import Activity
from doings.core.store.changes import Change
from doings.storage.sql import statements as sql

if TYPE_CHECKING:
    from doings.storage.engine import Row
    from doings.storage.reader import AccountReader
    from doings.storage.writer import AccountWriter


async def changes(reader: "AccountReader", after: int, limit: int) -> list[Change]:
    """The feed from `after` (exclusive) on, oldest first, with the activities as they are now."""
    return await _with_activities(
        reader, await reader.fetch(sql.CHANGES_AFTER, after=after, limit=limit)
    )


async def history(reader: "AccountReader", activity_id: str) -> list[Change]:
    """The changes of one activity, also of a deleted one, oldest first; raises NotFound."""
    later = await reader.fetch(sql.CHANGES_OF_ACTIVITY, activity_id=activity_id)
    seq = later[0][1] if later else (await reader.activity(activity_id)).seq
    created = await reader.fetch(sql.CHANGE_BY_SEQ, seq=seq)
    return await _with_activities(reader, [*created, *later])


async def amend(writer: "AccountWriter", activity_id: str, revise: Callable[[str], str]) -> None:
    """Replace what an activity's changes keep of the past by what `revise` makes of it."""
    for seq, *_, before in await writer.fetch(sql.CHANGES_OF_ACTIVITY, activity_id=activity_id):
        after = revise(before)
        if after != before:
            await writer.execute(sql.AMEND_CHANGE, seq=seq, before=after)


async def _with_activities(reader: "AccountReader", rows: Sequence["Row"]) -> list[Change]:
    seqs = list({row[1] for row in rows})
    now = {activity.seq: activity for activity in await reader.activities(seqs)}
    return [change_from_row(row, now.get(row[1])) for row in rows]


def change_from_row(row: "Row", activity: Activity | None) -> Change:
    """The columns are `statements.CHANGE`."""
    seq, activity_seq, activity_id, op, kind, at, by, before = row
    return Change(
        seq=seq,
        activity_seq=activity_seq,
        activity_id=activity_id,
        op=op,
        kind=kind,
        at=at,
        by=by,
        before=before,
        activity=activity,
    )
