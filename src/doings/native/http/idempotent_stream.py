"""Streams with an Idempotency-Key: each of their batches is recorded once.

A stream is too long for one transaction, so every batch keeps its own answer, under the key and its
number, in the transaction that records it.
"""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from doings.core.errors import Conflict
from doings.core.store import Writer
from doings.core.store.idempotency import IdempotencyWriter
from doings.native.documents.batches import BatchLine
from doings.native.http.answer import Answer, recall_answer, remember_answer


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """What became of a batch's drafts; `lines` where each of them is told about.

    Databases hold it as text, without the later members, so their order stays.
    """

    recorded: int
    repeated: int
    replaced: int = 0
    lines: list[BatchLine] = []

    def plus(self, other: "Counts") -> "Counts":
        """The sums of both, without lines."""
        return Counts(
            self.recorded + other.recorded,
            self.repeated + other.repeated,
            self.replaced + other.replaced,
        )


class BatchKey(msgspec.Struct, frozen=True):
    """What one batch's answer is kept under.

    `key` is the stream's key with the batch's number, `digest` that of all lines up to the batch's
    end. `is_beyond` says that the stream was recorded before and had ended earlier.
    """

    key: str
    digest: bytes
    is_beyond: bool

    async def record(self, writer: Writer, record: Callable[[Writer], Awaitable[Counts]]) -> Counts:
        """Record the batch once by `record`, and repeat its counts afterwards.

        Raises Conflict for another batch under this key.
        """
        known = await recall_answer(writer, self.key, self.digest)
        if known is not None:
            return msgspec.json.decode(known.body, type=Counts)
        if self.is_beyond:
            raise Conflict(_ANOTHER_STREAM)
        counts = await record(writer)
        body = msgspec.json.encode(counts)
        await remember_answer(writer, self.key, self.digest, Answer(200, {}, body))
        return counts


class Repeats:
    """Makes a stream with an Idempotency-Key repeatable: each batch is done once.

    A stream that broke off goes on where it stopped when it is sent again; one that was recorded
    to its end is answered again. Another stream under the same key is refused.
    """

    def __init__(self, key: str, request: bytes) -> None:
        self._key = key
        self._request = request
        self._lines = hashlib.blake2b(request, digest_size=16)
        self._batches = 0
        self._known: int | None = None

    async def begin(self, writer: IdempotencyWriter) -> None:
        """See whether such a stream was recorded to its end; raises Conflict."""
        known = await recall_answer(writer, self._key, self._request)
        self._known = int(known.body) if known else None

    def see(self, line: bytes | None) -> None:
        """Take a line into account."""
        self._lines.update(b"\n" if line is None else line + b"\n")

    def next_batch(self) -> BatchKey:
        """The key of the batch that ends with the line seen last."""
        self._batches += 1
        return BatchKey(
            key=f"{self._key}\t{self._batches}",
            digest=self._lines.digest(),
            is_beyond=self._known is not None and self._batches > self._known,
        )

    async def end(self, writer: IdempotencyWriter) -> None:
        """Remember that the stream was recorded to its end; raises Conflict for a shorter one."""
        if self._known is None:
            answer = Answer(200, {}, str(self._batches).encode())
            await remember_answer(writer, self._key, self._request, answer)
        elif self._batches < self._known:
            raise Conflict(_ANOTHER_STREAM)


_ANOTHER_STREAM = "this Idempotency-Key was used with another stream"
