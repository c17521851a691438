"""The statements of leaves, made again from the rows that they are about.

What a thing was after a change is what it is now, less all that later changes replaced: a member
has the value that the next change of it kept, else the present one. No statement is stored, so an
edited row makes another statement than the one that the digest stands for.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from doings.core.clock import text_from_instant
from doings.core.entity import EntityKey
from doings.core.text import json_text
from doings.proof.leaf import ActivityState, EntityState, Statement, text_of, with_member
from doings.storage.engine import Row
from doings.storage.sql import feed_statements as feed
from doings.storage.sql import log_statements as sql
from doings.storage.sql.log_rows import (
    Keys,
    entity_state,
    members_of_past,
    readable_links,
    state_from_row,
)
from doings.storage.transaction import ReadTransaction

PAST_CHUNK = 20
"""How many later changes are read at a time: each may keep a million characters of the past."""

LATER = 1000
LIGHT_BYTES = 2000
"""How many later changes are read at once where each keeps no more than so many bytes."""

PAST_OF_ENTITIES = 200
"""How many former states of entities are read at once."""

STRETCH_SEQS = 500
STRETCH_BYTES = 2_000_000
"""How much is made again at a time; the statement of a single change may have more bytes."""

WITHOUT_DOCUMENT = frozenset({"deleted", "erased"})
"""What leaves nothing to show."""

_LINKED = -1
_ACTIVITY_SEQ = 1
_ACTIVITY_ID = 2


async def stretch_end(transaction: ReadTransaction, first: int, end: int) -> int:
    """Up to which seq statements fit into memory; always beyond the first one."""
    end = min(end, first + STRETCH_SEQS)
    rows = [
        *await transaction.fetch(sql.BYTES_OF_CHANGES, first=first, end=end),
        *await transaction.fetch(sql.BYTES_OF_ENTITIES, first=first, end=end),
    ]
    total = 0
    for seq, size in sorted(rows):
        total += size
        if total > STRETCH_BYTES and seq > first:
            end = int(seq)
            total -= size
            break
    transaction.announce(total)
    return end


async def statements(
    transaction: ReadTransaction, first: int, end: int, by: Mapping[int, str | None]
) -> dict[int, bytes]:
    """The statement of each seq that is a change, from `first` to before `end`.

    `by` says who changed entities.
    """
    found = await _of_activities(transaction, first, end)
    found |= await _of_entities(transaction, first, end, by)
    texts = {seq: text_of(one) for seq, one in found.items()}
    for seq, id_, reason, is_by_itself, at in await transaction.fetch(
        sql.MERGES_TOLD, first=first, end=end
    ):
        if seq in texts:
            said = {
                "id": id_,
                "reason": reason,
                "automatic": bool(is_by_itself),
                "at": text_from_instant(at),
            }
            texts[seq] = with_member(texts[seq], "merge", json_text(said))
    for seq, leaves in await transaction.fetch(sql.FORGOTTEN, first=first, end=end):
        if seq in texts:
            texts[seq] = with_member(texts[seq], "forgets", leaves)
    return texts


async def _of_activities(
    transaction: ReadTransaction, first: int, end: int
) -> dict[int, Statement]:
    rows = await transaction.fetch(sql.CHANGES, first=first, end=end)
    states = await _states(transaction, [row for row in rows if row[3] not in WITHOUT_DOCUMENT])
    return {
        seq: Statement(seq, op, text_from_instant(at), by, kind, "activity", id_, states.get(seq))
        for seq, _, id_, op, kind, at, by in rows
    }


async def _states(transaction: ReadTransaction, rows: Sequence[Row]) -> dict[int, ActivityState]:
    """What each change left, by its seq; the rows are those of `sql.CHANGES`."""
    if not rows:
        return {}
    seqs = list({row[_ACTIVITY_SEQ] for row in rows})
    stored = await transaction.fetch(sql.ACTIVITIES, seqs=seqs)
    linked = {seq for row in stored for seq, _ in readable_links(row[_LINKED])}
    keys = Keys((await _keys(transaction, linked)).items())
    # By the id: an activity that is gone is known from what its deletion kept.
    now = {row[1]: msgspec.structs.asdict(state_from_row(row, keys)) for row in stored}
    states: dict[int, dict[str, Any]] = {row[0]: {} for row in rows}
    wanted: dict[str, list[Row]] = {}
    for row in rows:
        wanted.setdefault(row[_ACTIVITY_ID], []).append(row)
    async for seq, activity_id, before in _past(
        transaction, list(wanted), min(row[0] for row in rows)
    ):
        earlier = [row for row in wanted[activity_id] if row[0] < seq]
        members = members_of_past(before) if earlier else {}
        for row in earlier:
            states[row[0]] = members | states[row[0]]
    return {
        row[0]: _as_left(now.get(row[_ACTIVITY_ID], {}) | states[row[0]], row)
        for row in rows
        if states[row[0]] or row[_ACTIVITY_ID] in now
    }


async def _past(
    transaction: ReadTransaction, ids: list[str], after: int
) -> AsyncIterator[tuple[int, str, str]]:
    """What each change of these activities after a seq replaced, oldest first.

    Each is (seq, activity id, JSON). Few activities are changed at all, so mostly one statement
    gives all there is; what is large is then read a few at a time.
    """
    rows = await transaction.fetch(
        feed.CHANGES_OF_ACTIVITIES_AFTER, ids=ids, after=after, limit=LATER, most=LIGHT_BYTES
    )
    if len(rows) == LATER:
        for activity_id in ids:
            async for seq, before in _past_of(transaction, activity_id, after):
                yield seq, activity_id, before
        return
    for chunk in _chunks(sorted(rows, key=itemgetter(0))):
        large = [row[0] for row in chunk if row[-2] is None and row[-1]]
        found: dict[int, str] = {}
        if large:
            found = dict(await transaction.fetch(feed.BEFORE_OF_CHANGES, seqs=large))
        for row in chunk:
            kept = found.get(row[0], row[-2])
            if kept:
                yield row[0], row[2], kept


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    for place in range(0, len(rows), PAST_CHUNK):
        yield rows[place : place + PAST_CHUNK]


async def _past_of(
    transaction: ReadTransaction, activity_id: str, after: int
) -> AsyncIterator[tuple[int, str]]:
    """The same of one activity, however often it was changed."""
    while rows := await transaction.fetch(
        feed.PAST_OF_ACTIVITY, activity_id=activity_id, after=after, limit=PAST_CHUNK
    ):
        for seq, before in rows:
            if before:
                yield seq, before
        after = rows[-1][0]


_FIELDS = ActivityState.__struct_fields__


def _as_left(members: dict[str, Any], row: Row) -> ActivityState:
    """The state that a change left: it was changed last by that change."""
    state = ActivityState(*[members.get(name) for name in _FIELDS])
    is_new = row[3] == "created"
    state.updated_at = state.recorded_at if is_new else text_from_instant(row[5])
    return state


async def _keys(transaction: ReadTransaction, seqs: set[int]) -> dict[int, EntityKey]:
    if not seqs:
        return {}
    rows = await transaction.fetch(sql.KEYS_OF_ENTITIES, seqs=list(seqs))
    return {seq: (type_, id_) for seq, type_, id_ in rows}


async def _of_entities(
    transaction: ReadTransaction, first: int, end: int, by: Mapping[int, str | None]
) -> dict[int, Statement]:
    made = await transaction.fetch(sql.ENTITIES_MADE, first=first, end=end)
    changed = await transaction.fetch(sql.ENTITY_CHANGES, first=first, end=end)
    rows = [*[(seq, seq, "created", None) for (seq,) in made], *changed]
    states = await _entity_states(transaction, rows)
    found = {}
    for seq, _, op, at in rows:
        state = states.get(seq)
        if state is None:
            continue
        # When an entity was made is its own `created_at`, then as now.
        when = state.created_at if at is None else text_from_instant(at)
        document = None if op in WITHOUT_DOCUMENT else state
        found[seq] = Statement(seq, op, when, by.get(seq), None, state.type, state.id, document)
    return found


async def _entity_states(
    transaction: ReadTransaction, rows: Sequence[Row]
) -> dict[int, EntityState]:
    """What each change left of its entity, by its seq."""
    seqs = list({row[1] for row in rows})
    if not seqs:
        return {}
    stored = {row[0]: row for row in await transaction.fetch(sql.STORED_ENTITIES, seqs=seqs)}
    columns = {seq: stored[entity][3:] for seq, entity, *_ in rows if entity in stored}
    columns |= await _columns_before(transaction, rows, seqs)
    contacts = {held[2] for held in columns.values() if held[2] is not None}
    keys = await _keys(transaction, contacts)
    states = {}
    for seq, entity, *_ in rows:
        if seq in columns:
            name, attrs, contact_seq, created_at, updated_at = columns[seq]
            said = (name, attrs, keys[contact_seq][1] if contact_seq in keys else None)
            key = (stored[entity][1], stored[entity][2])
            states[seq] = entity_state(
                entity, key, said, created_at=created_at, updated_at=updated_at
            )
    return states


async def _columns_before(
    transaction: ReadTransaction, rows: Sequence[Row], seqs: list[int]
) -> dict[int, Row]:
    """What the next change of the entity kept, by the seqs of changes that are followed by one."""
    after = min(row[0] for row in rows)
    past = await transaction.fetch(
        sql.PAST_OF_ENTITIES, seqs=seqs, after=after, limit=PAST_OF_ENTITIES
    )
    columns: dict[int, Row] = {}
    if len(past) == PAST_OF_ENTITIES:
        for seq, entity, *_ in rows:
            old = await transaction.fetch_one(sql.PAST_OF_ENTITY, entity=entity, after=seq, limit=1)
            if old is not None:
                columns[seq] = old[2:]
        return columns
    by_entity: dict[int, list[Row]] = {}
    for row in sorted(past, key=itemgetter(0)):
        by_entity.setdefault(row[1], []).append(row)
    for seq, entity, *_ in rows:
        later = next((row for row in by_entity.get(entity, ()) if row[0] > seq), None)
        if later is not None:
            columns[seq] = later[2:]
    return columns
