"""Brings what was read into one timeline, many in a transaction, and counts what becomes of it."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from doings.core.activity import Activity
from doings.core.budget import BREATH_SECONDS, WRITE_WORK
from doings.core.entity import CONTACT, EntityKey
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

    Where `says` is None, `place` is a remark, if any, and there is nothing to write. `work` is what
    writing it takes, as `core.limits.work` counts it.
    """

    place: str
    says: T | DoingsError | None
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


class Refusal(NamedTuple):
    """An item that cannot be imported: where it stands, why, and how much was read with it."""

    place: str
    reason: str
    done: int


Keep = Callable[[Writer, int, int], Awaitable[None]]
"""Notes in a transaction how far an import is that it belongs to: its number, and what is done."""


async def _keep_nothing(_writer: Writer, _number: int, _done: int) -> None:
    """Nobody asks how far it is but the one who waits."""


async def each_of(items: Iterable[T]) -> AsyncIterator[T]:
    """Items that are read on the way, where nobody else is served meanwhile."""
    for item in items:
        yield item


class Importer(Generic[T]):
    """Writes with `put`, which takes good items; what it raises, it raises for all of them.

    `remark` is told of each item that cannot be imported. What is written is noted as one import;
    its `number` is 0 as long as nothing is. One that was broken off goes on where it has a number
    and so many `bad` items already.

    With `is_trial` nothing is kept of what is written, and no import is noted: it only counts.
    """

    def __init__(  # noqa: PLR0913 - what it writes and how, and what is known already
        self,
        timeline: Timeline,
        put: Callable[[Writer, list[T]], Awaitable[ImportCounts]],
        remark: Callable[[Refusal], None],
        source: ImportSource = ImportSource(),  # noqa: B008 - it is frozen
        *,
        keep: Keep = _keep_nothing,
        number: int = 0,
        bad: int = 0,
        is_trial: bool = False,
    ) -> None:
        self.number = number
        self._timeline = timeline
        self._remark = remark
        self._put = put
        self._source = source
        self._keep = keep
        self._is_trial = is_trial
        self._counts = ImportCounts()
        self._bad = bad

    async def run(
        self, items: AsyncIterable[Item[T]], step: Step, total: int | None
    ) -> ImportCounts:
        """Import all; `step` takes how much is done, of `total`.

        Raises Misconfigured if somebody undoes the import meanwhile, and what `keep` raises.
        """
        await self._write_all(items, step, total)
        bad = ImportCounts(bad=self._bad)
        if self.number:
            await self._timeline.write(lambda writer: writer.end_import(self.number, bad))
        return self._counts + bad

    async def _write_all(
        self, items: AsyncIterable[Item[T]], step: Step, total: int | None
    ) -> None:
        chunk: list[tuple[Item[T], T]] = []
        work = 0
        writing = asyncio.create_task(self._write([]))
        try:
            async for item in items:
                if item.says is None:
                    step(item.done, total)
                    continue
                if isinstance(item.says, DoingsError):
                    self._refuse(item, item.says)
                    continue
                chunk.append((item, item.says))
                work += item.work
                if len(chunk) == ITEMS_PER_WRITE or work >= WRITE_WORK:
                    # The next ones are read while these are written.
                    await writing
                    await asyncio.sleep(BREATH_SECONDS)
                    writing = asyncio.create_task(self._write(chunk))
                    await asyncio.sleep(0)
                    chunk, work = [], 0
                    step(item.done, total)
        finally:
            # Also where reading breaks off, so that nothing is written that nobody waits for.
            await writing
        await self._write(chunk)

    def _refuse(self, item: Item[T], error: DoingsError) -> None:
        self._bad += 1
        self._remark(Refusal(item.place, str(error), item.done))

    async def _write(self, chunk: list[tuple[Item[T], T]]) -> None:
        """Write all in one transaction, or one by one where one of them cannot be written."""
        if not chunk:
            return
        items = [says for _, says in chunk]
        done = chunk[-1][0].done
        try:
            number, counts = await self._transact(items, done)
        except (Invalid, Conflict, NotFound) as error:
            if len(chunk) == 1:
                self._refuse(chunk[0][0], error)
                return
            for one in chunk:
                await self._write([one])
            return
        self.number = number
        self._counts += counts

    async def _transact(self, items: list[T], done: int) -> tuple[int, ImportCounts]:
        """Write items in one transaction; on trial it is given up once it has counted."""
        if not self._is_trial:
            return await self._timeline.write(lambda writer: self._noted(writer, items, done))
        counts = ImportCounts()
        try:
            await self._timeline.write(lambda writer: self._tried(writer, items))
        except _Counted as counted:
            counts = counted.counts
        await self._timeline.write(lambda writer: self._keep(writer, 0, done))
        return 0, counts

    async def _tried(self, writer: Writer, items: list[T]) -> None:
        raise _Counted(await self._put(writer, items))

    async def _noted(self, writer: Writer, items: list[T], done: int) -> tuple[int, ImportCounts]:
        """Write items and note them as this import's, which the first ones begin.

        It is one transaction, so an import that can write nothing takes no number.
        """
        source = self._source
        number = self.number or await writer.start_import(source.dialect, source.files)
        if not await writer.follow_import(number):
            raise Misconfigured(f"import {number} is being undone, so it records no more")
        counts = await writer.note_import(number, await self._put(writer, items))
        await self._keep(writer, number, done)
        return number, counts


class _Counted(Exception):
    """Gives a transaction up, with what it would have come to."""

    def __init__(self, counts: ImportCounts) -> None:
        super().__init__()
        self.counts = counts


async def activity_at_home(reader: ActivityReader, activity_id: str | None) -> Activity | None:
    """The activity that was exported from this very account, if it is still there."""
    if activity_id is None:
        return None
    try:
        return await reader.activity(activity_id)
    except NotFound:
        return None


def contacts_among(keys: Iterable[EntityKey]) -> int:
    """How many of the keys are those of contacts."""
    return sum(type_ == CONTACT for type_, _ in keys)
