"""NDJSON as it streams in: batches of lines, and what became of them.

A batch is made durable while the next one is read, so memory stays flat however long the stream is.
Each batch is one transaction: when the caller goes away or the stream breaks off in the middle,
what was recorded stays, and nothing is half recorded. The answer to a broken stream says how much.
"""

import asyncio
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.responses import Response, StreamingResponse

from doings.core.budget import BAD_LINES, BLANK_BYTES, LARGE_BODY, WRITE_WORK
from doings.core.errors import DoingsError, Malformed, Problem, TooMuch
from doings.core.store import Writer
from doings.httpkit.request import Request
from doings.native.formats.export import NDJSON
from doings.native.formats.ndjson import LineCutter
from doings.native.handlers.batching.batch_lines import (
    AnswerFile,
    BatchOptions,
    Chunk,
    Tally,
    ndjson_lines,
)
from doings.native.http.answer import response_of
from doings.native.http.idempotency import digest_of, key_of
from doings.native.http.idempotent_stream import Counts, Repeats
from doings.native.http.responses import written

BATCH_LINES = 4000
BATCH_BYTES = 4 * 1_048_576
"""Where a batch ends, if not at `budget.WRITE_WORK` before; by what is in it and not by time, so
that a repeated stream falls into the same batches. Larger ones write fewer pages, smaller ones let
others write sooner: this one takes the store a tenth of a second.
"""

STEP_LINES = 1024
STEP_BYTES = 256
"""After so many lines others are served, where each begun stretch of bytes counts as a line: some
milliseconds.
"""

ITEMS_AT_A_TIME = 500
"""How many items of an array are made into lines at a time."""

Lines = AsyncIterator[Sequence[bytes | None]]
"""Lines as they come in; None for one that is too long."""


async def lines_of_stream(request: Request) -> Lines:
    """The lines of a stream; raises UnsupportedCoding, and Malformed and TooMuch on the way."""
    cutter = LineCutter(request.services.settings.body_limit)
    async for chunk in request.content():
        yield cutter.cut(chunk)
    if (final := cutter.end()) != b"":
        yield [final]


async def lines_of_array(items: Sequence[msgspec.Raw]) -> Lines:
    """The items of an array, each as a line."""
    for start in range(0, len(items), ITEMS_AT_A_TIME):
        yield [bytes(item) for item in items[start : start + ITEMS_AT_A_TIME]]


class Ingest:
    """One stream of NDJSON, or an array too large for one transaction, on its way into the store.

    `form` is what makes one request of the key another than the next, besides its lines.
    """

    def __init__(self, request: Request, options: BatchOptions, lines: Lines, form: bytes) -> None:
        self._lines = lines
        self._request = request
        self._options = options
        self._line_bytes = request.services.settings.body_limit
        self._tally = Tally(options)
        self._chunk = Chunk(options)
        self._answer: AnswerFile | None = None
        self._line = 0
        self._blank_bytes = 0
        self._bad_lines = 0
        # The last lines of the batches that were handed over, and that are recorded.
        self._handed_over = 0
        self._settled = 0
        self._lines_left = BATCH_LINES
        self._bytes_left = BATCH_BYTES
        self._writing: asyncio.Task[tuple[Chunk, Counts]] | None = None
        key = key_of(request)
        # What is kept for a stream without lines in its answer cannot answer one with them.
        form = b"lines" + form if options.has_lines else form
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
        try:
            await self._record_lines()
        except DoingsError as error:
            cause = await self._settled_error() or error
            raise self._tally.broken_off(cause, self._settled) from error
        finally:
            if self._writing is not None:
                await asyncio.wait([self._writing])

    async def _record_lines(self) -> None:
        async for lines in self._lines:
            await self._take(lines)
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

    async def _take(self, lines: Sequence[bytes | None]) -> None:
        now = self._request.services.clock.now()
        step = 0
        for line in lines:
            size = len(line or b"")
            if size < LARGE_BODY:
                self._read(line, now)
            else:
                await asyncio.to_thread(self._read, line, now)
            if self._lines_left <= 0 or self._bytes_left <= 0 or self._chunk.work >= WRITE_WORK:
                await self._hand_over()
            step += 1 + size // STEP_BYTES
            if step >= STEP_LINES:
                step = 0
                await asyncio.sleep(0)

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
            self._note_bad_line()
            return
        self._bytes_left -= len(line)
        if not line or line.isspace():
            self._note_blank(len(line) + 1)
            return
        self._blank_bytes = 0
        if self._chunk.read(self._line, line, now):
            self._bad_lines = 0
        else:
            self._note_bad_line()

    def _note_blank(self, size: int) -> None:
        self._blank_bytes += size
        if self._blank_bytes > BLANK_BYTES:
            raise TooMuch("stream", Problem("body", f"{BLANK_BYTES:,} bytes in a row are empty"))

    def _note_bad_line(self) -> None:
        self._bad_lines += 1
        if self._bad_lines > BAD_LINES:
            raise TooMuch(
                "stream", Problem("body", f"none of {BAD_LINES:,} lines in a row can be recorded")
            )

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
        if not chunk.drafts and self._repeats is None:
            is_written.set()
            return chunk, Counts(0, 0)
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
