"""All that happened in an account, to activities and entities, in the order of seqs.

Three tables hold it: `changes`; `entity_changes`; and `entities`, whose own seqs say when each was
made first. Every seq is in one of them, so what they hold together up to a seq is all there is.
"""

from collections.abc import Sequence

from doings.core.entity import Entity
from doings.core.errors import NotFound
from doings.core.position import first_epoch
from doings.core.store.changes import Change, EntityChange, FeedChunk, Op
from doings.storage.engine import Row
from doings.storage.reading.changes import changes
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import change_from_row, entity_from_row
from doings.storage.transaction import ReadTransaction

LATER = 1000
"""How many later changes of the activities in a chunk are read."""


async def chunk(transaction: ReadTransaction, after: int, limit: int) -> FeedChunk:
    """At most `limit` things that happened after a seq; raises NotFound."""
    end = await transaction.fetch_one(sql.FEED_END)
    if end is None:
        raise NotFound("account")
    last_seq, stored, created_at = end
    epoch = stored or first_epoch(transaction.account_id, created_at)
    if last_seq <= after:
        return FeedChunk([], last_seq, last_seq, epoch, [])
    parts: list[Sequence[Change | EntityChange]] = [
        await changes(transaction, after, limit),
        await _made(transaction, after, limit),
        await _changed(transaction, after, limit),
    ]
    # A part that is full may go on behind its last item, so nobody may be led past that.
    through = min([part[-1].seq for part in parts if len(part) >= limit], default=last_seq)
    items = sorted((item for part in parts for item in part), key=_seq)
    if len(items) > limit:
        through = min(through, items[limit - 1].seq)
    items = [item for item in items if item.seq <= through]
    later = [] if through == last_seq else await _later(transaction, items, through)
    return FeedChunk(items, through, last_seq, epoch, later)


def _seq(item: Change | EntityChange) -> int:
    return item.seq


async def _made(transaction: ReadTransaction, after: int, limit: int) -> list[EntityChange]:
    rows = await transaction.fetch(sql.ENTITIES_AFTER, after=after, limit=limit)
    return [
        _entity_change(entity.seq, "created", entity.created_at, entity)
        for entity in map(entity_from_row, rows)
    ]


async def _changed(transaction: ReadTransaction, after: int, limit: int) -> list[EntityChange]:
    rows = await transaction.fetch(sql.ENTITY_CHANGES_AFTER, after=after, limit=limit)
    return [
        _entity_change(seq, op, at, entity_from_row(tuple(entity))) for seq, op, at, *entity in rows
    ]


def _entity_change(seq: int, op: Op, at: int, entity: Entity) -> EntityChange:
    return EntityChange(
        seq=seq,
        op=op,
        at=at,
        type=entity.type,
        id=entity.id,
        entity=None if entity.is_deleted else entity,
    )


async def _later(
    transaction: ReadTransaction, items: Sequence[Change | EntityChange], through: int
) -> list[Change]:
    """What happened after the chunk to the activities in it, oldest first."""
    ids = list({item.activity_id for item in items if isinstance(item, Change)})
    if not ids:
        return []
    rows: list[Row] = await transaction.fetch(
        sql.CHANGES_OF_ACTIVITIES_AFTER, ids=ids, after=through, limit=LATER
    )
    return sorted((change_from_row(row, None) for row in rows), key=_seq)
