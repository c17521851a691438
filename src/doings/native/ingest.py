"""NDJSON as it streams in: lines, batches, and what became of them.

A batch is recorded while the next one is read, so memory stays flat however long the stream is.
Each batch is one transaction: when the caller goes away in the middle, what was recorded stays,
and nothing is half recorded.
"""

import asyncio
import hashlib
from typing import NamedTuple

import msgspec

from doings.core import parties
from doings.core.activity import Draft
from doings.core.errors import Conflict, DoingsError, Invalid, Malformed
from doings.core.store import Answer, Ledger, Recorded
from doings.httpkit.call import Call
from doings.native.documents import BatchResult, LineProblem
from doings.native.lines import ACTIVITY, decoded_line
from doings.native.mapping import draft_from_document
from doings.native.once import digest_of, key_of

BATCH_LINES = 1000
BATCH_BYTES = 4 * 1_048_576
"""Where a batch ends, whichever comes first; by lines and not by time, so that a repeated stream
falls into the same batches."""

ERRORS = 1000
"""How many bad lines are told one by one."""


class Counts(NamedTuple):
    """What became of a batch's drafts."""

    recorded: int
    repeated: int


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
        if len(self.errors) == ERRORS:
            self.errors_left_out += 1
        elif isinstance(error, Invalid):
            self.errors.append(LineProblem(number, *error.problems[0]))
        else:
            self.errors.append(LineProblem(number, "body", getattr(error, "reason", str(error))))

    def count(self, recorded: list[Recorded]) -> None:
        """Count what the store made of drafts."""
        self.add(_counts(recorded))

    def add(self, counts: Counts) -> None:
        """Count what was counted elsewhere."""
        self.recorded += counts.recorded
        self.repeated += counts.repeated

    def result(self) -> BatchResult:
        """All of it."""
        return BatchResult(self.recorded, self.repeated, self.errors, self.errors_left_out)


class LineCutter:
    """Cuts chunks into lines; a line that is too long comes as None and is not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begun = bytearray()
        self._is_too_long = False

    def cut(self, chunk: bytes) -> list[bytes | None]:
        """The lines that the chunk completes."""
        head, newline, tail = chunk.partition(b"\n")
        self._grow(head)
        if not newline:
            return []
        *whole, rest = tail.split(b"\n")
        most = self._most
        lines = [self.end(), *[line if len(line) <= most else None for line in whole]]
        self._grow(rest)
        return lines

    def end(self) -> bytes | None:
        """The line that was begun."""
        line = None if self._is_too_long else bytes(self._begun)
        self._begun.clear()
        self._is_too_long = False
        return line

    def _grow(self, part: bytes) -> None:
        if self._is_too_long or len(self._begun) + len(part) > self._most:
            self._begun.clear()
            self._is_too_long = True
        else:
            self._begun += part


class Ingest:
    """One stream of NDJSON on its way into the store."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._most = call.services.settings.body_limit
        self._tally = Tally()
        self._line = 0
        self._lines_left = BATCH_LINES
        self._bytes_left = BATCH_BYTES
        self._drafts: list[Draft] = []
        self._writing: asyncio.Task[Counts] | None = None
        key = key_of(call)
        self._repeats = Repeats(key, digest_of(call, b"")) if key else None

    async def run(self) -> BatchResult:
        """Read and record to the end; raises Conflict and Unavailable."""
        if self._repeats is not None:
            await self._call.timeline.write(self._repeats.begin)
        cutter = LineCutter(self._most)
        try:
            async for chunk in self._call.request.stream():
                await self._take(cutter.cut(chunk))
            if (final := cutter.end()) != b"":
                await self._take([final])
            await self._hand_over()
            await self._settle()
        finally:
            if self._writing is not None:
                await asyncio.wait([self._writing])
        if self._repeats is not None:
            await self._call.timeline.write(self._repeats.end)
        return self._tally.result()

    async def _take(self, lines: list[bytes | None]) -> None:
        now = self._call.services.clock.now()
        for line in lines:
            self._read(line, now)
            if self._lines_left <= 0 or self._bytes_left <= 0:
                await self._hand_over()

    def _read(self, line: bytes | None, now: int) -> None:
        self._line += 1
        self._lines_left -= 1
        if self._repeats is not None:
            self._repeats.see(line)
        if line is None:
            reason = f"the line is longer than {self._most} bytes"
            self._tally.refuse(self._line, Malformed(reason))
            return
        self._bytes_left -= len(line)
        if line and not line.isspace():
            draft = self._tally.draft_from_line(self._line, line, now)
            if draft is not None:
                self._drafts.append(draft)

    async def _hand_over(self) -> None:
        """Give the batch to the store as soon as it has finished the one before."""
        await self._settle()
        drafts, self._drafts = self._drafts, []
        self._lines_left, self._bytes_left = BATCH_LINES, BATCH_BYTES
        self._writing = asyncio.create_task(self._write(drafts))

    async def _settle(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            self._tally.add(await writing)

    async def _write(self, drafts: list[Draft]) -> Counts:
        place = self._repeats.place() if self._repeats is not None else None

        async def record(ledger: Ledger) -> Counts:
            if place is None:
                return _counts(await parties.record(ledger, drafts))
            return await place.record(ledger, drafts)

        timeline = self._call.timeline
        return await timeline.write(record, also=await timeline.receivers(drafts))


class Place(msgspec.Struct, frozen=True):
    """A batch's place in a stream with an Idempotency-Key, and all that came up to its end."""

    key: str
    digest: bytes
    is_beyond: bool

    async def record(self, ledger: Ledger, drafts: list[Draft]) -> Counts:
        """Record the batch unless that was done before; raises Conflict for another batch."""
        known = await ledger.recall(self.key, self.digest)
        if known is not None:
            return msgspec.json.decode(known.body, type=Counts)
        if self.is_beyond:
            raise Conflict(_ANOTHER_STREAM)
        counts = _counts(await parties.record(ledger, drafts))
        body = msgspec.json.encode(counts)
        await ledger.remember(self.key, self.digest, Answer(200, {}, body))
        return counts


class Repeats:
    """Makes a stream with an Idempotency-Key repeatable: each batch is done once.

    A stream that broke off goes on where it stopped when it is sent again; one that was recorded
    to its end is answered again. Another stream under the same key is refused.
    """

    def __init__(self, key: str, request: bytes) -> None:
        self._key = key
        self._request = request
        self._hash = hashlib.blake2b(request, digest_size=16)
        self._batches = 0
        self._known: int | None = None

    async def begin(self, ledger: Ledger) -> None:
        """See whether such a stream was recorded to its end; raises Conflict."""
        known = await ledger.recall(self._key, self._request)
        self._known = int(known.body) if known else None

    def see(self, line: bytes | None) -> None:
        """Take a line into account."""
        self._hash.update(b"\n" if line is None else line + b"\n")

    def place(self) -> Place:
        """The place of the batch that ends with the line seen last."""
        self._batches += 1
        return Place(
            key=f"{self._key}\t{self._batches}",
            digest=self._hash.digest(),
            is_beyond=self._known is not None and self._batches > self._known,
        )

    async def end(self, ledger: Ledger) -> None:
        """Remember that the stream was recorded to its end; raises Conflict for a shorter one."""
        if self._known is None:
            answer = Answer(200, {}, str(self._batches).encode())
            await ledger.remember(self._key, self._request, answer)
        elif self._batches < self._known:
            raise Conflict(_ANOTHER_STREAM)


_ANOTHER_STREAM = "this Idempotency-Key was used with another stream"


def _counts(recorded: list[Recorded]) -> Counts:
    repeated = sum(one.is_repeated for one in recorded)
    return Counts(len(recorded) - repeated, repeated)
