"""Checks block by block of seqs: entities, activities, the feed and numbered lists."""

from collections import Counter

import msgspec

from doings.core.interactions.lifecycle import due_at
from doings.storage.checks import links, search
from doings.storage.checks import statements as sql
from doings.storage.engine import Row
from doings.storage.sql import tallies
from doings.storage.sql.rows import is_partial
from doings.storage.sql.tallies import ACTIVITIES, TOTAL
from doings.storage.transaction import ReadTransaction

LAST_SEQ = 1 << 40
"""Greater than every seq."""


class Block(msgspec.Struct, frozen=True):
    """The rows whose seqs lie in a block, by seq."""

    entities: "dict[int, Row]"
    activities: "dict[int, Row]"
    changes: "dict[int, Row]"
    entity_changes: "dict[int, Row]"


async def block_findings(transaction: ReadTransaction, number: int, last_seq: int) -> list[str]:
    """What is wrong in a block of seqs; the last block holds all that lies past the head."""
    first, end = number << tallies.BLOCK_BITS, (number + 1) << tallies.BLOCK_BITS
    is_last = end > last_seq
    end_of_rows = LAST_SEQ if is_last else end
    block = await _block(transaction, first, end_of_rows)
    return [
        *_seq_findings(block, range(max(first, 1), min(end, last_seq + 1))),
        *_entity_findings(block),
        *_activity_findings(block),
        *await links.findings(transaction, block.activities.values()),
        *_change_findings(block),
        *await search.findings(transaction, first, end_of_rows, _searchable(block)),
        *await _list_findings(transaction, block, number, is_last=is_last),
    ]


async def _block(transaction: ReadTransaction, first: int, end: int) -> Block:
    bounds = {"first": first, "end": end}
    return Block(
        entities={row[0]: row for row in await transaction.fetch(sql.ENTITIES_OF_BLOCK, **bounds)},
        activities={
            row[0]: row for row in await transaction.fetch(sql.ACTIVITIES_OF_BLOCK, **bounds)
        },
        changes={row[0]: row for row in await transaction.fetch(sql.CHANGES_OF_BLOCK, **bounds)},
        entity_changes={
            row[0]: row for row in await transaction.fetch(sql.ENTITY_CHANGES_OF_BLOCK, **bounds)
        },
    )


def _seq_findings(block: Block, seqs: range) -> list[str]:
    """Whether every seq up to the head is one entity or one change, and none lies past it."""
    findings = []
    changes = block.changes.keys() | block.entity_changes.keys()
    used = block.entities.keys() | changes | block.activities.keys()
    for seq in sorted(used.union(seqs)):
        if seq not in used:
            findings.append(f"seq {seq} is neither an entity nor a change")
        elif seq not in seqs:
            findings.append(f"seq {seq} lies outside 1 to the head")
        elif seq in block.entities and (seq in changes or seq in block.activities):
            findings.append(f"seq {seq} is both an entity and a change")
        elif seq in block.changes and seq in block.entity_changes:
            findings.append(f"seq {seq} is two changes")
    return findings


def _entity_findings(block: Block) -> list[str]:
    return [
        f"entity {seq} is marked {'partial' if marked else 'whole'} against its attributes"
        for seq, _, attrs, marked, _, _ in block.entities.values()
        if bool(marked) != is_partial(attrs)
    ]


def _activity_findings(block: Block) -> list[str]:
    findings = []
    for row in block.activities.values():
        seq, id_, kind, data, _, due, *_ = row
        created = block.changes.get(seq)
        if created is None or created[2:4] != (id_, "created"):
            findings.append(f"activity {seq} has no change that created it")
        if due != due_at(kind, data):
            wanted = due_at(kind, data) or "none"
            findings.append(f"activity {seq} has the deadline {due or 'none'}, not {wanted}")
    return findings


def _change_findings(block: Block) -> list[str]:
    findings = []
    for seq, activity, _, op, is_there, is_deleted, is_created in block.changes.values():
        if op != "created":
            if not is_created:
                findings.append(f"change {seq} is about activity {activity}, never created")
        elif seq != activity:
            findings.append(f"change {seq} created activity {activity}, whose seq is another")
        elif is_there and is_deleted:
            findings.append(f"activity {seq} is there although it was deleted")
        elif not is_there and not is_deleted:
            findings.append(f"activity {seq} was created and is neither there nor deleted")
    findings += [
        f"change {seq} is about entity {entity}, which was never made"
        for seq, entity, is_there in block.entity_changes.values()
        if not is_there
    ]
    return findings


def _searchable(block: Block) -> tuple[set[int], set[int]]:
    """The seqs of the activities and of the entities that have something to be found by."""
    return (
        {row[0] for row in block.activities.values() if row[6]},
        {row[0] for row in block.entities.values() if row[4]},
    )


async def _list_findings(
    transaction: ReadTransaction, block: Block, number: int, *, is_last: bool
) -> list[str]:
    """Whether the tallies of the numbered lists hold what their members come to."""
    end = LAST_SEQ if is_last else number + 1
    rows = await transaction.fetch(sql.TALLIES_OF_BLOCKS, first=number, end=end)
    stored = {(day, name): count for day, name, count in rows}
    counted: Counter[tuple[int, str]] = Counter()
    for seq, type_, _, marked, is_alive, is_own in block.entities.values():
        if is_alive and is_own and not marked:
            counted[seq >> tallies.BLOCK_BITS, type_] += 1
    for row in block.activities.values():
        if row[4]:
            counted[row[0] >> tallies.BLOCK_BITS, ACTIVITIES] += 1
    return [
        f"block {day} of the list {name} counts {_said(stored.get((day, name)))},"
        f" there are {counted[day, name]}"
        for day, name in sorted(stored.keys() | counted.keys())
        if stored.get((day, name)) != counted[day, name]
    ]


async def list_totals_findings(transaction: ReadTransaction) -> list[str]:
    """Whether the totals of the numbered lists are right."""
    rows = await transaction.fetch(sql.TALLIES_OF_BLOCKS, first=TOTAL, end=TOTAL + 1)
    stored = {name: count for _, name, count in rows}
    counted = {name: count for name, count in await transaction.fetch(sql.MEMBERS) if count}
    return [
        f"the list {name} counts {_said(stored.get(name))}, there are {counted.get(name, 0)}"
        for name in sorted(stored.keys() | counted.keys())
        if stored.get(name) != counted.get(name, 0)
    ]


async def deadline_findings(transaction: ReadTransaction) -> list[str]:
    """Deadlines of activities that are not there."""
    rows = await transaction.fetch(sql.DEADLINES_WITHOUT_ACTIVITY)
    return [f"the deadline of activity {row[0]} has no activity" for row in rows]


def _said(count: int | None) -> str:
    return "nothing" if count is None else str(count)
