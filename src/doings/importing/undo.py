"""Undoing an import: part after part, until nothing is left that nobody changed since."""

import asyncio

import msgspec

from doings.core.budget import BREATH_SECONDS
from doings.core.store.imports import ImportRun, Kept, UndoPart, UndoPlace
from doings.core.timeline import Timeline
from doings.importing.importer import Step


class Undone(msgspec.Struct, frozen=True):
    """How many activities and entities are gone, how many are as they were before, what is kept."""

    activities: int
    entities: int
    reverted: int
    kept: tuple[Kept, ...]


async def undo(timeline: Timeline, run: ImportRun, step: Step) -> Undone:
    """Undo an import; `step` takes how many activities are done. Raises NotFound.

    Each part is a transaction of its own and stays done. If this is broken off, call it again.
    """
    activities = entities = reverted = 0
    kept: list[Kept] = []
    place: UndoPlace | None = None
    while True:
        part = await _part(timeline, run.number, place)
        await asyncio.sleep(BREATH_SECONDS)
        activities += part.activities
        entities += part.entities
        reverted += part.reverted
        kept += part.kept
        step(activities, run.counts.recorded)
        place = part.next
        if place is None:
            return Undone(activities, entities, reverted, tuple(kept))


async def _part(timeline: Timeline, number: int, place: UndoPlace | None) -> UndoPart:
    return await timeline.write(lambda writer: writer.undo_import(number, place))
