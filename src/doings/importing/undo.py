"""Undoing an import: part after part, until nothing is left that nobody changed since."""

import asyncio
from collections.abc import AsyncIterator

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
    async for part in undo_parts(timeline, run.number):
        activities += part.activities
        entities += part.entities
        reverted += part.reverted
        kept += part.kept
        step(activities, run.counts.recorded)
    return Undone(activities, entities, reverted, tuple(kept))


async def undo_parts(timeline: Timeline, number: int) -> AsyncIterator[UndoPart]:
    """Undo an import part by part, each as soon as it is done; raises NotFound."""
    place: UndoPlace | None = None
    is_left = True
    while is_left:
        part = await _part(timeline, number, place)
        await asyncio.sleep(BREATH_SECONDS)
        yield part
        place = part.next
        is_left = place is not None


async def _part(timeline: Timeline, number: int, place: UndoPlace | None) -> UndoPart:
    return await timeline.write(lambda writer: writer.undo_import(number, place))
