"""Single activities, gathered while their account is being written in and then recorded together.

Recording many at once takes a fraction of what recording each by itself takes, and that is more
than sharing a commit saves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from doings.core.activity import Activity, Draft
from doings.core.budget import ACCOUNT_WRITES, WRITE_WORK
from doings.core.entity import EntityKey
from doings.core.errors import Busy, NotFound, Unavailable
from doings.core.interactions import recording
from doings.core.limits.work import work_of
from doings.core.store import Writer
from doings.storage.engine import answer

T = TypeVar("T")

MAX_BATCH = 256
"""How many are recorded together."""

MAX_WORK = WRITE_WORK // 4
"""How much work they may be, as others may stand in the same queue."""

Recording = tuple[Activity, bool]
"""The activity that now stands for a draft, and whether it is new."""


class Writing(Protocol):
    """As much of a store as recording takes."""

    async def write(
        self,
        account_id: int,
        work: Callable[[Writer], Awaitable[T]],
        *,
        by: str | None = None,
        callers: int = 1,
    ) -> T:
        """Run work in one transaction, for so many callers; returns when it is durable."""


class _Waiting(NamedTuple):
    draft: Draft
    requires: Sequence[EntityKey]
    done: "asyncio.Future[Recording]"


Recorder = tuple[int, str | None]
"""The account that is recorded in, and the key of the credential that does it."""


class WriteBatcher:
    """What waits to be recorded, by account and credential."""

    def __init__(self, store: Writing, *, most: int = MAX_BATCH) -> None:
        self.most = most
        self._store = store
        self._waiting: dict[Recorder, list[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def depth(self) -> int:
        """How many wait for their turn."""
        return sum(len(waiting) for waiting in self._waiting.values())

    async def record(
        self, recorder: Recorder, draft: Draft, requires: Sequence[EntityKey] = ()
    ) -> Recording:
        """Record one; returns when it is durable, and keeps nothing if it raises.

        Raises NotFound without one of the entities that it requires, and Busy where too many wait
        already.
        """
        if len(self._waiting.get(recorder, ())) >= ACCOUNT_WRITES:
            raise Busy("writer", "too much waits to be written; try again soon")
        waiting = _Waiting(draft, requires, asyncio.get_running_loop().create_future())
        if recorder in self._waiting:
            self._waiting[recorder].append(waiting)
        else:
            self._waiting[recorder] = [waiting]
            task = asyncio.create_task(self._drain(recorder))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.done

    async def flush(self) -> None:
        """Return when all that was accepted is recorded or refused."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _drain(self, recorder: Recorder) -> None:
        while waiting := self._waiting[recorder]:
            count = self._count_together(waiting)
            self._waiting[recorder] = waiting[count:]
            await self._record(recorder, waiting[:count])
        del self._waiting[recorder]

    def _count_together(self, waiting: Sequence[_Waiting]) -> int:
        """How many of those in front are recorded together: at least one."""
        work = 0
        for count, one in enumerate(waiting[: self.most]):
            work += work_of(one.draft)
            if count and work > MAX_WORK:
                return count
        return min(len(waiting), self.most)

    async def _record(self, recorder: Recorder, batch: Sequence[_Waiting]) -> None:
        """Record a batch and answer everybody in it; if one cannot be recorded, each by itself."""
        try:
            recordings = await self._written(recorder, batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller is told
            if isinstance(error, Unavailable):
                # It is so for all, who shall not learn it batch by batch. Nor is the batch tried
                # again: it may have been lost after it was done.
                batch = [*batch, *self._waiting[recorder]]
                self._waiting[recorder] = []
            elif len(batch) > 1:
                await asyncio.gather(*[self._record(recorder, [waiting]) for waiting in batch])
                return
            for waiting in batch:
                answer(waiting.done, None, error)
            return
        for waiting, outcome in zip(batch, recordings, strict=True):
            answer(waiting.done, outcome, None)

    async def _written(self, recorder: Recorder, batch: Sequence[_Waiting]) -> list[Recording]:
        account_id, by = recorder
        drafts = [waiting.draft for waiting in batch]
        required = list(dict.fromkeys(key for waiting in batch for key in waiting.requires))

        async def work(writer: Writer) -> list[Recording]:
            await _check(writer, required)
            recorded = await recording.record(writer, drafts)
            seqs = list(dict.fromkeys(outcome.seq for outcome in recorded))
            activities = dict(zip(seqs, await writer.activities(seqs), strict=True))
            return [(activities[outcome.seq], not outcome.is_repeated) for outcome in recorded]

        return await self._store.write(account_id, work, by=by, callers=len(drafts))


async def _check(writer: Writer, required: Sequence[EntityKey]) -> None:
    """Raise NotFound for the first of the entities that is not there."""
    known = await writer.entities_by_key(required) if required else {}
    for key in required:
        if key not in known:
            raise NotFound(*key)
