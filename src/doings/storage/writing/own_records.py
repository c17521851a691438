"""What was said of each of the people who are one: kept while another one stands for them.

A write by a merged id shows in the one that stands for it. It is written into the row of the one
that it names as well, and the change of the other notes through whom it came. So parting finds both
records: one is there, the other is what it was before such changes.
"""

from collections.abc import Collection

from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.storage.engine import Row
from doings.storage.reading.entities import by_seqs_with_deleted
from doings.storage.sql import merge_statements as sql
from doings.storage.transaction import Transaction
from doings.storage.writing import entity_rows, relinks

CHANGES = 100
"""How many changes of an entity are looked at in one statement."""


async def path_from(transaction: Transaction, key: EntityKey) -> list[Entity]:
    """The entities from the one that is named up to the one that stands for it, without that one.

    They are as they are stored, deleted or not.
    """
    found: list[Entity] = []
    (row,) = await transaction.fetch(sql.MEMBERS_BY_KEY, type=key[0], ids=[key[1]])
    seq, merged_by = row[0], row[4]
    while merged_by is not None:
        found += (await by_seqs_with_deleted(transaction, {seq})).values()
        (merge,) = await transaction.fetch(sql.MERGES_BY_SEQ, seqs=[merged_by])
        seq = merge[2]
        (row,) = await transaction.fetch(sql.MEMBERS_BY_SEQ, seqs=[seq])
        merged_by = row[4]
    return found


async def restore(transaction: Transaction, seq: int, parted: Collection[int]) -> None:
    """Give an entity back what was said of it before what came through those it is parted from.

    What was written by its own id, or through somebody who stays, holds from then on: only what
    came last is taken back.
    """
    first = await _first_of_others(transaction, seq, parted)
    if first is None:
        return
    _, _, op, name, attrs, contact_seq = first
    now = (await by_seqs_with_deleted(transaction, {seq}))[seq]
    if op == "created":
        # It was deleted until somebody else made it again.
        if not now.is_deleted:
            await entity_rows.remove(transaction, now)
        return
    owner = None
    if contact_seq is not None:
        contacts = await by_seqs_with_deleted(transaction, {contact_seq})
        owner = entity_rows.Owner(contact_seq, contacts[contact_seq].id)
    draft = EntityDraft(name=name, attrs=attrs, contact=owner and owner.id)
    await entity_rows.replace(transaction, now, draft, owner)
    if draft.contact != now.contact:
        await relinks.begin(transaction, seq)


async def _first_of_others(
    transaction: Transaction, seq: int, parted: Collection[int]
) -> Row | None:
    """The oldest of the last changes in a row that came through one of those parted, if any did."""
    first, before = None, 1 << 62
    while rows := await transaction.fetch(
        sql.CHANGES_BEFORE, entity=seq, before=before, limit=CHANGES
    ):
        for row in rows:
            is_forgotten = row[4] is None
            if row[1] not in parted or is_forgotten:
                return first
            first = row
        before = rows[-1][0]
    return first
