"""All that happened in an account, to activities and entities, in the order of seqs.

Three tables hold it: `changes`; `entity_changes`; and `entities`, whose own seqs say when each was
made first. Every seq is in one of them, so what they hold together up to a seq is all there is.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter

import msgspec

from doings.core.activity import named_links
from doings.core.budget import PAGE_BYTES, fitting_count
from doings.core.entity import PEOPLE, EntityKey
from doings.core.errors import NotFound
from doings.core.resuming.position import first_epoch
from doings.core.store.changes import Change, EntityChange, FeedChunk, Op
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.reading.changes import BYTES, before_of, changes
from doings.storage.reading.entities import fitting, standing_for
from doings.storage.sql import feed_statements as sql
from doings.storage.sql.merge_statements import IDS_OF_PEOPLE
from doings.storage.sql.rows import ERASED, change_from_row, ids_by_type
from doings.storage.transaction import ReadTransaction

_SEQ_OF = itemgetter(0)

LATER = 1000
"""How many later changes of the activities in a chunk are read at a time."""

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


_TOLD: dict[str, Op] = {"joined": "updated", "merged": "deleted", "parted": "created"}
"""What happens to entities that are merged, as it is told to those who know nothing of merging."""

_REGROUPED = frozenset({"joined", "parted"})
"""What happens to those who stand for others, or for themselves, from then on."""


async def chunk(transaction: ReadTransaction, after: int, limit: int) -> FeedChunk:
    """At most `limit` things that happened after a seq; raises NotFound.

    There may be fewer, as a chunk holds no more than so many bytes.
    """
    end = await transaction.fetch_one(sql.FEED_END)
    if end is None:
        raise NotFound("account")
    last_seq, stored, created_at, merges = end
    epoch = stored or first_epoch(transaction.account_id, created_at)
    if last_seq <= after:
        return FeedChunk([], last_seq, last_seq, epoch, [])
    found: list[Change | EntityChange] = [
        *await changes(transaction, after, limit),
        *await _changes_of_entities(transaction, after, limit),
    ]
    items = _without_gap(sorted(found, key=_seq)[:limit])
    later: list[Change] = []
    if items and items[-1].seq != last_seq:
        items, later = await _with_later(transaction, items)
    through = items[-1].seq if items else last_seq
    people = await _people(transaction, [*items, *later]) if merges else {}
    return FeedChunk(items, through, last_seq, epoch, later, people)


class _Named(msgspec.Struct):
    type: str
    id: str


class _Past(msgspec.Struct):
    """Whom the `before` of a change names."""

    actor: _Named | None = None
    links: list[_Named] = []


_past = msgspec.json.Decoder(_Past).decode


async def _people(
    transaction: ReadTransaction, items: Sequence[Change | EntityChange]
) -> dict[EntityKey, frozenset[EntityKey]]:
    """All keys of those people whom the items or their past name, where these have several."""
    people: dict[EntityKey, set[EntityKey]] = {}
    for type_, ids in ids_by_type({key for item in items for key in _named_by(item)}).items():
        if type_ in PEOPLE:
            for id_, other in await transaction.fetch(IDS_OF_PEOPLE, type=type_, ids=ids):
                people.setdefault((type_, id_), set()).add((type_, other))
    return {key: frozenset(keys) for key, keys in people.items()}


def _named_by(item: Change | EntityChange) -> Iterator[EntityKey]:
    """Whom an item names who may have other ids, now or in the past that it keeps."""
    if isinstance(item, EntityChange):
        yield item.key
        return
    if item.before:
        past = _past(item.before)
        yield from [(one.type, one.id) for one in (past.actor, *past.links) if one is not None]
    if item.activity is not None:
        links = named_links(item.activity.links)
        yield from [link.entity.key for link in links if link.entity.group_seq is not None]


def _seq(item: Change | EntityChange) -> int:
    return item.seq


def _without_gap(items: list[Change | EntityChange]) -> list[Change | EntityChange]:
    """The items up to the first seq that is missing: what has it was cut off, and comes next.

    The first item is the next one whatever its seq is, as every table gave its own first.
    """
    for place, item in enumerate(items):
        if item.seq != items[0].seq + place:
            return items[:place]
    return items


async def _changes_of_entities(
    transaction: ReadTransaction, after: int, limit: int
) -> list[EntityChange]:
    """What happened to entities, those that were made included; as many as a page may hold."""
    made = await transaction.fetch(sql.ENTITIES_AFTER, after=after, limit=limit)
    changed = await transaction.fetch(sql.ENTITY_CHANGES_AFTER, after=after, limit=limit)
    return await _with_entities(transaction, sorted([*made, *changed], key=_SEQ_OF)[:limit])


async def entity_changes_by_seq(
    transaction: ReadTransaction, seqs: Sequence[int]
) -> list[EntityChange]:
    """The first of these changes to entities, oldest first, as many as a page may hold."""
    rows = await transaction.fetch(sql.ENTITY_CHANGES_BY_SEQ, seqs=list(seqs))
    return await _with_entities(transaction, sorted(rows, key=_SEQ_OF))


async def _with_entities(transaction: ReadTransaction, rows: Sequence[Row]) -> list[EntityChange]:
    seqs = list(dict.fromkeys([row[1] for row in rows]))
    entities, covered = await fitting(transaction, seqs)
    now = {entity.seq: entity for entity in entities}
    standing = await standing_for(transaction, now)
    known = set(seqs[:covered])
    found = []
    for seq, entity_seq, op, at, entity_type, entity_id, by, deleted_at in rows:
        if entity_seq not in known:
            break
        entity, is_erased = now.get(entity_seq), deleted_at == ERASED
        told = _TOLD.get(op) or op
        change = EntityChange(
            seq, told, at, entity_type, entity_id, entity, by, entity_seq, is_erased
        )
        if op in _REGROUPED:
            change = msgspec.structs.replace(change, is_regrouped=True)
        if entity is not None and entity.is_merged:
            into = standing[entity_seq].key
            change = msgspec.structs.replace(change, entity=None, merged_into=into)
        found.append(change)
    return found


async def _with_later(
    transaction: ReadTransaction, items: list[Change | EntityChange]
) -> tuple[list[Change | EntityChange], list[Change]]:
    """The items, and what happened after them to the activities in them, oldest first.

    Where that is more than is read at a time, the later items are left for the next chunk, as a
    part of it would tell wrongly how the activities were.
    """
    while True:
        ids = list({item.activity_id for item in items if isinstance(item, Change)})
        through = items[-1].seq
        if not ids:
            return items, []
        rows = await transaction.fetch_page(
            sql.CHANGES_OF_ACTIVITIES_AFTER,
            ids=ids,
            after=through,
            limit=LATER,
            most=transaction.page_bytes // LATER,
        )
        if len(rows) < LATER and sum([row[BYTES] or 0 for row in rows]) <= PAGE_BYTES:
            before = await before_of(transaction, rows)
            later = [change_from_row(row, None, before.get(row[0], row[-2])) for row in rows]
            return items, sorted(later, key=_seq)
        if len(ids) == 1:
            return items, [await _later_as_one(transaction, ids[0], through)]
        items = items[: (len(items) + 1) // 2]


async def _later_as_one(transaction: ReadTransaction, activity_id: str, after: int) -> Change:
    """All changes of an activity after a seq as if they had been one; read part by part.

    A member was what the first change that replaced it keeps of it.
    """
    members: dict[str, msgspec.Raw] = {}
    last: Change | None = None
    while rows := await transaction.fetch_page(
        sql.LATER_CHANGES_OF_ACTIVITY,
        activity_id=activity_id,
        after=after if last is None else last.seq,
        limit=LATER,
        most=transaction.page_bytes // LATER,
    ):
        rows = rows[: fitting_count([row[BYTES] or 0 for row in rows])]
        before = await before_of(transaction, rows)
        for row in rows:
            last = change_from_row(row, None, before.get(row[0], row[-2]))
            members = _decode(last.before or "{}") | members
    if last is None:
        msg = f"{activity_id} has no change after {after}"
        raise LookupError(msg)
    return msgspec.structs.replace(last, before=json_text(members))
