"""Writing the feed of changes: what is added to it, and what of the past it keeps."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from doings.core.activity import Activity
from doings.core.entity import EntityKey
from doings.storage.reading import activities as read
from doings.storage.reading.log.statements import statements as rebuilt
from doings.storage.reading.log.statements import stretch_end
from doings.storage.sql import feed_statements as sql
from doings.storage.transaction import Transaction
from doings.storage.writing.log import leaves, statements
from doings.storage.writing.log.statements import EntityChanged

NOTHING = "{}"
"""What a change replaced that only says what is there now."""

CHANGE_CHUNK = 20
"""How many changes are held in memory at a time: each may keep a million characters of the past."""


async def add(transaction: Transaction, op: str, changed: Sequence[tuple[Activity, str]]) -> None:
    """Append to the feed; with each activity comes the JSON of what the change replaced.

    They are as the change left them, or as they were if it deleted them.
    """
    first = await transaction.advance(len(changed))
    by = transaction.by
    # What was updated says itself when; so the statement of the change can be made again.
    at = changed[0][0].updated_at if op == "updated" else transaction.clock.now()
    rows = [
        (seq, activity.seq, activity.id, op, activity.kind, at, by, before)
        for seq, (activity, before) in enumerate(changed, first)
    ]
    await transaction.execute_many(sql.ADD_CHANGE, rows)
    activities = [activity for activity, _ in changed]
    await leaves.add(
        transaction, first, lambda: statements.of_changed(op, activities, first, at=at, by=by)
    )


class Relinked(NamedTuple):
    """An activity that is linked otherwise; `before` is the JSON of the links that it had."""

    seq: int
    id: str
    kind: str
    before: str


async def add_relinked(transaction: Transaction, relinked: Sequence[Relinked]) -> None:
    """Append to the feed that activities are linked otherwise, as a thing of theirs changed hands.

    Their rows are as they are from now on. Timelines lose and get activities by that, so whoever
    follows one is told as of any other change. The activities themselves do not say it.
    """
    first = await transaction.advance(len(relinked))
    now, by = transaction.clock.now(), transaction.by
    rows = [
        (seq, one.seq, one.id, "updated", one.kind, now, by, one.before)
        for seq, one in enumerate(relinked, first)
    ]
    await transaction.execute_many(sql.ADD_CHANGE, rows)
    await _add_leaves(transaction, first, first + len(rows))


async def add_of_entity(
    transaction: Transaction, op: str, changed: EntityChanged, via: int | None = None
) -> None:
    """Append to the feed what is about to happen to an entity that is there.

    Its row has to be as it was before, because the change keeps that. `via` is the seq of the
    merged entity by whose id it was asked for.
    """
    seq = await transaction.advance(1, is_invalidating=True)
    entity_seq, at = changed.seq, changed.at
    await transaction.execute(
        sql.ADD_ENTITY_CHANGE, seq=seq, entity_seq=entity_seq, op=op, at=at, via=via
    )
    await leaves.add(
        transaction, seq, lambda: [statements.of_entity(op, seq, changed, transaction.by)]
    )


async def tell_forgotten(transaction: Transaction, entity_seq: int, key: EntityKey) -> None:
    """Tell once more that an entity is erased, where leaves lost their salts and no leaf says so.

    That is where a part of an erasure only takes somebody out of what stays.
    """
    if transaction.forgotten:
        now = transaction.clock.now()
        changed = EntityChanged(entity_seq, key, None, now, now)
        await add_of_entity(transaction, "erased", changed)


async def amend(transaction: Transaction, activity_id: str, revise: Callable[[str], str]) -> None:
    """Replace what an activity's changes keep of the past by what `revise` makes of it.

    The leaves of the changes before say what may not be known any more, so they lose their salts. A
    change that updates nothing tells of them.
    """
    last = 0
    passed: list[int] = []
    before_last: list[int] | None = None
    while rows := await transaction.fetch(
        sql.PAST_OF_ACTIVITY, activity_id=activity_id, after=last, limit=CHANGE_CHUNK
    ):
        for seq, before in rows:
            after = revise(before)
            if after != before:
                await transaction.execute(sql.AMEND_CHANGE, seq=seq, before=after)
                before_last = [*passed]
            passed.append(seq)
        last = rows[-1][0]
    if before_last is not None:
        created = await transaction.fetch(sql.CREATION_OF_ACTIVITY, seq=passed[0])
        await leaves.forget_leaves(transaction, [row[0] for row in created] + before_last)
        if transaction.forgotten:
            await _tell_amended(transaction, activity_id)


async def _tell_amended(transaction: Transaction, activity_id: str) -> None:
    """Add a change that updates nothing, whose leaf tells which leaves lost their salts."""
    one = await read.activity(transaction, activity_id, with_attrs=False)
    seq, now, by = await transaction.advance(1), transaction.clock.now(), transaction.by
    row = (seq, one.seq, one.id, "updated", one.kind, now, by, NOTHING)
    await transaction.execute_many(sql.ADD_CHANGE, [row])
    await _add_leaves(transaction, seq, seq + 1)


async def _add_leaves(transaction: Transaction, first: int, end: int) -> None:
    """Add the leaves of changes that were written just now, of as many at a time as memory takes.

    They are made from the rows: these name who is linked, and not who stands for them.
    """
    while first < end:
        stop = await stretch_end(transaction, first, end)
        await _add_stretch(transaction, range(first, stop))
        first = stop


async def _add_stretch(transaction: Transaction, seqs: range) -> None:
    said = await rebuilt(transaction, seqs.start, seqs.stop, {}) if transaction.keeps_log else {}
    await leaves.add(transaction, seqs.start, lambda: [said[seq] for seq in seqs])
