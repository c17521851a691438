"""The work of an import job: trying a file out, bringing it in, and taking an import back."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec

from doings.core.budget import REFUSED_SHOWN
from doings.core.errors import Misconfigured
from doings.core.import_jobs import NDJSON
from doings.core.store.imports import (
    ImportReport,
    RefusedItem,
    UndoCounts,
    UndoPart,
)
from doings.core.timeline import Timeline
from doings.importing.files import Reading
from doings.importing.importer import Importer, ImportSource, Item
from doings.importing.inputs.telling_apart import told_apart
from doings.importing.progress import Progress
from doings.importing.trial import FirstMentions, MadeEntities, counts_of_trial
from doings.importing.undo import undo_parts

T = TypeVar("T")

PIECE = 200
"""How many items are read on a thread at a time."""


async def in_pieces(items: Iterator[T]) -> AsyncIterator[T]:
    """Items that are read on a thread, so that others are served meanwhile."""
    while piece := await asyncio.to_thread(lambda: list(islice(items, PIECE))):
        for item in piece:
            yield item


async def try_out(timeline: Timeline, progress: Progress, reading: Reading) -> None:
    """Count what a file would come to, and keep nothing; raises Misconfigured and Dropped."""
    progress.total = reading.total
    first, made = FirstMentions(), MadeEntities()
    importer: Importer[Any] = Importer(
        timeline, made.noting(reading.put), progress.refuse, keep=progress.keep, is_trial=True
    )
    items = progress.remarking(told_apart(in_pieces(reading.items), timeline))
    counts = await importer.run(first.of(items), _show_nothing, None)
    counts = counts_of_trial(counts, first, made)
    report = msgspec.structs.replace(progress.report_at(reading.total), counts=counts)
    drops_file = not counts.add_something
    await timeline.write(
        lambda writer: progress.end(writer, "checked", report, drops_file=drops_file)
    )


async def bring_in(timeline: Timeline, progress: Progress, reading: Reading) -> None:
    """Import a file from where it was broken off; raises Misconfigured and Dropped."""
    progress.total = reading.total
    job, number = progress.job, progress.job.run or 0
    state = None
    if number:
        state = (await timeline.read(lambda reader: reader.import_run(number))).state
        if state not in {"begun", "done"}:
            raise Misconfigured(f"import {number} was taken back before all of it was recorded")
    if state != "done":
        dialect = None if job.dialect == NDJSON else job.dialect
        importer: Importer[Any] = Importer(
            timeline,
            reading.put,
            progress.refuse,
            ImportSource(dialect, (job.file,)),
            keep=progress.keep,
            number=number,
            bad=progress.bad,
        )
        items = told_apart(_behind(in_pieces(reading.items), job.done), timeline)
        await importer.run(progress.remarking(items), _show_nothing, None)
        number = importer.number
    report = progress.report_at(reading.total)
    if number:
        run = await timeline.read(lambda reader: reader.import_run(number))
        report = msgspec.structs.replace(report, counts=run.counts)
    await timeline.write(lambda writer: progress.end(writer, "imported", report, drops_file=True))


async def _behind(items: AsyncIterable[Item[T]], done: int) -> AsyncIterator[Item[T]]:
    """The items that are not done yet."""
    async for item in items:
        if item.done > done:
            yield item


async def take_back(timeline: Timeline, progress: Progress) -> None:
    """Undo an import; raises NotFound and Dropped."""
    number = progress.job.run or 0
    run = await timeline.read(lambda reader: reader.import_run(number))
    progress.total = run.counts.recorded
    # What is kept is gone through again where an undo goes on; what is gone, is not.
    before = progress.job.report.undo
    report = ImportReport(undo=msgspec.structs.replace(before, kept=0))
    async for part in undo_parts(timeline, number):
        report = _added(report, part)
        done = report.undo.activities
        await timeline.write(
            lambda writer, done=done, report=report: progress.note(writer, done, report)  # type: ignore[misc]
        )
    await timeline.write(lambda writer: progress.end(writer, "undone", report, drops_file=False))


def _added(report: ImportReport, part: UndoPart) -> ImportReport:
    undo = UndoCounts(
        activities=report.undo.activities + part.activities,
        entities=report.undo.entities + part.entities,
        reverted=report.undo.reverted + part.reverted,
        kept=report.undo.kept + len(part.kept),
    )
    kept = [RefusedItem(f"{one.thing} {one.name}", one.reason) for one in part.kept]
    refused = (*report.refused, *kept)[:REFUSED_SHOWN]
    return ImportReport(undo=undo, refused=refused)


def _show_nothing(done: int, total: int | None = None) -> None:
    """Progress is noted in the job."""
    del done, total
