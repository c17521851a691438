"""How far an import job is: noted in the transactions that do it, and read where it goes on."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import TypeVar

import msgspec

from doings.core.budget import REFUSED_SHOWN
from doings.core.errors import NotFound
from doings.core.store import Writer
from doings.core.store.imports import (
    ImportCounts,
    ImportJob,
    ImportReport,
    ImportStage,
    RefusedItem,
)
from doings.importing.importer import Item, Refusal

T = TypeVar("T")


class Dropped(Exception):
    """Somebody dropped the job that is worked at, or another process goes on with it."""


class Progress:
    """How far a job is, as its rows say and as this process goes on."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        is_going_on = job.stage == "importing"
        self.bad = job.report.counts.bad if is_going_on else 0
        """How many items were refused before this process took the job up."""
        self._refused = job.report.refused if is_going_on else ()
        self._late: list[Refusal] = []
        """What was refused since."""
        self._remarks = job.report.remarks if is_going_on else ()
        self._remarked = job.report.remarked if is_going_on else 0
        self._late_remarks: list[tuple[str, int]] = []
        """What was remarked since, and how much was read with it."""
        self._noted = {job.done}
        """How far this process has said that the job is, whether that lasted or was given up."""
        self.total = 0

    def refuse(self, refusal: Refusal) -> None:
        """Take up what is refused."""
        self._late.append(refusal)

    async def remarking(self, items: AsyncIterable[Item[T]]) -> AsyncIterator[Item[T]]:
        """The items; what is only a remark is taken up on the way."""
        async for item in items:
            if item.says is None:
                self._late_remarks.append((item.place, item.done))
            yield item

    def report_at(self, done: int) -> ImportReport:
        """What is known of the items up to that one."""
        early = [one for one in self._late if one.done <= done]
        counts = ImportCounts(bad=self.bad + len(early))
        refused = [RefusedItem(one.place, one.reason) for one in early[:REFUSED_SHOWN]]
        remarks = [remark for remark, at in self._late_remarks if at <= done]
        return ImportReport(
            counts=counts,
            refused=(*self._refused, *refused)[:REFUSED_SHOWN],
            remarks=(*self._remarks, *remarks[:REFUSED_SHOWN])[:REFUSED_SHOWN],
            remarked=self._remarked + len(remarks),
        )

    async def keep(self, writer: Writer, number: int, done: int) -> None:
        """Note in a transaction how far the job is; raises Dropped.

        The transaction may be given up and run again, so nothing is taken for noted here.
        """
        await self.note(writer, done, self.report_at(done), run=number or self.job.run)

    async def note(
        self, writer: Writer, done: int, report: ImportReport, *, run: int | None = None
    ) -> None:
        """Store how far the job is, and what it has come to so far; raises Dropped."""
        job = await self.known(writer)
        self._noted.add(done)
        await self.change(
            writer,
            msgspec.structs.replace(
                job, run=run or job.run, done=done, total=self.total, report=report
            ),
        )

    async def known(self, writer: Writer) -> ImportJob:
        """The job as this process left it; raises Dropped."""
        try:
            job = await writer.import_job(self.job.id)
        except NotFound:
            raise Dropped from None
        if job.stage != self.job.stage or job.done not in self._noted:
            raise Dropped
        return job

    async def change(self, writer: Writer, after: ImportJob) -> None:
        """Store the job as it is then; raises Dropped."""
        if not await writer.change_import_job(await self.known(writer), after):
            raise Dropped

    async def end(
        self, writer: Writer, stage: ImportStage, report: ImportReport, *, drops_file: bool
    ) -> None:
        """Store that a stage is over, and what it came to; raises Dropped."""
        job = await self.known(writer)
        total = self.total or job.total
        ended = msgspec.structs.replace(job, stage=stage, done=total, total=total, report=report)
        await self.change(writer, ended)
        if drops_file:
            await writer.drop_import_file(job.id)
