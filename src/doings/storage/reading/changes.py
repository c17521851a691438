"""The feed of changes: read by seq, and by activity as its history."""

from collections.abc import Awaitable, Sequence
from operator import itemgetter

from doings.core.activity import Activity
from doings.core.budget import fitting_count
from doings.core.store.changes import Change
from doings.storage.engine import Row
from doings.storage.reading import activities
from doings.storage.sql import feed_statements as sql
from doings.storage.sql.rows import change_from_row
from doings.storage.transaction import ReadTransaction

BYTES = -1
"""The place of the column that says how many bytes a change keeps of the past."""

_BYTES_OF = itemgetter(BYTES)


async def changes(transaction: ReadTransaction, after: int, limit: int) -> list[Change]:
    """The feed from `after` (exclusive) on, oldest first, with the activities as they are now.

    There may be fewer than `limit`, as a page holds no more than so many bytes.
    """
    rows = await transaction.fetch_page(
        sql.CHANGES_AFTER, after=after, limit=limit, most=transaction.page_bytes // limit
    )
    return await with_activities(transaction, rows)


async def history(
    transaction: ReadTransaction, activity_id: str, after: int, limit: int
) -> list[Change]:
    """The changes of one activity from `after` (exclusive) on, oldest first; raises NotFound.

    A deleted activity has its history, too.
    """
    most = transaction.page_bytes // limit
    later = await _later(transaction, activity_id, after, limit, most)
    seq = later[0][1] if later else await _seq_of(transaction, activity_id)
    created = await transaction.fetch(sql.CHANGE_BY_SEQ, seq=seq, most=most) if seq > after else []
    return await with_activities(transaction, [*created, *later][:limit])


def _later(
    transaction: ReadTransaction, activity_id: str, after: int, limit: int, most: int
) -> Awaitable[list[Row]]:
    """The changes of an activity but the one that created it."""
    return transaction.fetch_page(
        sql.LATER_CHANGES_OF_ACTIVITY,
        activity_id=activity_id,
        after=after,
        limit=limit,
        most=most,
    )


async def _seq_of(transaction: ReadTransaction, activity_id: str) -> int:
    """The seq of an activity, deleted or not; raises NotFound."""
    deleted_or_changed = await _later(transaction, activity_id, 0, 1, 0)
    if deleted_or_changed:
        return int(deleted_or_changed[0][1])
    return (await activities.activity(transaction, activity_id, with_attrs=False)).seq


async def newest_revisions(
    transaction: ReadTransaction, seqs: Sequence[int], most: int
) -> dict[int, Change]:
    """The newest change of each of these activities after it was recorded, by its seq.

    What they keep of the past is left out where it has more bytes than `most`.
    """
    rows = await transaction.fetch(sql.NEWEST_REVISIONS, seqs=list(seqs), most=most) if seqs else []
    return {row[1]: change_from_row(row, None, row[-2]) for row in rows}


async def with_activities(
    transaction: ReadTransaction, rows: list[Row], *, with_attrs: bool = False
) -> list[Change]:
    """The first of these changes, as many as a page may hold.

    A change weighs what it keeps of the past and its activity as it is now, which each change
    shows again. One change is read whatever it weighs.
    """
    keeps_past = any(map(_BYTES_OF, rows))
    if keeps_past:
        rows = rows[: fitting_count([row[BYTES] or 0 for row in rows])]
    # In the order of their first change, so that those of the first changes are read.
    seqs = list(dict.fromkeys([row[1] for row in rows]))
    found, covered = await activities.fitting(transaction, seqs, with_attrs=with_attrs)
    if covered < len(seqs):
        known = set(seqs[:covered])
        rows = rows[: next(place for place, row in enumerate(rows) if row[1] not in known)]
    now = {activity.seq: activity for activity in found}
    if len(rows) > len(seqs):
        sizes = {activity.seq: _size(activity) for activity in found}
        rows = rows[: fitting_count([(row[BYTES] or 0) + sizes.get(row[1], 0) for row in rows])]
    before = await before_of(transaction, rows) if keeps_past else {}
    return [change_from_row(row, now.get(row[1]), before.get(row[0], row[-2])) for row in rows]


def _size(activity: Activity) -> int:
    """How much of a page an activity takes, about: its texts, and the names that it shows."""
    texts = (activity.summary, activity.body, activity.data, activity.metadata)
    names = [link.entity.name for link in activity.links]
    return sum(map(activities.bytes_of, (*texts, *names)))


async def before_of(transaction: ReadTransaction, rows: Sequence[Row]) -> dict[int, str]:
    """What the changes keep of the past that was too large to be read with them, by seq."""
    large = {row[0]: row[BYTES] for row in rows if row[BYTES] is not None and row[-2] is None}
    if not large:
        return {}
    transaction.announce(sum(large.values()))
    return dict(await transaction.fetch(sql.BEFORE_OF_CHANGES, seqs=list(large)))
