"""Lists of what is of some kinds, in orders that no index has, and how much of it people have."""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

from doings.core.entity import Entity, EntityKey
from doings.core.query import Key, KindsOrder
from doings.storage.reading.timeline import ranges
from doings.storage.sql import entity_statements, tallies
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import linked_from_text
from doings.storage.sql.tallies import timeline_of
from doings.storage.transaction import ReadTransaction

COLUMNS = {"recorded": (1,), "updated": (2, 1), "occurred": (0, 1)}
"""The places in a row of `UPDATES_OF_KINDS` that an order goes by."""


async def keys_of_kinds(
    transaction: ReadTransaction,
    kinds: Sequence[str],
    order: KindsOrder,
    entity: EntityKey | None,
    *,
    is_alone_allowed: bool,
) -> list[Key]:
    """All keys in their order.

    What concerned contacts who are all deleted is left out of a list of everybody. The keys are put
    in order here. Rejected: an index for each order, which every activity of these kinds would have
    to be written to. A list like this is seldom asked for, and of one contact, or what somebody
    wrote by hand.
    """
    entities = await ranges.resolve(transaction, () if entity is None else (entity,))
    if not entities:
        return []
    names = {"entities": entities, "kinds": list(kinds)}
    if order.by == "updated":
        rows = await transaction.fetch(sql.UPDATES_OF_KINDS, alone=int(is_alone_allowed), **names)
    elif is_alone_allowed or entity is not None:
        rows = await transaction.fetch(sql.KEYS_OF_KINDS, **names)
    else:
        rows = await transaction.fetch(sql.KEYS_OF_KINDS_WITH_CONTACT, **names)
    if entity is None and not is_alone_allowed:
        hidden = await _without_contacts(transaction, kinds)
        rows = [row for row in rows if row[1] not in hidden] if hidden else rows
    rows.sort(key=itemgetter(*COLUMNS[order.by]), reverse=order.is_descending)
    keys: list[Key] = [(row[0], row[1]) for row in rows]
    # What concerns several that are one person stands in the timeline of each of them.
    return keys if len(entities) == 1 else list(dict.fromkeys(keys))


async def _without_contacts(transaction: ReadTransaction, kinds: Sequence[str]) -> set[int]:
    """The seqs of the activities of some kinds whose contacts are all deleted.

    They are found from the deleted contacts, of which an index tells. Rejected: to write it into
    each of the activities when a contact is deleted, as there may be a million.
    """
    rows = await transaction.fetch(sql.KINDS_OF_DELETED_CONTACTS, kinds=list(kinds))
    if not rows:
        return set()
    linked = {seq: [one for one, _ in linked_from_text(text)] for seq, text in rows}
    others = {one for seqs in linked.values() for one in seqs}
    found = await transaction.fetch(entity_statements.CONTACTS_AMONG, seqs=list(others))
    there = {seq for (seq,) in found}
    return {seq for seq, seqs in linked.items() if there.isdisjoint(seqs)}


async def totals_by_kind_of(
    transaction: ReadTransaction, entities: Sequence[Entity], kinds: Sequence[str]
) -> dict[int, Counter[str]]:
    """How many activities of each of these kinds the timelines of entities hold, by their seqs."""
    timelines = {timeline_of(one.seq, one.group_seq): one.seq for one in entities}
    totals: dict[int, Counter[str]] = {one.seq: Counter() for one in entities}
    if not timelines:
        return totals
    rows = await transaction.fetch(
        sql.TALLIES_OF_TIMELINES, timelines=list(timelines), day=tallies.TOTAL, kinds=list(kinds)
    )
    for timeline, kind, count in rows:
        totals[timelines[timeline]][kind] = count
    return totals


async def last_of_kind(
    transaction: ReadTransaction, seqs: Sequence[int], kind: str
) -> dict[int, int]:
    """The instant at which each of these entities last had an activity of the kind, if ever."""
    if not seqs:
        return {}
    found: dict[int, int] = {}
    for seq, at in await transaction.fetch(sql.LAST_OF_KIND, seqs=list(seqs), kind=kind):
        if at is not None:
            found[seq] = max(at, found.get(seq, at))
    return found


async def newest_of_kind(
    transaction: ReadTransaction, seqs: Sequence[int], kind: str
) -> dict[int, set[int]]:
    """The seqs of the `NEWEST` activities of the kind that each of these entities has.

    Of those who are one person each has its own.
    """
    if not seqs:
        return {}
    found: dict[int, set[int]] = {}
    for seq, *newest in await transaction.fetch(sql.NEWEST_OF_KIND, seqs=list(seqs), kind=kind):
        found.setdefault(seq, set()).update(one for one in newest if one is not None)
    return found
