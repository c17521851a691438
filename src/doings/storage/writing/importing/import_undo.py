"""Undoing an import, a bounded part in each transaction.

An import may have recorded a million activities, and nobody may have to wait until all of them are
gone. So each part goes on where the one before ended. An undo that was broken off begins again at
the first stage: what it took back is gone and is found no more.

Nobody changed a row since if its `updated_at` is what the import left. Another undo also moves it,
when it puts back what a later import had changed; that counts as the state from before that import.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, HELD_BY
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import Conflict
from doings.core.store.imports import UNDO_STAGES, Kept, UndoPart, UndoPlace, UndoStage
from doings.storage.reading import activities as read_activities
from doings.storage.reading import imports as read
from doings.storage.reading.entities import by_seqs_with_deleted
from doings.storage.sql import import_statements as sql
from doings.storage.sql.merge_statements import MERGES_BY_SEQ
from doings.storage.transaction import Transaction
from doings.storage.writing import activities, entities, entity_rows, merges
from doings.storage.writing.importing import uses
from doings.storage.writing.importing.imports import set_state

PART_SIZE = 200
"""How many rows a transaction looks at: a deletion takes about ten statements."""

MERGES = 5
"""How many merges it reverts: timelines are counted again for each."""

END = 1 << 62
"""Greater than every seq."""

CHANGED = "changed since"
IN_USE = "in use"
MERGED = "merged"

_draft = msgspec.json.Decoder(Draft).decode
_entity_draft = msgspec.json.Decoder(EntityDraft).decode


class _Part:
    """What this transaction takes back from an import."""

    def __init__(self, transaction: Transaction, run: int, place: UndoPlace) -> None:
        self.transaction = transaction
        self.run = run
        self.place = place
        self.activities = 0
        self.entities = 0
        self.reverted = 0
        self.kept: list[Kept] = []

    def keep(self, row: Activity | Entity, reason: str) -> None:
        """List a row that stays as it is."""
        if isinstance(row, Activity):
            self.kept.append(Kept("activity", row.id, reason))
        else:
            self.kept.append(Kept("entity", f"{row.type}:{row.id}", reason))


async def undo(transaction: Transaction, run: int, place: UndoPlace | None) -> UndoPart:
    """Take back the next part and note how far the undo has come; raises NotFound."""
    if place is None:
        place = UndoPlace(UNDO_STAGES[0], END)
        await read.run(transaction, run)
        await transaction.execute(sql.BEGIN_UNDO, run=run)
    part = _Part(transaction, run, place)
    before = await _STAGES[place.stage](part, place.before)
    following = _place_after(part.place, before)
    await transaction.execute(sql.COUNT_KEPT, run=run, kept=len(part.kept))
    if following is None:
        await set_state(transaction, run, "undone")
    return UndoPart(part.activities, part.entities, part.reverted, part.kept, following)


def _place_after(place: UndoPlace, before: int | None) -> UndoPlace | None:
    if before is not None:
        return msgspec.structs.replace(place, before=before)
    stages = UNDO_STAGES[UNDO_STAGES.index(place.stage) + 1 :]
    return msgspec.structs.replace(place, stage=stages[0], before=END) if stages else None


async def _undo_merges(part: _Part, before: int) -> int | None:
    """Part people whom the import merged, the newest merge first."""
    seqs, following = await _recorded_seqs(part, before, sql.SEQS_OF_MERGES_IN_RANGE, MERGES)
    for seq in seqs:
        (row,) = await part.transaction.fetch(MERGES_BY_SEQ, seqs=[seq])
        try:
            await merges.revert(part.transaction, row[1])
        except Conflict:
            # Others were merged on top of it since, or these people were erased.
            part.kept.append(Kept("merge", row[1], IN_USE))
        else:
            part.reverted += 1
    return following


async def _undo_recorded(part: _Part, before: int) -> int | None:
    """Delete activities that the import recorded, newest first."""
    seqs, following = await _recorded_seqs(part, before, sql.SEQS_OF_ACTIVITIES_IN_RANGE, PART_SIZE)
    since = await _Versions.of(part, seqs)
    for activity in await read_activities.by_seqs(part.transaction, seqs):
        if since.is_as_recorded(activity.seq, activity.recorded_at, activity.updated_at):
            await activities.erase(part.transaction, activity.seq, None)
            part.activities += 1
        else:
            part.keep(activity, CHANGED)
    return following


def _is_contact(entity: Entity) -> bool:
    return entity.type == CONTACT


def _is_category(entity: Entity) -> bool:
    return entity.type == ACTIVITY_CATEGORY


def _is_setting(entity: Entity) -> bool:
    """Whether others hold its id, or it holds that of a category."""
    return entity.type in HELD_BY.keys() | {ACTIVITY_TYPE} and not _is_category(entity)


def _is_thing(entity: Entity) -> bool:
    return not (_is_contact(entity) or _is_setting(entity) or _is_category(entity))


async def _undo_made(part: _Part, before: int, *, is_meant: Callable[[Entity], bool]) -> int | None:
    """Take back entities that the import made, newest first."""
    seqs, following = await _recorded_seqs(part, before, sql.SEQS_OF_ENTITIES_IN_RANGE, PART_SIZE)
    found = await by_seqs_with_deleted(part.transaction, set(seqs))
    meant = [found[seq] for seq in seqs if is_meant(found[seq])]
    await _take_back(part, meant, await _changed_since(part, meant))
    return following


async def _changed_since(part: _Part, made: Sequence[Entity]) -> set[int]:
    """The seqs of those entities of the import that somebody changed since."""
    seqs = [entity.seq for entity in made]
    since = await _Versions.of(part, seqs)
    again = await part.transaction.fetch(sql.MADE_AGAIN, seqs=seqs) if seqs else []
    # One that somebody made again after it was deleted is none of the import any more.
    own = {(seq, at) for _, seq, at, _ in again} - since.earlier.keys()
    first = {seq: made_at for _, seq, _, made_at in sorted(again, reverse=True)}
    return {
        one.seq
        for one in made
        if (one.seq, one.created_at) in own
        or not since.is_as_recorded(one.seq, first.get(one.seq, one.created_at), one.updated_at)
    }


async def _take_back(part: _Part, made: Sequence[Entity], changed: set[int]) -> None:
    transaction = part.transaction
    in_use = await _in_use(part, made)
    for entity in made:
        if entity.seq in changed:
            part.keep(entity, CHANGED)
        elif entity.seq in in_use:
            part.keep(entity, IN_USE)
        else:
            await entity_rows.take_back(transaction, entity)
            part.entities += 1
    await transaction.write_tallies()


async def _in_use(part: _Part, made: Sequence[Entity]) -> set[int]:
    """The seqs of those entities that others use."""
    seqs = [entity.seq for entity in made]
    found = await uses.seqs_in_use(part.transaction, seqs)
    held = await uses.held_ids(part.transaction, {entity.type for entity in made})
    found |= {entity.seq for entity in made if entity.id in held.get(entity.type, ())}
    if any(_is_contact(entity) for entity in made):
        part.place = await uses.read_introducers(part.transaction, part.place)
        found |= await _introducing(part, set(seqs) - found)
    return found


async def _introducing(part: _Part, seqs: set[int]) -> set[int]:
    """The seqs of those contacts who introduced somebody that stays.

    Contacts of the import that introduced each other go together. So whoever names somebody is
    followed up to those who stay for another reason.
    """
    pairs = uses.chain(part.place.introducers, seqs)
    found = await by_seqs_with_deleted(part.transaction, set(pairs))
    introduced = [one for one in found.values() if not one.is_deleted]
    own = [one for one in introduced if await _is_made_by(part, one.seq)]
    staying = {one.seq for one in introduced} - {one.seq for one in own}
    staying |= await _changed_since(part, own)
    staying |= await uses.seqs_in_use(part.transaction, [one.seq for one in own])
    return uses.followed(pairs, staying) & seqs


async def _recorded_seqs(
    part: _Part, before: int, statement: str, size: int
) -> tuple[list[int], int | None]:
    """The next `size` seqs below `before` that the import made, and where to go on.

    The place is None at the end.
    """
    seqs: list[int] = []
    ranges = 0
    while len(seqs) < size and ranges < PART_SIZE:
        row = await part.transaction.fetch_one(sql.IMPORT_RANGE_BEFORE, run=part.run, before=before)
        if row is None:
            return seqs, None
        ranges += 1
        first, last = row
        limit = size - len(seqs)
        found = await part.transaction.fetch(
            statement, first=first, end=min(before, last + 1), limit=limit
        )
        seqs += [seq for (seq,) in found]
        before = seqs[-1] if len(found) == limit else first
    return seqs, before


async def _undo_changed_activities(part: _Part, before: int) -> int | None:
    """Put back activities that the import changed and had not recorded."""
    rows, following = await _changed_rows(part, before, "activity")
    since = await _Versions.of(part, list(rows))
    for activity in await read_activities.by_seqs(part.transaction, list(rows)):
        if not since.is_as_left(activity.seq, activity.updated_at):
            part.keep(activity, CHANGED)
            continue
        draft = _draft(rows[activity.seq] or "")
        new = await activities.revise(part.transaction, activity.seq, lambda _, draft=draft: draft)  # type: ignore[misc]
        await _note_reverted(part, activity.seq, new.updated_at)
    return following


async def _undo_changed_entities(part: _Part, before: int) -> int | None:
    """Put back entities that the import changed or deleted."""
    rows, following = await _changed_rows(part, before, "entity")
    for entity, is_changed in await _with_changed(part, rows):
        text = rows[entity.seq]
        if text is None:
            continue
        if is_changed or entity.is_merged:
            part.keep(entity, CHANGED if is_changed else MERGED)
            continue
        draft = _entity_draft(text)
        new, _ = await entities.put(part.transaction, entity.key, lambda _, draft=draft: draft)  # type: ignore[misc]
        await _note_reverted(part, entity.seq, new.updated_at)
    return following


async def _undo_made_again(
    part: _Part, before: int, *, is_meant: Callable[[Entity], bool]
) -> int | None:
    """Take back entities that were deleted before the import made them again."""
    rows, following = await _changed_rows(part, before, "entity")
    found = [
        (entity, is_changed)
        for entity, is_changed in await _with_changed(part, rows)
        if rows[entity.seq] is None and is_meant(entity)
    ]
    changed = {entity.seq for entity, is_changed in found if is_changed}
    await _take_back(part, [entity for entity, _ in found], changed)
    return following


async def _with_changed(part: _Part, rows: dict[int, str | None]) -> list[tuple[Entity, bool]]:
    """The entities of these rows that are there, and whether somebody changed them since.

    Those that the import deleted are among them, as long as nobody made them again.
    """
    since = await _Versions.of(part, list(rows))
    entities = (await by_seqs_with_deleted(part.transaction, set(rows))).values()
    deleted = {one.seq for one in entities if one.is_deleted}
    erased = {one.seq for one in entities if one.is_erased}
    gone = {seq for seq in deleted - erased if since.left[seq][1] == sql.DELETED}
    return [
        (one, one.seq not in gone and not since.is_as_left(one.seq, one.updated_at))
        for one in entities
        if one.seq not in deleted - gone
    ]


async def _changed_rows(
    part: _Part, before: int, thing: str
) -> tuple[dict[int, str | None], int | None]:
    """The `before` of the next rows that the import changed and had not made, by seq."""
    rows = await part.transaction.fetch(
        sql.IMPORT_CHANGES_BEFORE, run=part.run, thing=thing, before=before, limit=PART_SIZE
    )
    changed = {seq: text for seq, _, text in rows if not await _is_made_by(part, seq)}
    return changed, (rows[-1][0] if len(rows) == PART_SIZE else None)


async def _is_made_by(part: _Part, seq: int) -> bool:
    row = await part.transaction.fetch_one(sql.IMPORT_RANGE_BEFORE, run=part.run, before=seq + 1)
    return row is not None and seq <= row[1]


async def _note_reverted(part: _Part, seq: int, updated_at: int) -> None:
    part.reverted += 1
    await part.transaction.execute(
        sql.REVERT_IMPORT_CHANGE, run=part.run, seq=seq, reverted_at=updated_at
    )


class _Versions(msgspec.Struct, frozen=True):
    """Which `updated_at` an import left each row with, and which of them stand for earlier ones."""

    left: dict[int, tuple[int, int]]
    """By seq: the `updated_at` that the import found, and the one it left."""
    earlier: dict[tuple[int, int], int]
    """By seq and the `updated_at` of a revert: the one that the reverted import had found."""

    @classmethod
    async def of(cls, part: _Part, seqs: list[int]) -> "_Versions":
        rows = await part.transaction.fetch(sql.IMPORT_CHANGES_OF_SEQS, seqs=seqs) if seqs else []
        return cls(
            {seq: (came, left) for seq, run, came, left, _ in rows if run == part.run},
            {(seq, at): came for seq, _, came, _, at in rows if at is not None},
        )

    def is_as_recorded(self, seq: int, recorded_at: int, updated_at: int) -> bool:
        """Whether a row that the import made was changed by nobody but the import."""
        # A row that an undo made again was made at another time.
        recorded_at = self._version(seq, recorded_at)
        came, left = self.left.get(seq, (recorded_at, recorded_at))
        return came == recorded_at and self._version(seq, updated_at) == left

    def is_as_left(self, seq: int, updated_at: int) -> bool:
        """Whether a row that the import changed was changed by nobody since."""
        return self._version(seq, updated_at) == self.left[seq][1]

    def _version(self, seq: int, updated_at: int) -> int:
        # A clock that stands still or is set back could lead in a circle.
        seen: set[int] = set()
        while (seq, updated_at) in self.earlier and updated_at not in seen:
            seen.add(updated_at)
            updated_at = self.earlier[seq, updated_at]
        return updated_at


_STAGES: dict[UndoStage, Callable[[_Part, int], Awaitable[int | None]]] = {
    "merges": _undo_merges,
    "recorded": _undo_recorded,
    "changed_activities": _undo_changed_activities,
    "changed_entities": _undo_changed_entities,
    "things": partial(_undo_made, is_meant=_is_thing),
    "things_again": partial(_undo_made_again, is_meant=_is_thing),
    "contacts": partial(_undo_made, is_meant=_is_contact),
    "contacts_again": partial(_undo_made_again, is_meant=_is_contact),
    "settings": partial(_undo_made, is_meant=_is_setting),
    "settings_again": partial(_undo_made_again, is_meant=_is_setting),
    "categories": partial(_undo_made, is_meant=_is_category),
    "categories_again": partial(_undo_made_again, is_meant=_is_category),
}
