"""Brings what was read into one timeline, many in a transaction, and counts what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, Protocol, TypeVar

import msgspec

from doings.core.errors import Conflict, DoingsError, Invalid, NotFound
from doings.core.store import Writer
from doings.core.store.activities import ActivityReader
from doings.core.timeline import Timeline

T = TypeVar("T")

ITEMS_PER_WRITE = 1000
"""How many items are written in one transaction."""


class Tally(msgspec.Struct):
    """How many items were recorded, known already, written as entities, or bad."""

    recorded: int = 0
    repeated: int = 0
    entities: int = 0
    bad: int = 0


class Item(msgspec.Struct, Generic[T], frozen=True):
    """What was read at a place, or why it cannot be; `done` is how much was read with it."""

    place: str
    says: T | DoingsError
    done: int


class Step(Protocol):
    """Takes how much is done, and of how much in all where that is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show it."""


class Importer(Generic[T]):
    """Writes with `put`, which takes good items; what it raises, it raises for all of them.

    `remark` takes a sentence for each item that cannot be imported.
    """

    def __init__(
        self,
        timeline: Timeline,
        put: Callable[[Writer, list[T]], Awaitable[Tally]],
        remark: Callable[[str], None],
    ) -> None:
        self._timeline = timeline
        self._remark = remark
        self._put = put
        self._tally = Tally()

    async def run(self, items: Iterable[Item[T]], step: Step, total: int | None) -> Tally:
        """Import all; `step` takes how much is done, of `total`."""
        chunk: list[tuple[str, T]] = []
        writing = asyncio.create_task(self._write([]))
        for item in items:
            if isinstance(item.says, DoingsError):
                self._refuse(item.place, item.says)
                continue
            chunk.append((item.place, item.says))
            if len(chunk) == ITEMS_PER_WRITE:
                # The next ones are read while these are written.
                await writing
                writing = asyncio.create_task(self._write(chunk))
                await asyncio.sleep(0)
                chunk = []
                step(item.done, total)
        await writing
        await self._write(chunk)
        return self._tally

    def _refuse(self, place: str, error: DoingsError) -> None:
        self._tally.bad += 1
        self._remark(f"{place}: {error}")

    async def _write(self, chunk: list[tuple[str, T]]) -> None:
        """Write all in one transaction, or one by one where one of them cannot be written."""
        if not chunk:
            return
        items = [says for _, says in chunk]
        try:
            written = await self._timeline.write(lambda writer: self._put(writer, items))
        except (Invalid, Conflict, NotFound) as error:
            if len(chunk) == 1:
                self._refuse(chunk[0][0], error)
                return
            for item in chunk:
                await self._write([item])
            return
        self._tally.recorded += written.recorded
        self._tally.repeated += written.repeated
        self._tally.entities += written.entities


async def is_at_home(reader: ActivityReader, activity_id: str | None) -> bool:
    """Whether this was exported from this very account, and the activity is still there."""
    if activity_id is None:
        return False
    try:
        await reader.activity(activity_id)
    except NotFound:
        return False
    return True
