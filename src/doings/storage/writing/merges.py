"""Merging entities that are one person, and parting them again.

Nothing that was recorded is rewritten. Each entity of a group says who stands for it, and the links
of all of them together are one timeline when it is read. Only the counts of that timeline are made:
the sum of those of its entities, less what concerns several of them.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from doings.core.budget import MERGED_ENTITIES
from doings.core.entity import PEOPLE, EntityKey
from doings.core.errors import Conflict, Invalid, NotFound, Problem, TooMuch
from doings.core.store.merges import Merge
from doings.storage.engine import Row
from doings.storage.reading import merges as read
from doings.storage.reading.entities import by_keys
from doings.storage.reading.log.statements import statements
from doings.storage.sql import merge_statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.feed_statements import ADD_ENTITY_CHANGE
from doings.storage.sql.rows import ERASED, merged_seqs
from doings.storage.transaction import Transaction
from doings.storage.writing import own_records
from doings.storage.writing.log import leaves

Groups = dict[int, list[int]]
"""The seqs in each group, by the seq of the entity that stands for them."""


class _Member(NamedTuple):
    """An entity as merging looks at it: the columns of `merge_statements.MEMBERS_BY_SEQ`."""

    seq: int
    type: str
    id: str
    group_seq: int | None
    merged_by: int | None
    is_partial: int
    deleted_at: int | None

    @property
    def group(self) -> int:
        """The seq of the entity that stands for it."""
        return self.seq if self.group_seq is None else self.group_seq

    @property
    def name(self) -> str:
        """It as messages call it."""
        return f"{self.type}:{self.id}"

    @property
    def is_counted(self) -> bool:
        """Whether lists count it where it stands for itself."""
        return self.deleted_at is None and not self.is_partial


async def add(  # noqa: PLR0913 - all that a merge says
    transaction: Transaction,
    keep: EntityKey,
    merged: Sequence[EntityKey],
    reason: str | None,
    *,
    is_by_itself: bool = False,
    merge_id: str | None = None,
) -> Merge:
    """Let one entity stand for others; raises NotFound, Invalid, TooMuch and Conflict."""
    _check_names(keep, merged)
    known = {(one.type, one.id): one for one in await _by_keys(transaction, [keep, *merged])}
    for key in (keep, *merged):
        if key not in known:
            raise NotFound(*key)
    members = {one.seq: one for one in await _of_groups(transaction, known.values())}
    root = members[known[keep].group]
    others = [known[key] for key in merged]
    _check_alive(root, keep, others)
    _check_apart(root, known[keep].seq, others, members)
    if len(members) > MERGED_ENTITIES:
        reached = f"more than {MERGED_ENTITIES} would be one person"
        raise TooMuch("merged", Problem("merge", reached))
    through = await _path(transaction, known[keep], members)
    first = await transaction.advance(1 + len(others))
    merge_id, now = merge_id or transaction.clock.new_id(), transaction.clock.now()
    await transaction.execute(
        sql.ADD_MERGE,
        seq=first,
        id=merge_id,
        keep_seq=root.seq,
        merged=_text([one.seq for one in others]),
        through=_text(through),
        reason=reason,
        at=now,
        by_key=transaction.by,
        is_by_itself=int(is_by_itself),
    )
    brought = {one.seq for one in others}
    rows = [
        (root.seq, first if one.seq in brought else one.merged_by, one.seq)
        for one in members.values()
    ]
    await transaction.execute_many(sql.SET_GROUP, rows)
    await _tell(transaction, first, root.seq, others, op="merged")
    await transaction.count_merges(1)
    for one in others:
        if one.is_counted:
            transaction.tallies[tallies.of_member(one.type, one.seq)] -= 1
    await _recount(transaction, {one.group for one in others}, {root.seq: list(members)})
    return await read.merge(transaction, merge_id)


async def revert(transaction: Transaction, merge_id: str) -> Merge:
    """Part again what a merge put together; raises NotFound and Conflict."""
    row = await read.row_of(transaction, merge_id)
    seq, keep, others = row[0], row[2], merged_seqs(row)
    if row[_REVERTED_AT] is not None:
        msg = f"the merge {merge_id} was reverted already"
        raise Conflict(msg)
    (kept,) = await _by_seqs(transaction, [keep])
    members = {one.seq: one for one in await _of_groups(transaction, [kept])}
    if any(one.deleted_at == ERASED for one in members.values()):
        msg = f"the people of the merge {merge_id} were erased"
        raise Conflict(msg)
    active = await _merges_of(transaction, members.values())
    _check_last(row, active, members)
    parents = {one.seq: active[one.merged_by][2] for one in members.values() if one.merged_by}
    for other in others:
        del parents[other]
    groups: Groups = {}
    for member in members:
        groups.setdefault(_root(member, parents), []).append(member)
    await transaction.execute_many(
        sql.SET_GROUP,
        [
            (
                root if len(those) > 1 else None,
                members[member].merged_by if member in parents else None,
                member,
            )
            for root, those in groups.items()
            for member in those
        ],
    )
    now = transaction.clock.now()
    await transaction.execute(sql.REVERT_MERGE, seq=seq, at=now, by_key=transaction.by)
    first = await transaction.advance(1 + len(others))
    parted = [members[other] for other in others]
    await _tell(transaction, first, kept.group, parted, op="parted")
    await transaction.count_merges(-1)
    for one in parted:
        if one.is_counted:
            transaction.tallies[tallies.of_member(one.type, one.seq)] += 1
    stay = groups[keep]
    await own_records.restore(transaction, keep, stay, parted=others[0])
    await _recount(transaction, {kept.group}, groups)
    return await read.merge(transaction, merge_id)


async def dismiss(transaction: Transaction, entities: Sequence[EntityKey]) -> None:
    """Suggest no two of these any more; raises NotFound, Invalid and Conflict."""
    found = await by_keys(transaction, entities)
    for key in entities:
        if key not in found:
            raise NotFound(*key)
    seqs = {entity.seq for entity in found.values()}
    if len(seqs) < 2:  # noqa: PLR2004 - two are the fewest
        raise Conflict("these are one person already")
    now, by = transaction.clock.now(), transaction.by
    rows = [(*read.ordered(one, other), now, by) for one, other in combinations(sorted(seqs), 2)]
    await transaction.execute_many(sql.DISMISS, rows)


_REVERTED_AT = 8
_THROUGH = 4


def _check_names(keep: EntityKey, merged: Sequence[EntityKey]) -> None:
    if keep[0] not in PEOPLE:
        raise Invalid.of("keep", f"only people are merged: {', '.join(sorted(PEOPLE))}")
    for place, key in enumerate(merged):
        field = f"merge[{place}]"
        if key[0] != keep[0]:
            raise Invalid.of(field, f"has to be a {keep[0]}, as what is kept")
        if key in merged[:place]:
            raise Invalid.of(field, "is named twice")
        if key == keep:
            msg = f"{':'.join(key)} cannot be merged into itself"
            raise Conflict(msg)


def _check_alive(root: _Member, keep: EntityKey, others: Iterable[_Member]) -> None:
    """Raise NotFound where one of them was deleted."""
    if root.deleted_at is not None:
        raise NotFound(*keep)
    for one in others:
        if one.deleted_at is not None:
            raise NotFound(one.type, one.id)


def _check_apart(
    root: _Member, asked: int, others: Iterable[_Member], members: dict[int, _Member]
) -> None:
    """Raise Conflict for one that does not stand for itself, or stands for what is kept."""
    for one in others:
        if one.group == root.seq:
            kept = root.name if one.seq != root.seq else members[asked].name
            msg = f"{one.name} and {kept} are one person already"
            raise Conflict(msg)
        if one.group != one.seq:
            into = members[one.group].name
            msg = f"{one.name} is merged into {into} already; merge that one"
            raise Conflict(msg)


def _check_last(row: Row, active: dict[int, Row], members: dict[int, _Member]) -> None:
    """Raise Conflict where later merges rest on this one.

    They do where they took what this one kept into another person, or were asked for by the id of
    one that this one merged.
    """
    others = set(merged_seqs(row))
    resting = [
        f"{later[1]} ({', '.join([members[seq].name for seq in merged_seqs(later)])})"
        for later in active.values()
        if row[2] in merged_seqs(later) or others.intersection(map(int, later[_THROUGH].split()))
    ]
    if resting:
        msg = f"later merges rest on it, revert these first: {', '.join(resting)}"
        raise Conflict(msg)


async def _path(transaction: Transaction, asked: _Member, members: dict[int, _Member]) -> list[int]:
    """The seqs that lead from an entity to the one that stands for it, without that one."""
    if asked.merged_by is None:
        return []
    active = await _merges_of(transaction, members.values())
    path = []
    while asked.merged_by is not None:
        path.append(asked.seq)
        asked = members[active[asked.merged_by][2]]
    return path


def _root(seq: int, parents: dict[int, int]) -> int:
    while seq in parents:
        seq = parents[seq]
    return seq


def _text(seqs: Iterable[int]) -> str:
    return " ".join(map(str, seqs))


async def _by_keys(transaction: Transaction, keys: Sequence[EntityKey]) -> list[_Member]:
    """The entities of these keys, which are of one type."""
    ids = [entity_id for _, entity_id in keys]
    rows = await transaction.fetch(sql.MEMBERS_BY_KEY, type=keys[0][0], ids=ids)
    return [_Member(*row) for row in rows]


async def _by_seqs(transaction: Transaction, seqs: Sequence[int]) -> list[_Member]:
    return [_Member(*row) for row in await transaction.fetch(sql.MEMBERS_BY_SEQ, seqs=list(seqs))]


async def _of_groups(transaction: Transaction, some: Iterable[_Member]) -> list[_Member]:
    """These entities and all that are one person with one of them."""
    alone = [one for one in some if one.group_seq is None]
    groups = sorted({one.group_seq for one in some if one.group_seq is not None})
    rows = await transaction.fetch(sql.MEMBERS_OF_GROUPS, groups=groups) if groups else []
    return [*alone, *(_Member(*row) for row in rows)]


async def _merges_of(transaction: Transaction, members: Iterable[_Member]) -> dict[int, Row]:
    """The merges that made a group, by seq."""
    seqs = sorted({one.merged_by for one in members if one.merged_by is not None})
    return {row[0]: row for row in await transaction.fetch(sql.MERGES_BY_SEQ, seqs=seqs)}


async def _tell(
    transaction: Transaction, first: int, root: int, others: Sequence[_Member], *, op: str
) -> None:
    """Tell the feed: the one that stands for the others changed, and they went or came back.

    The words are others than for what is said of an entity, as none of their rows is changed.
    """
    now = transaction.clock.now()
    told = [(root, "joined"), *((one.seq, op) for one in others)]
    rows = [(seq, what, now, None, entity) for seq, (entity, what) in enumerate(told, first)]
    await transaction.execute_many(ADD_ENTITY_CHANGE, rows)
    seqs = range(first, first + len(told))
    by = dict.fromkeys(seqs, transaction.by)
    made = await statements(transaction, seqs.start, seqs.stop, by)
    await leaves.add(transaction, first, lambda: [made[seq] for seq in seqs])


async def _recount(transaction: Transaction, before: Iterable[int], groups: Groups) -> None:
    """Count the timelines of groups, in the place of those that were there before."""
    for group in {*before, *groups}:
        timeline = tallies.timeline_of(group, group)
        await transaction.execute(sql.DROP_TALLIES_OF_GROUP, timeline=timeline)
    for group, members in groups.items():
        if len(members) > 1:
            await _count(transaction, tallies.timeline_of(group, group), members)
    await transaction.write_tallies()


async def _count(transaction: Transaction, timeline: int, members: Sequence[int]) -> None:
    """Add up the counts of a group's entities, less what was counted with one before.

    The largest comes first: it is added as it is, and the links of the others are gone through.
    """
    totals: dict[int, int | None] = dict(
        await transaction.fetch(sql.TOTALS_OF_ENTITIES, seqs=list(members))
    )
    ordered = sorted(members, key=lambda seq: -(totals[seq] or 0))
    for place, entity in enumerate(ordered):
        if totals[entity]:
            await transaction.execute(sql.ADD_TALLIES_TO_GROUP, timeline=timeline, entity=entity)
            if place:
                shared = await read.shared(transaction, entity, ordered[:place])
                for (day, kind), count in shared.items():
                    transaction.tallies[timeline, day, kind] -= count
