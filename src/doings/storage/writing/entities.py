"""Writing entities: the row, its search text, and its place in the lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.storage.reading import counts
from doings.storage.reading.entity_lists import is_partial, search_text
from doings.storage.sql import statements as sql

if TYPE_CHECKING:
    from doings.storage.writer import AccountWriter


async def contact_seq(writer: "AccountWriter", key: EntityKey, draft: EntityDraft) -> int | None:
    """The seq of the contact an entity is to belong to, made if there is none; raises Invalid."""
    if draft.contact is None:
        return None
    if key[0] == CONTACT:
        raise Invalid.of("contact", "a contact belongs to nobody")
    contact = await writer.entity_or_none((CONTACT, draft.contact))
    if contact is not None:
        return contact.seq
    seq = await writer.advance(1)
    await add(writer, seq, (CONTACT, draft.contact), EntityDraft(), None)
    return seq


async def add(
    writer: "AccountWriter", seq: int, key: EntityKey, draft: EntityDraft, contact: int | None
) -> None:
    """Store a new entity under a seq taken for it."""
    await add_many(writer, [(seq, key, draft, contact)])


async def add_many(
    writer: "AccountWriter", entities: Sequence[tuple[int, EntityKey, EntityDraft, int | None]]
) -> None:
    """Store new entities under seqs taken for them."""
    now = writer.clock.now()
    search = writer.connection.search
    rows, texts = [], []
    for seq, (type_, id_), draft, contact in entities:
        partial = is_partial(draft.attrs)
        rows.append((seq, type_, id_, draft.name, draft.attrs, contact, int(partial), now, now))
        text = search_text(draft.name, id_, draft.attrs)
        texts.append((seq, *search.indexed(writer.account_id, text)))
        if not partial:
            writer.tallies[counts.of_member(type_, seq)] += 1
    await writer.execute_many(sql.ADD_ENTITY, rows)
    await writer.execute_many(search.add_entity, texts)


async def replace(
    writer: "AccountWriter", old: Entity, draft: EntityDraft, contact: int | None
) -> None:
    """Replace what is said about an entity; a deleted one begins anew."""
    now = writer.clock.now()
    partial = is_partial(draft.attrs)
    await writer.execute(
        sql.UPDATE_ENTITY,
        seq=old.seq,
        name=draft.name,
        attrs=draft.attrs,
        contact_seq=contact,
        is_partial=int(partial),
        created_at=now if old.is_deleted else old.created_at,
        updated_at=now,
    )
    difference = int(not partial) - int(_is_counted(old))
    if difference:
        writer.tallies[counts.of_member(old.type, old.seq)] += difference
    search = writer.connection.search
    await writer.execute(search.remove_entity, seq=old.seq)
    words = search.indexed(writer.account_id, search_text(draft.name, old.id, draft.attrs))
    await writer.execute_many(search.add_entity, [(old.seq, *words)])


async def remove(writer: "AccountWriter", entity: Entity) -> None:
    """Mark an entity as deleted."""
    await writer.execute(sql.DELETE_ENTITY, seq=entity.seq, at=writer.clock.now())
    await writer.execute(writer.connection.search.remove_entity, seq=entity.seq)
    if _is_counted(entity):
        writer.tallies[counts.of_member(entity.type, entity.seq)] -= 1


def _is_counted(entity: Entity) -> bool:
    return not entity.is_deleted and not is_partial(entity.attrs)
