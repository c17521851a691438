"""Writing the feed of changes: what is added to it, and what of the past it keeps."""

from collections.abc import Callable

from doings.core.activity import Activity
from doings.storage.sql import statements as sql
from doings.storage.transaction import Transaction


async def add(transaction: Transaction, activity: Activity, op: str, *, before: str) -> None:
    """Append to the feed; `before` is the JSON of what the change replaced."""
    await transaction.execute(
        sql.ADD_CHANGE,
        seq=await transaction.advance(1),
        activity_seq=activity.seq,
        activity_id=activity.id,
        op=op,
        kind=activity.kind,
        at=transaction.clock.now(),
        by_key=transaction.by,
        before=before,
    )


async def amend(transaction: Transaction, activity_id: str, revise: Callable[[str], str]) -> None:
    """Replace what an activity's changes keep of the past by what `revise` makes of it."""
    for seq, *_, before in await transaction.fetch(
        sql.CHANGES_OF_ACTIVITY, activity_id=activity_id
    ):
        after = revise(before)
        if after != before:
            await transaction.execute(sql.AMEND_CHANGE, seq=seq, before=after)
