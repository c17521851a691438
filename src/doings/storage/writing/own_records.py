"""What was said of each of the people who are one: kept while another one stands for them.

A write by a merged id shows in the one that stands for it. It is written into the row of the one
that it names as well, and the change of the other notes through whom it came. So parting finds both
records: one is there, the other is what is left without such changes. A change through itself says
that all of the record was said then, and not some of it.
"""

from collections.abc import Collection
from typing import NamedTuple

from doings.core.entity import ATTRS_LENGTH, Entity, EntityDraft, EntityKey
from doings.core.people.carrying import carried
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


class _State(NamedTuple):
    """What was said of an entity at some time."""

    name: str | None
    attrs: str
    contact_seq: int | None
    is_deleted: bool


async def restore(
    transaction: Transaction, seq: int, stay: Collection[int], *, parted: int
) -> None:
    """Give an entity back what was said of it by its own id, and through those who stay.

    What others changed is left out; what was changed after that holds, and changes nothing else.
    This is noted as done through one of them (`parted`), so that it is left out as well when the
    next one is parted.
    """
    now = (await by_seqs_with_deleted(transaction, {seq}))[seq]
    own = await _own(transaction, now, stay)
    if own is None:
        return
    if own.is_deleted:
        # It was deleted until somebody else made it again.
        if not now.is_deleted:
            await entity_rows.remove(transaction, now, via=parted)
        return
    owner = None
    if own.contact_seq is not None:
        contacts = await by_seqs_with_deleted(transaction, {own.contact_seq})
        owner = entity_rows.Owner(own.contact_seq, contacts[own.contact_seq].id)
    draft = EntityDraft(name=own.name, attrs=own.attrs, contact=owner and owner.id)
    await entity_rows.replace(transaction, now, draft, owner, via=parted)
    if draft.contact != now.contact:
        await relinks.begin(transaction, seq)


async def _own(transaction: Transaction, now: Entity, stay: Collection[int]) -> _State | None:
    """What an entity would be without the changes of others; None where there were none.

    All its changes are looked at: those of this merge began with what others may have said.
    """
    (row,) = await transaction.fetch(sql.STATE_OF_ENTITY, seq=now.seq)
    name, attrs, contact_seq = row
    present = _State(name, attrs, contact_seq, now.is_deleted)
    own: _State | None = None
    last: Row | None = None
    after = 0
    while rows := await transaction.fetch(
        sql.CHANGES_AFTER, entity=now.seq, after=after, limit=CHANGES
    ):
        for row in rows:
            own = own if last is None else _without(own, last, _before(row), now.seq, stay)
            last = row
        after = rows[-1][0]
    return own if last is None else _without(own, last, present, now.seq, stay)


def _before(row: Row) -> _State:
    _, _, op, name, attrs, contact_seq = row
    return _State(name, attrs, contact_seq, is_deleted=op == "created")


def _without(
    own: _State | None, row: Row, after: _State, seq: int, stay: Collection[int]
) -> _State | None:
    """What the entity of that seq is after a change, without those of others.

    None before the first of them.
    """
    before, via = _before(row), row[1]
    is_own = via is None or via in stay
    if own is None or not is_own:
        return own or (None if is_own else before)
    if after.is_deleted:
        return own._replace(is_deleted=True)
    if before.is_deleted or own.is_deleted or via == seq:
        return after
    attrs = carried(own.attrs, before.attrs, after.attrs)
    return _State(
        own.name if after.name == before.name else after.name,
        attrs if len(attrs) <= ATTRS_LENGTH else after.attrs,
        own.contact_seq if after.contact_seq == before.contact_seq else after.contact_seq,
        is_deleted=False,
    )
