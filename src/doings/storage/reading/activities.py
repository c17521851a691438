"""Activities by seq, by id and by the id they have elsewhere, each with what it is linked to."""

from collections.abc import Sequence
from operator import itemgetter

from doings.core.activity import Activity, Linked
from doings.core.errors import NotFound
from doings.core.store.activities import ActivityRef
from doings.storage.engine import Row
from doings.storage.reading import entities
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import activities_from_rows, linked_from_text
from doings.storage.transaction import ReadTransaction

_LINKED = itemgetter(-1)


async def activity(transaction: ReadTransaction, ref: ActivityRef) -> Activity:
    """One activity by its seq or its id; raises NotFound."""
    if isinstance(ref, int):
        rows = await transaction.fetch(sql.ACTIVITIES_BY_SEQ, seqs=[ref])
    else:
        rows = await transaction.fetch(sql.ACTIVITY_BY_ID, id=ref)
    if not rows:
        raise NotFound("activity", ref)
    return (await with_links(transaction, rows))[0]


async def by_external_id(
    transaction: ReadTransaction, origin: str, external_id: str
) -> Activity | None:
    """The activity that came from elsewhere under this id, or None."""
    rows = await transaction.fetch(
        sql.ACTIVITY_BY_EXTERNAL_ID, origin=origin, external_id=external_id
    )
    return (await with_links(transaction, rows))[0] if rows else None


async def by_seqs(transaction: ReadTransaction, seqs: Sequence[int]) -> list[Activity]:
    """Those of the activities that exist, in the order of `seqs`."""
    return await with_links(transaction, await rows_by_seqs(transaction, seqs))


async def rows_by_seqs(transaction: ReadTransaction, seqs: Sequence[int]) -> list[Row]:
    """The rows of those of the activities that exist, in the order of `seqs`."""
    if not seqs:
        return []
    rows = await transaction.fetch(sql.ACTIVITIES_BY_SEQ, seqs=list(seqs))
    by_seq = {row[0]: row for row in rows}
    return [by_seq[seq] for seq in seqs if seq in by_seq]


async def with_links(transaction: ReadTransaction, rows: Sequence[Row]) -> list[Activity]:
    """The activities of these rows; those linked alike share one tuple of links."""
    links_by_text = {text: linked_from_text(text) for text in set(map(_LINKED, rows))}
    linked_entities = await entities.by_seqs_with_deleted(
        transaction, {seq for links in links_by_text.values() for seq, _ in links}
    )
    shared = {
        text: tuple([Linked(linked_entities[seq], roles) for seq, roles in links])
        for text, links in links_by_text.items()
    }
    return activities_from_rows(rows, shared)
