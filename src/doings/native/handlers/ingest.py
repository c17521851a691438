"""NDJSON as it streams in: batches of lines, and what became of them.

A batch is made durable while the next one is read, so memory stays flat however long the stream is.
Each batch is one transaction: when the caller goes away in the middle, what was recorded stays,
and nothing is half recorded.
"""

import asyncio
from codecs import BOM_UTF8

from doings.core.activity import Draft
from doings.core.errors import DoingsError, Invalid, Malformed
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.core.store.activities import Recorded
from doings.httpkit.request import Request
from doings.native.documents import BatchResult, LineProblem
from doings.native.formats.ndjson import ACTIVITY, LineCutter, decoded_line
from doings.native.http.idempotency import digest_of, key_of
from doings.native.http.idempotent_stream import Counts, Repeats, counts_of
from doings.native.mapping import draft_from_document

BATCH_LINES = 4000
BATCH_BYTES = 4 * 1_048_576
"""Where a batch ends, whichever comes first; by lines and not by time, so that a repeated stream
falls into the same batches. Larger ones write fewer pages, smaller ones let others write sooner:
this one takes the store a tenth of a second.
"""

MAX_ERRORS = 1000
"""How many bad lines are listed one by one; further ones are only counted."""


class Tally:
    """What became of all lines so far."""

    def __init__(self) -> None:
        self.recorded = 0
        self.repeated = 0
        self.errors: list[LineProblem] = []
        self.errors_left_out = 0

    def draft_from_line(self, number: int, line: bytes, now: int) -> Draft | None:
        """Read a line, or note why it cannot be recorded."""
        try:
            return draft_from_document(decoded_line(line, ACTIVITY), now=now)
        except (Invalid, Malformed) as error:
            self.refuse(number, error)
            return None

    def refuse(self, number: int, error: DoingsError) -> None:
        """Note why a line cannot be recorded."""
        if len(self.errors) == MAX_ERRORS:
            self.errors_left_out += 1
        elif isinstance(error, Invalid):
            self.errors.append(LineProblem(number, *error.problems[0]))
        else:
            self.errors.append(LineProblem(number, "body", getattr(error, "reason", str(error))))

    def count(self, recorded: list[Recorded]) -> None:
        """Count what the store made of drafts."""
        self.add(counts_of(recorded))

    def add(self, counts: Counts) -> None:
        """Add the counts of one batch."""
        self.recorded += counts.recorded
        self.repeated += counts.repeated

    def result(self) -> BatchResult:
        """The answer to the whole batch."""
        return BatchResult(self.recorded, self.repeated, self.errors, self.errors_left_out)


class Ingest:
    """One stream of NDJSON on its way into the store."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._line_bytes = request.services.settings.body_limit
        self._tally = Tally()
        self._line = 0
        self._lines_left = BATCH_LINES
        self._bytes_left = BATCH_BYTES
        self._drafts: list[Draft] = []
        self._writing: asyncio.Task[Counts] | None = None
        key = key_of(request)
        self._repeats = Repeats(key, digest_of(request, b"")) if key else None

    async def run(self) -> BatchResult:
        """Read and record to the end; raises Conflict and Unavailable."""
        if self._repeats is not None:
            await self._request.timeline.write(self._repeats.begin)
        cutter = LineCutter(self._line_bytes)
        try:
            async for chunk in self._request.content():
                await self._take(cutter.cut(chunk))
            if (final := cutter.end()) != b"":
                await self._take([final])
            await self._hand_over()
            await self._settle()
        finally:
            if self._writing is not None:
                await asyncio.wait([self._writing])
        if self._repeats is not None:
            await self._request.timeline.write(self._repeats.end)
        return self._tally.result()

    async def _take(self, lines: list[bytes | None]) -> None:
        now = self._request.services.clock.now()
        for line in lines:
            self._read(line, now)
            if self._lines_left <= 0 or self._bytes_left <= 0:
                await self._hand_over()

    def _read(self, line: bytes | None, now: int) -> None:
        self._line += 1
        self._lines_left -= 1
        if line is not None:
            line = line.removeprefix(BOM_UTF8)
        if self._repeats is not None:
            self._repeats.see(line)
        if line is None:
            reason = f"the line is longer than {self._line_bytes} bytes"
            self._tally.refuse(self._line, Malformed(reason))
            return
        self._bytes_left -= len(line)
        if line and not line.isspace():
            draft = self._tally.draft_from_line(self._line, line, now)
            if draft is not None:
                self._drafts.append(draft)

    async def _hand_over(self) -> None:
        """Give the batch to the store as soon as it has finished the one before.

        This returns when the batch is written and its commit begins: until then the store runs
        Python itself, and reading on at the same time would only slow it down.
        """
        await self._settle()
        drafts, self._drafts = self._drafts, []
        self._lines_left, self._bytes_left = BATCH_LINES, BATCH_BYTES
        is_written = asyncio.Event()
        self._writing = asyncio.create_task(self._write(drafts, is_written))
        await is_written.wait()

    async def _settle(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            self._tally.add(await writing)

    async def _write(self, drafts: list[Draft], is_written: asyncio.Event) -> Counts:
        loop = asyncio.get_running_loop()
        batch = self._repeats.next_batch() if self._repeats is not None else None

        async def record(writer: Writer) -> Counts:
            if batch is None:
                counts = counts_of(await recording.record(writer, drafts))
            else:
                counts = await batch.record(writer, drafts)
            # On SQLite this is the writer's thread.
            loop.call_soon_threadsafe(is_written.set)
            return counts

        timeline = self._request.timeline
        try:
            return await timeline.write(record, also=await timeline.receivers(drafts))
        finally:
            is_written.set()
