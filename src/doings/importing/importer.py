"""Brings what was read into one timeline, many in a transaction, and counts what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, Protocol, TypeVar

import msgspec

from doings.core.activity import Activity
from doings.core.budget import BREATH_SECONDS, WRITE_WORK
from doings.core.errors import Conflict, DoingsError, Invalid, Misconfigured, NotFound
from doings.core.store import Writer
from doings.core.store.activities import ActivityReader
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline

T = TypeVar("T")

ITEMS_PER_WRITE = 1000
"""How many items are written in one transaction, or fewer where they reach `budget.WRITE_WORK`."""


class Item(msgspec.Struct, Generic[T], frozen=True):
    """What was read at a place, or why it cannot be; `done` is how much was read with it.

    `work` is what writing it takes, as `core.limits.work` counts it.
    """

    place: str
    says: T | DoingsError
    done: int
    work: int = 1


class Step(Protocol):
    """Takes how much is done, and of how much in all where that is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show it."""


class ImportSource(msgspec.Struct, frozen=True):
    """Where the items of an import come from; `dialect` is None for NDJSON, `-` is stdin."""

    dialect: str | None = None
    files: tuple[str, ...] = ()


class Importer(Generic[T]):
    """Writes with `put`, which takes good items; what it raises, it raises for all of them.

    `remark` takes a sentence for each item that cannot be imported. What is written is noted as one
    import; its `number` is 0 as long as nothing is.
    """

    def __init__(
        self,
        timeline: Timeline,
        put: Callable[[Writer, list[T]], Awaitable[ImportCounts]],
        remark: Callable[[str], None],
        source: ImportSource = ImportSource(),  # noqa: B008 - it is frozen
    ) -> None:
        self.number = 0
        self._timeline = timeline
        self._remark = remark
        self._put = put
        self._source = source
        self._counts = ImportCounts()
        self._bad = 0

    async def run(self, items: Iterable[Item[T]], step: Step, total: int | None) -> ImportCounts:
        """Import all; `step` takes how much is done, of `total`.

        Raises Misconfigured if somebody undoes the import meanwhile.
        """
        await self._write_all(items, step, total)
        bad = ImportCounts(bad=self._bad)
        if self.number:
            await self._timeline.write(lambda writer: writer.end_import(self.number, bad))
        return self._counts + bad

    async def _write_all(self, items: Iterable[Item[T]], step: Step, total: int | None) -> None:
        chunk: list[tuple[str, T]] = []
        work = 0
        writing = asyncio.create_task(self._write([]))
        for item in items:
            if isinstance(item.says, DoingsError):
                self._refuse(item.place, item.says)
                continue
            chunk.append((item.place, item.says))
            work += item.work
            if len(chunk) == ITEMS_PER_WRITE or work >= WRITE_WORK:
                # The next ones are read while these are written.
                await writing
                await asyncio.sleep(BREATH_SECONDS)
                writing = asyncio.create_task(self._write(chunk))
                await asyncio.sleep(0)
                chunk, work = [], 0
                step(item.done, total)
        await writing
        await self._write(chunk)

    def _refuse(self, place: str, error: DoingsError) -> None:
        self._bad += 1
        self._remark(f"{place}: {error}")

    async def _write(self, chunk: list[tuple[str, T]]) -> None:
        """Write all in one transaction, or one by one where one of them cannot be written."""
        if not chunk:
            return
        items = [says for _, says in chunk]
        try:
            number, counts = await self._timeline.write(lambda writer: self._noted(writer, items))
        except (Invalid, Conflict, NotFound) as error:
            if len(chunk) == 1:
                self._refuse(chunk[0][0], error)
                return
            for item in chunk:
                await self._write([item])
            return
        self.number = number
        self._counts += counts

    async def _noted(self, writer: Writer, items: list[T]) -> tuple[int, ImportCounts]:
        """Write items and note them as this import's, which the first ones begin.

        It is one transaction, so an import that can write nothing takes no number.
        """
        source = self._source
        number = self.number or await writer.start_import(source.dialect, source.files)
        if not await writer.follow_import(number):
            raise Misconfigured(f"import {number} is being undone, so it records no more")
        return number, await writer.note_import(number, await self._put(writer, items))


async def activity_at_home(reader: ActivityReader, activity_id: str | None) -> Activity | None:
    """The activity that was exported from this very account, if it is still there."""
    if activity_id is None:
        return None
    try:
        return await reader.activity(activity_id)
    except NotFound:
        return None
