"""Imports that the server does in the background: files that the pages took in, and undos.

A job stands in the database with its file, and with each transaction how far it is. So one that
was broken off goes on where it was, in any process: of several, one works at a time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

import msgspec

from doings.core.background import BackgroundTask
from doings.core.budget import ACCOUNT_UPLOADS, IMPORT_FILES, UPLOADS
from doings.core.clock import DAY, Clock
from doings.core.errors import Busy, Misconfigured, NotFound, Problem, TooMuch, Unavailable
from doings.core.imports import Contact, Context
from doings.core.store import Store, Writer
from doings.core.store.imports import AT_WORK, ImportJob, ImportStage, JobState
from doings.core.text import checked_text
from doings.core.timeline import Timeline
from doings.importing.files import (
    content_of_parts,
    parts_of_content,
    read_file,
    taken_file,
)
from doings.importing.progress import Dropped, Progress
from doings.importing.registry import SAVED
from doings.importing.work import bring_in, take_back, try_out

LOOK_SECONDS = 5
"""How many seconds a process waits between two looks."""

TURN_SECONDS = 15
"""How long a process that works keeps the others from it, since it last said so."""

LOOK_AGAIN_SECONDS = 0.05
"""How often a caller who waits for a job looks at it."""

FORGOTTEN_AFTER = DAY
"""How long a job is kept at which nothing is done any more, with its file."""

FINISHED_KEPT = 50
"""How many jobs of an account are kept that are done."""

LISTED = 50
"""How many files of an account are listed that are not imported, or come to nothing."""

NAME_LENGTH = 255
"""Characters of the name of a file that are kept."""

WITH_FILE: frozenset[ImportStage] = frozenset({"checking", "checked", "importing"})
"""The stages in which a job has a file."""

BROKEN = "something broke in the server; its log says what"


class Runner(BackgroundTask):
    """`core.import_jobs.ImportJobs`. `report` is told of each error; it goes on then.

    `url` is where the dialects' surfaces are mounted.
    """

    def __init__(
        self, store: Store, clock: Clock, url: str, report: Callable[[Exception], None]
    ) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._url = url
        self._report = report
        self._name = clock.new_id()
        self._news = asyncio.Event()
        self._uploads: Counter[int] = Counter()
        """How many files of each account are being taken in."""

    @property
    def dialects(self) -> Mapping[str, Contact]:
        """The dialects whose saved answers are read, and whether each is about one contact."""
        return MappingProxyType({name: one.contact_of_import for name, one in SAVED.items()})

    @contextmanager
    def room(self, account_id: int) -> Iterator[None]:
        """Room for one more file in memory; raises Busy."""
        uploads = self._uploads
        if uploads.total() >= UPLOADS or uploads[account_id] >= ACCOUNT_UPLOADS:
            raise Busy("uploads", "too many files are being taken in; try again soon")
        uploads[account_id] += 1
        try:
            yield
        finally:
            uploads[account_id] -= 1
            if not uploads[account_id]:
                del uploads[account_id]

    async def add(
        self, timeline: Timeline, name: str, content: bytes, *, dialect: str, contact: str
    ) -> ImportJob:
        """Take a file in and have it checked; raises Invalid and TooMuch."""
        taken = await asyncio.to_thread(taken_file, name, content, dialect, contact)
        parts = await asyncio.to_thread(parts_of_content, taken.content)
        now = self._clock.now()
        job = ImportJob(
            id=self._clock.new_id(),
            stage="checking",
            file=name[:NAME_LENGTH],
            dialect=taken.dialect,
            contact=contact or None,
            by=timeline.by,
            created_at=now,
            updated_at=now,
        )
        checked_text(job.file, field="file", most=NAME_LENGTH)

        async def store(writer: Writer) -> None:
            jobs = await writer.import_jobs()
            if sum(one.stage in WITH_FILE for one in jobs) >= LISTED:
                # Those that come to nothing have no file, but are listed until they are dropped.
                reason = (
                    f"{FINISHED_KEPT} files are listed already: drop those that you do not need"
                )
                raise TooMuch("import_files", Problem("file", reason))
            if sum(one.waits for one in jobs) >= IMPORT_FILES:
                reason = f"{IMPORT_FILES} files wait already: import some of them, or drop them"
                raise TooMuch("import_files", Problem("file", reason))
            await writer.add_import_job(job, parts)

        await timeline.write(store)
        self.wake()
        return job

    def wake(self) -> None:
        """Look for work at once."""
        self._news.set()

    async def settled(self, account_id: int, job_id: str, seconds: float) -> None:
        """Return once there is nothing left to do about a job, or after so many seconds."""
        with suppress(TimeoutError, NotFound):
            async with asyncio.timeout(seconds):
                # Another process may work at it, which nobody here hears of.
                while (await self._job(account_id, job_id)).is_at_work:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _job(self, account_id: int, job_id: str) -> ImportJob:
        return await self._store.read(account_id, lambda reader: reader.import_job(job_id))

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may find the store back
                self._report(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()

    async def look(self) -> None:
        """Do all that there is to do, and forget what nobody needs any more."""
        # Before the look, so that no job is added unheard.
        self._news.clear()
        states = await self._store.import_job_states()
        await self._forget(states)
        # One that was given up stays as it is, and is looked at again the next time.
        tried: set[tuple[str, ImportStage]] = set()
        # Accounts take turns, so that none waits for all files of another one.
        last_turns: dict[int, int] = {}
        while due := [
            one for one in states if one.stage in AT_WORK and (one.id, one.stage) not in tried
        ]:
            if not await self._take_turn(TURN_SECONDS):
                return
            holding = asyncio.create_task(self._hold_turn())
            try:
                state = min(due, key=lambda one: (last_turns.get(one.account_id, 0), one.id))
                tried.add((state.id, state.stage))
                last_turns[state.account_id] = len(tried)
                await self._work(state)
            finally:
                holding.cancel()
                await self._take_turn(0)
            states = await self._store.import_job_states()

    async def _take_turn(self, seconds: int) -> bool:
        return await self._store.take_turn("imports", self._name, seconds)

    async def _hold_turn(self) -> None:
        """Keep the other processes from it for as long as this one works."""
        while True:
            await asyncio.sleep(TURN_SECONDS / 3)
            with suppress(Unavailable):
                await self._take_turn(TURN_SECONDS)

    async def _forget(self, states: list[JobState]) -> None:
        """Forget jobs at which nothing is done any more: old ones, and where there are many."""
        before = self._clock.now() - FORGOTTEN_AFTER
        seen: Counter[int] = Counter()
        for state in sorted(states, key=lambda one: one.id, reverse=True):
            if state.stage in AT_WORK:
                continue
            is_done = state.stage not in WITH_FILE
            seen[state.account_id] += is_done
            is_late = is_done and seen[state.account_id] > FINISHED_KEPT
            if state.updated_at < before or is_late:
                await self._store.write(
                    state.account_id,
                    lambda writer, state=state: writer.drop_import_job(state.id),  # type: ignore[misc]
                )

    async def _work(self, state: JobState) -> None:
        """Do what a job asks for, or say in it why that cannot be done."""
        reason = None
        try:
            await self._do(state)
        except (Dropped, NotFound):
            return
        except Misconfigured as error:
            reason = str(error)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one job stops no other
            self._report(error)
            reason = BROKEN
        if reason is not None:
            await self._store.write(
                state.account_id, lambda writer: _fail(writer, state.id, str(reason))
            )

    async def _do(self, state: JobState) -> None:
        account = await self._store.read(state.account_id, lambda reader: reader.account())
        job = await self._job(state.account_id, state.id)
        timeline = Timeline(self._store, account, job.by)
        progress = Progress(job)
        if job.stage == "undoing":
            await take_back(timeline, progress)
            return
        parts = await timeline.read(lambda reader: reader.import_file(job.id), bounded=False)
        if not parts:
            raise Misconfigured("its file is gone; choose it once more")
        dialect = job.dialect or ""
        context = Context(
            account=account,
            contact_id=job.contact,
            now=self._clock.now(),
            url=f"{self._url}/{dialect}",
        )
        reading = await asyncio.to_thread(
            lambda: read_file(content_of_parts(parts), dialect, context)
        )
        work = try_out if job.stage == "checking" else bring_in
        await work(timeline, progress, reading)


async def _fail(writer: Writer, job_id: str, reason: str) -> None:
    job = await writer.import_job(job_id)
    report = msgspec.structs.replace(job.report, reason=reason)
    await writer.change_import_job(job, msgspec.structs.replace(job, stage="failed", report=report))
    await writer.drop_import_file(job_id)
