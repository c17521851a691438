"""The rows of entities: the entity itself, its search text, and its place in the lists."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doings.core.entity import Entity, EntityDraft, EntityKey, draft_of
from doings.storage.sql import entity_statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.erasure_statements import ERASE_ENTITY
from doings.storage.sql.import_statements import DELETED
from doings.storage.sql.rows import is_partial, search_text
from doings.storage.transaction import Transaction
from doings.storage.writing import changes
from doings.storage.writing.log import leaves, statements
from doings.storage.writing.log.statements import EntityChanged


class Owner(NamedTuple):
    """The contact that an entity belongs to, as it was named."""

    seq: int
    id: str


async def add_many(
    transaction: Transaction, entities: Sequence[tuple[int, EntityKey, EntityDraft, int | None]]
) -> None:
    """Store new entities under seqs in a row that were taken for them."""
    now, by = transaction.clock.now(), transaction.by
    search = transaction.search
    rows, texts = [], []
    for seq, (type_, id_), draft, contact in entities:
        partial = is_partial(draft.attrs)
        rows.append((seq, type_, id_, draft.name, draft.attrs, contact, int(partial), now, now))
        text = search_text(draft.name, id_, draft.attrs)
        texts.append((seq, *search.indexed(transaction.account_id, text)))
        if not partial:
            transaction.tallies[tallies.of_member(type_, seq)] += 1
    await transaction.execute_many(sql.ADD_ENTITY, rows)
    await transaction.execute_many(search.add_entity, texts)
    await leaves.add(
        transaction,
        entities[0][0],
        lambda: statements.of_made_entities(entities, now=now, by=by),
    )


async def replace(
    transaction: Transaction,
    old: Entity,
    draft: EntityDraft,
    owner: Owner | None,
    *,
    via: int | None = None,
) -> Entity:
    """Replace what is said about an entity; a deleted one is there again.

    Where nothing else is said than before, nothing is written and nothing told. `via` is the seq of
    the merged entity by whose id it was asked for.
    """
    said = (draft.name, draft.attrs, draft.contact)
    if not old.is_deleted and said == (old.name, old.attrs, old.contact):
        return old
    now = transaction.clock.now()
    new = Entity(
        seq=old.seq,
        type=old.type,
        id=old.id,
        name=draft.name,
        attrs=draft.attrs,
        contact=draft.contact,
        created_at=now if old.is_deleted else old.created_at,
        updated_at=now,
        is_deleted=False,
        group_seq=old.group_seq,
    )
    if transaction.followed is not None:
        before = None if old.is_deleted else msgspec.json.encode(draft_of(old)).decode()
        transaction.followed.rows.append((old.seq, "entity", before, old.updated_at, now))
    op = "created" if old.is_deleted else "updated"
    stored = msgspec.structs.replace(draft, contact=owner and owner.id)
    changed = EntityChanged(old.seq, old.key, stored, new.created_at, now)
    await changes.add_of_entity(transaction, op, changed, via)
    await transaction.execute(
        sql.UPDATE_ENTITY,
        seq=new.seq,
        name=new.name,
        attrs=new.attrs,
        contact_seq=owner and owner.seq,
        is_partial=int(is_partial(new.attrs)),
        created_at=new.created_at,
        updated_at=new.updated_at,
    )
    difference = int(_is_counted(new)) - int(_is_counted(old))
    if difference:
        transaction.tallies[tallies.of_member(old.type, old.seq)] += difference
    await _index_again(transaction, old, new)
    return new


async def _index_again(transaction: Transaction, old: Entity, new: Entity) -> None:
    """Have the entity found by what is said about it now; often that is what it was found by."""
    text = search_text(new.name, new.id, new.attrs)
    if not old.is_deleted and text == search_text(old.name, old.id, old.attrs):
        return
    search = transaction.search
    await transaction.execute(search.remove_entity, seq=new.seq)
    words = search.indexed(transaction.account_id, text)
    await transaction.execute_many(search.add_entity, [(new.seq, *words)])


async def remove(transaction: Transaction, entity: Entity, *, via: int | None = None) -> None:
    """Mark an entity as deleted; `via` as for `replace`."""
    now = transaction.clock.now()
    if transaction.followed is not None:
        before = msgspec.json.encode(draft_of(entity)).decode()
        transaction.followed.rows.append((entity.seq, "entity", before, entity.updated_at, DELETED))
    await changes.add_of_entity(transaction, "deleted", _deleted(entity, now), via)
    await transaction.execute(sql.DELETE_ENTITY, seq=entity.seq, at=now)
    await _remove_from_lists(transaction, entity)


async def erase(transaction: Transaction, entity: Entity, opaque_id: str) -> None:
    """Take everything from an entity, deleted or not, but its type and its place."""
    now = transaction.clock.now()
    opaque = (entity.type, opaque_id)
    erased = EntityChanged(entity.seq, opaque, None, entity.created_at, now)
    if entity.id == opaque_id:
        # It came erased. What it was is known to its leaf, and so to its row before this change.
        await changes.add_of_entity(transaction, "erased", erased)
    await transaction.execute(ERASE_ENTITY, seq=entity.seq, id=opaque_id, at=now)
    if entity.id != opaque_id:
        # Afterwards, so that the change keeps nothing of what the entity was.
        await changes.add_of_entity(transaction, "erased", erased)
    if not entity.is_deleted:
        await _remove_from_lists(transaction, entity)


async def take_back(transaction: Transaction, entity: Entity) -> None:
    """Make an entity one that counts as never recorded."""
    now = transaction.clock.now()
    await changes.add_of_entity(transaction, "deleted", _deleted(entity, now))
    await transaction.execute(sql.TAKE_BACK_ENTITY, seq=entity.seq)
    await _remove_from_lists(transaction, entity)


def _deleted(entity: Entity, at: int) -> EntityChanged:
    return EntityChanged(entity.seq, entity.key, None, entity.created_at, at)


async def _remove_from_lists(transaction: Transaction, entity: Entity) -> None:
    await transaction.execute(transaction.search.remove_entity, seq=entity.seq)
    if _is_counted(entity):
        transaction.tallies[tallies.of_member(entity.type, entity.seq)] -= 1


def _is_counted(entity: Entity) -> bool:
    """Whether lists have it, as itself."""
    return not entity.is_deleted and not entity.is_merged and not is_partial(entity.attrs)
