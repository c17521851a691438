"""Writing the feed of changes: what is added to it, and what of the past it keeps."""

from collections.abc import Callable, Sequence

from doings.core.activity import Activity
from doings.storage.sql import feed_statements as sql
from doings.storage.transaction import Transaction

CHANGE_CHUNK = 20
"""How many changes are held in memory at a time: each may keep a million characters of the past."""


async def add(transaction: Transaction, op: str, changed: Sequence[tuple[Activity, str]]) -> None:
    """Append to the feed; with each activity comes the JSON of what the change replaced."""
    first = await transaction.advance(len(changed))
    now, by = transaction.clock.now(), transaction.by
    rows = [
        (seq, activity.seq, activity.id, op, activity.kind, now, by, before)
        for seq, (activity, before) in enumerate(changed, first)
    ]
    await transaction.execute_many(sql.ADD_CHANGE, rows)


async def add_of_entity(transaction: Transaction, op: str, entity_seq: int, at: int) -> None:
    """Append to the feed what happens to an entity that was there before, ahead of the change."""
    seq = await transaction.advance(1, is_invalidating=True)
    await transaction.execute(sql.ADD_ENTITY_CHANGE, seq=seq, entity_seq=entity_seq, op=op, at=at)


async def amend(transaction: Transaction, activity_id: str, revise: Callable[[str], str]) -> None:
    """Replace what an activity's changes keep of the past by what `revise` makes of it."""
    last = 0
    while rows := await transaction.fetch(
        sql.PAST_OF_ACTIVITY, activity_id=activity_id, after=last, limit=CHANGE_CHUNK
    ):
        for seq, before in rows:
            after = revise(before)
            if after != before:
                await transaction.execute(sql.AMEND_CHANGE, seq=seq, before=after)
        last = rows[-1][0]
