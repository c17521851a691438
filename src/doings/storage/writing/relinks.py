"""Bringing links in line with whom a thing belongs to, when that has changed.

A thing may have a hundred thousand activities, and nobody may have to wait until all of them are
done. So one transaction does a stretch of them and notes where the next one goes on. The note is a
row of its own, so that what a process leaves undone when it is killed is done by another.

Every stretch looks up whom things belong to at that moment. So it does not matter what is recorded,
or changes hands again, between two of them.
"""

from collections.abc import Iterable, Sequence

from doings.core.activity import OWNER, Linked
from doings.core.clock import local_date
from doings.core.documents.document import link_documents
from doings.core.entity import CONTACT
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.reading.entities import names_by_seqs
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.rows import LinkRow, Roles, linked_from_text, text_from_roles
from doings.storage.transaction import Transaction
from doings.storage.writing import changes
from doings.storage.writing.changes import Relinked
from doings.storage.writing.links import Known, count, link_rows, roles_of

ACTIVITY_CHUNK = 250
"""How many activities a transaction brings in line: 30 ms."""

BEGIN = -1 << 62
"""Before every instant."""


async def begin(transaction: Transaction, entity: int) -> None:
    """Bring the links of all that concerns an entity in line with whom it belongs to now.

    What is too much for this transaction is left to `go_on`. Then the entity is one of the
    transaction's `unfinished`.
    """
    if transaction.relinked >= ACTIVITY_CHUNK:
        await _put_off(transaction, entity, BEGIN, 0)
        return
    await _go_on_from(transaction, entity, BEGIN, 0)


async def go_on(transaction: Transaction, entity: int) -> None:
    """Do the next stretch of what `begin` left; the entity is `unfinished` where more is left."""
    row = await transaction.fetch_one(sql.RELINK, entity=entity)
    if row is not None:
        await transaction.execute(sql.DROP_RELINK, entity=entity)
        await _go_on_from(transaction, entity, *row)
        await transaction.write_tallies()


async def _go_on_from(
    transaction: Transaction, entity: int, occurred_at: int, activity_seq: int
) -> None:
    keys = await transaction.fetch(
        sql.ACTIVITIES_OF_ENTITY,
        entity=entity,
        occurred_at=occurred_at,
        activity_seq=activity_seq,
        limit=ACTIVITY_CHUNK,
    )
    transaction.relinked += len(keys)
    await _relink(transaction, [seq for _, seq in keys])
    if len(keys) == ACTIVITY_CHUNK:
        await _put_off(transaction, entity, *keys[-1])


async def _put_off(
    transaction: Transaction, entity: int, occurred_at: int, activity_seq: int
) -> None:
    transaction.unfinished.append(entity)
    await transaction.execute(
        sql.SET_RELINK, entity=entity, occurred_at=occurred_at, activity_seq=activity_seq
    )


async def _relink(transaction: Transaction, seqs: list[int]) -> None:
    """Set the links of activities that follow from owners; all others stay as they are.

    Only rows that differ are written: an activity may have two hundred links. The feed is told of
    each activity that is linked otherwise, so that who follows a timeline sees it come or go.
    """
    if not seqs:
        return
    rows = await transaction.fetch(sql.LINKED_OF_ACTIVITIES, seqs=seqs)
    known = await _known(transaction, rows)
    time_zone = await transaction.time_zone()
    dropped: list[LinkRow] = []
    added: list[LinkRow] = []
    before: list[LinkRow] = []
    after: list[LinkRow] = []
    changed: list[tuple[object, ...]] = []
    past: list[tuple[int, str, str, Roles]] = []
    for seq, id_, kind, occurred_at, had_contact, linked in sorted(rows):
        old: Roles = {entity: list(roles) for entity, roles in linked_from_text(linked)}
        roles, has_contact = roles_of(
            (known[entity], role) for entity, held in old.items() for role in held if role != OWNER
        )
        if roles == old:
            continue
        dropped += [(entity, occurred_at, seq, kind) for entity in old if entity not in roles]
        added += [(entity, occurred_at, seq, kind) for entity in roles if entity not in old]
        before += link_rows(seq, occurred_at, kind, old)
        after += link_rows(seq, occurred_at, kind, roles)
        changed.append((int(has_contact), text_from_roles(roles), seq))
        past.append((seq, id_, kind, old))
        if has_contact != bool(had_contact):
            year = local_date(occurred_at, time_zone).year
            change = transaction.tallies.update if has_contact else transaction.tallies.subtract
            change(tallies.of_concerns([(seq, year)]))
    await count(transaction, before, is_removal=True)
    await count(transaction, after)
    await transaction.execute_many(sql.DELETE_LINK, sorted(row[:3] for row in dropped))
    await transaction.execute_many(sql.ADD_LINK, sorted(added))
    await transaction.execute_many(sql.SET_LINKED, changed)
    if past:
        await changes.add_relinked(transaction, await _told(transaction, past))


async def _told(
    transaction: Transaction, past: Sequence[tuple[int, str, str, Roles]]
) -> list[Relinked]:
    """What the feed is told of activities, given with what they were linked to."""
    entities = await names_by_seqs(transaction, {seq for *_, roles in past for seq in roles})
    told = []
    for seq, id_, kind, roles in past:
        held = tuple([Linked(entities[entity], tuple(roles[entity])) for entity in roles])
        _, links = link_documents(held)
        told.append(Relinked(seq, id_, kind, json_text({"links": links})))
    return told


async def _known(transaction: Transaction, rows: Iterable[Row]) -> dict[int, Known]:
    """Whom each entity belongs to that the activities of these rows are linked to."""
    seqs = {entity for *_, linked in rows for entity, _ in linked_from_text(linked)}
    found = await transaction.fetch(sql.OWNERS, seqs=list(seqs))
    return {seq: Known(seq, type_ == CONTACT, owner) for seq, type_, owner in found}
