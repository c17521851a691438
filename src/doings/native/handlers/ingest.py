"""NDJSON as it streams in: batches of lines, and what became of them.

A batch is made durable while the next one is read, so memory stays flat however long the stream is.
Each batch is one transaction: when the caller goes away or the stream breaks off in the middle,
what was recorded stays, and nothing is half recorded. The answer to a broken stream says how much.
"""

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from doings.core.errors import DoingsError, Malformed
from doings.core.store import Writer
from doings.httpkit.request import Request
from doings.native.formats.export import NDJSON
from doings.native.formats.ndjson import LineCutter
from doings.native.handlers.batch_lines import AnswerFile, BatchOptions, Chunk, Tally, ndjson_lines
from doings.native.http.answer import response_of
from doings.native.http.idempotency import digest_of, key_of
from doings.native.http.idempotent_stream import Counts, Repeats
from doings.native.http.responses import written

BATCH_LINES = 4000
BATCH_BYTES = 4 * 1_048_576
"""Where a batch ends, whichever comes first; by lines and not by time, so that a repeated stream
falls into the same batches. Larger ones write fewer pages, smaller ones let others write sooner:
this one takes the store a tenth of a second.
"""


class Ingest:
    """One stream of NDJSON on its way into the store."""

    def __init__(self, request: Request, options: BatchOptions) -> None:
        self._request = request
        self._options = options
        self._line_bytes = request.services.settings.body_limit
        self._tally = Tally(options)
        self._chunk = Chunk(options)
        self._answer: AnswerFile | None = None
        self._line = 0
        # The last lines of the batches that were handed over, and that are recorded.
        self._handed_over = 0
        self._settled = 0
        self._lines_left = BATCH_LINES
        self._bytes_left = BATCH_BYTES
        self._writing: asyncio.Task[tuple[Chunk, Counts]] | None = None
        key = key_of(request)
        # What is kept for a stream without lines in its answer cannot answer one with them.
        form = b"lines" if options.has_lines else b""
        self._repeats = Repeats(key, digest_of(request, form)) if key else None

    async def run(self) -> Response:
        """Read and record to the end, then answer; raises UnsupportedCoding and BrokenOff."""
        if not self._options.has_lines:
            await self._record()
            return response_of(written(self._tally.result()))
        self._answer = AnswerFile()
        try:
            await self._record()
        except BaseException:
            self._answer.close()
            raise
        self._answer.add(ndjson_lines([self._tally.result()]))
        return StreamingResponse(self._answer.pieces(), media_type=NDJSON)

    async def _record(self) -> None:
        if self._repeats is not None:
            await self._request.timeline.write(self._repeats.begin)
        content = self._request.content()
        try:
            await self._record_lines(content)
        except DoingsError as error:
            cause = await self._settled_error() or error
            raise self._tally.broken_off(cause, self._settled) from error
        finally:
            if self._writing is not None:
                await asyncio.wait([self._writing])

    async def _record_lines(self, content: AsyncIterator[bytes]) -> None:
        cutter = LineCutter(self._line_bytes)
        async for chunk in content:
            await self._take(cutter.cut(chunk))
        if (final := cutter.end()) != b"":
            await self._take([final])
        await self._hand_over()
        await self._settle()
        if self._repeats is not None:
            await self._request.timeline.write(self._repeats.end)

    async def _settled_error(self) -> DoingsError | None:
        """Wait for the batch that is being written; its error, if it has one."""
        try:
            await self._settle()
        except DoingsError as error:
            return error
        return None

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
            self._chunk.refuse(self._line, Malformed(reason))
            return
        self._bytes_left -= len(line)
        if line and not line.isspace():
            self._chunk.read(self._line, line, now)

    async def _hand_over(self) -> None:
        """Give the batch to the store as soon as it has finished the one before.

        This returns when the batch is written and its commit begins: until then the store runs
        Python itself, and reading on at the same time would only slow it down.
        """
        await self._settle()
        chunk, self._chunk = self._chunk, Chunk(self._options)
        self._lines_left, self._bytes_left = BATCH_LINES, BATCH_BYTES
        self._handed_over = self._line
        is_written = asyncio.Event()
        self._writing = asyncio.create_task(self._write(chunk, is_written))
        await is_written.wait()

    async def _settle(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            lines = self._tally.add(*await writing)
            self._settled = self._handed_over
            if self._answer is not None:
                self._answer.add(ndjson_lines(lines))

    async def _write(self, chunk: Chunk, is_written: asyncio.Event) -> tuple[Chunk, Counts]:
        loop = asyncio.get_running_loop()
        batch = self._repeats.next_batch() if self._repeats is not None else None

        async def record(writer: Writer) -> Counts:
            if batch is None:
                counts = await chunk.record(writer)
            else:
                counts = await batch.record(writer, chunk.record)
            # On SQLite this is the writer's thread.
            loop.call_soon_threadsafe(is_written.set)
            return counts

        timeline = self._request.timeline
        try:
            also = await timeline.receivers(chunk.drafts)
            return chunk, await timeline.write(record, also=also)
        finally:
            is_written.set()
