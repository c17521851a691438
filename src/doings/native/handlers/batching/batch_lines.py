"""The lines of a batch: read, recorded together, and told about in the answer.

What a JSON array calls an item is a line here: both are counted from 1.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from operator import attrgetter
from tempfile import SpooledTemporaryFile

import msgspec

from doings.core.activity import Draft
from doings.core.errors import (
    BrokenOff,
    Conflict,
    DoingsError,
    Invalid,
    Malformed,
    NotAcceptable,
    Problem,
)
from doings.core.interactions import recording
from doings.core.interactions.replacing import Outcome, Upsert, record_or_replace
from doings.core.limits.work import SEVERAL_WRITES, work_of
from doings.core.store import Writer
from doings.httpkit.input.accept import negotiated
from doings.httpkit.request import Request
from doings.native.documents.batches import BatchLine, BatchResult, LineProblem, Status
from doings.native.formats.export import NDJSON
from doings.native.formats.ndjson import ACTIVITY, decoded_line
from doings.native.http.idempotent_stream import Counts
from doings.native.http.request_body import JSON
from doings.native.http.responses import encode
from doings.native.mapping import draft_from_input
from doings.native.params import is_atomic, replaces_repeated

MAX_ERRORS = 1000
"""How many bad lines are listed one by one; further ones are only counted."""

SPOOL_BYTES = 1_048_576
"""How much of an answer a line for each line is kept in memory; more goes to a file."""

FILE_CHUNK = 65_536

_NUMBER = attrgetter("line")
_WHOLE = "body"
"""The field of a line that is wrong as a whole."""


class BatchOptions(msgspec.Struct, frozen=True):
    """What the caller asked for.

    `replaces`: what is recorded already is replaced. `is_atomic`: all lines are recorded or none.
    `has_lines`: the answer has a line for each line.
    """

    replaces: bool
    is_atomic: bool
    has_lines: bool


def options_of(request: Request) -> BatchOptions:
    """The options in the request's parameters and its Accept header; raises Malformed."""
    return BatchOptions(
        replaces=replaces_repeated(request.query),
        is_atomic=is_atomic(request.query),
        has_lines=_has_lines(request),
    )


def _has_lines(request: Request) -> bool:
    with suppress(NotAcceptable):
        return negotiated(request.header("accept"), (JSON, NDJSON)) == NDJSON
    return False


class Chunk:
    """Lines that are recorded in one transaction; `drafts` are those that can be."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self.drafts: list[Draft] = []
        self.work = 0
        """What recording the drafts takes, as `core.limits.work` counts it."""
        self._names: set[tuple[str, str]] = set()
        # Of each draft, in lists of their own: an object for each line would take longer.
        self._numbers: list[int] = []
        self._are_dated: list[bool] = []
        self.refused: list[BatchLine] = []

    def read(self, number: int, text: bytes, now: int) -> bool:
        """Read a line, or note why it cannot be recorded; returns whether it can be."""
        try:
            document = decoded_line(text, ACTIVITY)
            draft = draft_from_input(document, now=now)
        except (Invalid, Malformed) as error:
            self.refuse(number, error)
            return False
        self.drafts.append(draft)
        self._numbers.append(number)
        self._are_dated.append(document.occurred_at is not None)
        self.work += work_of(draft)
        if self._options.replaces and draft.external_id is not None:
            self._count_name((draft.origin, draft.external_id))
        return True

    def _count_name(self, name: tuple[str, str]) -> None:
        """Lines of one name replace each other one by one, and not many at a time."""
        if name in self._names:
            self.work += SEVERAL_WRITES
        self._names.add(name)

    def refuse(self, number: int, error: DoingsError) -> None:
        """Note why a line cannot be recorded."""
        self.refused.append(_refusal(number, error))

    async def record(self, writer: Writer) -> Counts:
        """Record the lines that can be; returns what became of them."""
        if self._options.replaces:
            upserts = list(map(Upsert, self.drafts, self._are_dated))
            return self._counts(await record_or_replace(writer, upserts))
        return self._counts(await recording.record(writer, self.drafts))

    def _counts(self, outcomes: Sequence[Outcome]) -> Counts:
        statuses = Counter(map(_status, outcomes))
        lines: list[BatchLine] = []
        if self._options.has_lines or statuses["refused"]:
            lines = [
                _line(number, outcome)
                for number, outcome in zip(self._numbers, outcomes, strict=True)
                if self._options.has_lines or isinstance(outcome, Conflict)
            ]
        return Counts(statuses["recorded"], statuses["repeated"], statuses["replaced"], lines)


def _status(outcome: Outcome) -> Status:
    if isinstance(outcome, Conflict):
        return "refused"
    if outcome.is_replaced:
        return "replaced"
    return "repeated" if outcome.is_repeated else "recorded"


def _line(number: int, outcome: Outcome) -> BatchLine:
    if isinstance(outcome, Conflict):
        return _refusal(number, outcome)
    return BatchLine(number, _status(outcome), outcome.id, outcome.seq)


def _refusal(number: int, error: DoingsError) -> BatchLine:
    field, reason = _WHOLE, getattr(error, "reason", str(error))
    if isinstance(error, Invalid):
        field, reason = error.problems[0]
    return BatchLine(number, "refused", field=field, reason=reason)


def check_whole(refused: Sequence[BatchLine]) -> None:
    """Raise Invalid that names every refused item of an array by its path, if there is any."""
    if refused:
        raise Invalid(*[_problem(line) for line in sorted(refused, key=_NUMBER)])


def _problem(line: BatchLine) -> Problem:
    item = f"[{line.line - 1}]"
    field = item if line.field == _WHOLE else f"{item}.{line.field}"
    return Problem(field, str(line.reason))


class Tally:
    """What became of all lines so far."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._counts = Counts(0, 0)
        self._errors: list[LineProblem] = []
        self._errors_left_out = 0

    def add(self, chunk: Chunk, counts: Counts) -> list[BatchLine]:
        """Add what became of a chunk; returns the lines that can be told about, in their order."""
        self._counts = self._counts.plus(counts)
        lines = sorted([*chunk.refused, *counts.lines], key=_NUMBER)
        for line in lines:
            if line.status == "refused":
                self._add_error(line)
        return lines

    def _add_error(self, line: BatchLine) -> None:
        if len(self._errors) == MAX_ERRORS:
            self._errors_left_out += 1
        else:
            self._errors.append(LineProblem(line.line, str(line.field), str(line.reason)))

    def broken_off(self, cause: DoingsError, line: int) -> BrokenOff:
        """The error that ended the stream, and what became of all lines up to `line`."""
        return BrokenOff(
            cause,
            line=line,
            recorded=self._counts.recorded,
            replaced=self._counts.replaced,
            repeated=self._counts.repeated,
            refused=len(self._errors) + self._errors_left_out,
        )

    def result(self) -> BatchResult:
        """The summary of the whole batch."""
        return BatchResult(
            recorded=self._counts.recorded,
            replaced=self._counts.replaced if self._options.replaces else msgspec.UNSET,
            repeated=self._counts.repeated,
            errors=self._errors,
            errors_left_out=self._errors_left_out,
        )


def ndjson_lines(documents: Sequence[BatchLine | BatchResult]) -> bytes:
    """The lines of an answer, or the summary that ends it."""
    return b"".join([encode(document) + b"\n" for document in documents])


class AnswerFile:
    """The answer to a stream while it is read: a line for each of its lines.

    It is sent when the stream was read to its end. Many callers read nothing before they have sent
    all, so that an answer sent meanwhile would fill the connection and stop both sides. A long one
    lies in a file, so that memory stays flat.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - `close` does

    def add(self, lines: bytes) -> None:
        """Append lines."""
        self._file.write(lines)

    def pieces(self) -> Iterator[bytes]:
        """All of it, once: then it is gone."""
        with self._file as lines:
            lines.seek(0)
            while piece := lines.read(FILE_CHUNK):
                yield piece

    def close(self) -> None:
        """Give up an answer that is not sent."""
        self._file.close()
