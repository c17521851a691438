"""The end of an account's feed: read once after each commit and handed to all who listen."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Literal

from doings.core.account import Account
from doings.core.budget import STREAM_BACKLOG_BYTES
from doings.core.resuming.position import Position
from doings.core.store import Store
from doings.core.store.changes import EntityChange, FeedChunk
from doings.core.store.credentials import View
from doings.live import sse
from doings.live.frames import Audience, Frame, Frames

CHUNK = 200
"""How many events are read at a time."""

SLICE = 256
"""How many readers are served before others get their turn on the event loop."""

PAUSE_SECONDS = 1.0
"""How long a tail waits after the store could not be read."""

Reason = Literal["slow", "shutdown", "revoked"]
"""Why a stream is closed."""


class Reader:
    """Who listens to a feed with a filter: where it is, and what waits to be sent to it.

    It is closed at the instant `ends_at`, where there is one. There may be many thousands of
    readers, so each holds little and has no task of its own.
    """

    __slots__ = (
        "_waiting",
        "at",
        "audience",
        "closing",
        "ends_at",
        "epoch",
        "has_joined",
        "has_left",
        "is_good",
        "is_unsure",
        "key",
        "pending",
        "sending_since",
        "size",
        "tail",
        "task",
        "view",
    )

    def __init__(
        self,
        tail: "Tail",
        key: str,
        audience: Audience,
        start: Position,
        *,
        ends_at: int | None = None,
    ) -> None:
        self.tail = tail
        self.key = key
        self.audience = audience
        self.ends_at = ends_at
        self.epoch = start.epoch
        self.at = start.seq
        self.pending: deque[bytes] = deque()
        self.size = 0
        self.closing: Reason | None = None
        self.is_good: Callable[[Account], bool] | None = None
        """Whether it may go on reading, besides that its credential is good."""
        self.view: View | None = None
        """What it may see at most, where that is a view."""
        self.is_unsure = False
        """Whether somebody was erased since its view was looked at, who may be who it shows."""
        self.has_joined = False
        self.has_left = False
        self.sending_since: float | None = None
        """Since when it takes what it was sent last, by the event loop's clock."""
        self.task: asyncio.Task[object] | None = None
        """The task that sends to it."""
        self._waiting: asyncio.Future[None] | None = None

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is to be handed to it."""
        return self.has_left or self.closing is not None

    @property
    def position(self) -> str:
        """Up to where it was handed everything."""
        return str(Position(self.epoch, self.at))

    def push(self, frames: bytes) -> None:
        """Hand bytes to it; one that has too many waiting already is closed.

        What it is handed while nothing waits is always taken, however large: an event of several
        megabytes says nothing of how fast its reader is.
        """
        if self.is_ended:
            return
        if self.pending and self.size + len(frames) > STREAM_BACKLOG_BYTES:
            self.close("slow")
            return
        self.pending.append(frames)
        self.size += len(frames)
        self._wake()

    def close(self, reason: Reason) -> None:
        """End its stream: of what waits nothing is sent but the reason."""
        if not self.is_ended:
            self.closing = reason
            self.drop()
            self.pending.append(sse.closing_event(reason))
            self._wake()

    def leave(self) -> None:
        """Its caller has gone away."""
        self.has_left = True
        self.drop()
        self._wake()

    def drop(self) -> None:
        """Forget what waits."""
        self.pending.clear()
        self.size = 0

    async def taken(self) -> bytes:
        """Wait for bytes and take all that there are; empty once the caller has gone."""
        while not self.pending and not self.has_left:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        chunk = self.pending[0] if len(self.pending) == 1 else b"".join(self.pending)
        self.drop()
        return chunk

    def _wake(self) -> None:
        waiting = self._waiting
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


class Tail:
    """The readers of one account, and the task that reads the feed for them.

    It lives from its first reader to its last, which `users` counts. `at` is the seq up to which
    all readers that joined were handed everything.
    """

    def __init__(
        self, store: Store, account_id: int, on_error: Callable[[Exception], None]
    ) -> None:
        self.users = 0
        self.at = 0
        self.epoch = ""
        self._coming = 0
        """Up to where it is handing out just now: who joins meanwhile has to be there already."""
        self._store = store
        self.account_id = account_id
        self._on_error = on_error
        self._groups: dict[Audience, dict[Reader, None]] = {}
        self._task: asyncio.Task[None] | None = None

    def position_of(self, reader: Reader) -> str | None:
        """Up to where a reader missed nothing; None while that is moving."""
        if not reader.has_joined or self._coming != self.at:
            return None
        reader.at = max(reader.at, self.at)
        return reader.position

    def readers(self) -> list[Reader]:
        """All who have joined."""
        return [reader for group in self._groups.values() for reader in group]

    async def step(self, reader: Reader) -> bool:
        """Bring a reader that is behind nearer to the others; whether it has joined them.

        It reads one chunk for it alone. Raises what reading raises.
        """
        if self._is_level_with(reader):
            reader.has_joined = True
            self._groups.setdefault(reader.audience, {})[reader] = None
            reader.push(sse.position_event(reader.position))
            return True
        await self._read_for(reader)
        return False

    def _is_level_with(self, reader: Reader) -> bool:
        is_same = self._task is not None and self.epoch == reader.epoch
        return is_same and reader.at >= self._coming

    async def _read_for(self, reader: Reader) -> None:
        chunk = await read(self._store, self.account_id, reader.at)
        if self._task is None:
            # The first reader: the tail begins where it is read now, and goes on from there.
            self.at, self._coming, self.epoch = chunk.through, chunk.through, chunk.epoch
            self._task = asyncio.create_task(self._run(), name="tail")
        if is_elsewhere(chunk, Position(reader.epoch, reader.at)):
            reader.epoch, reader.at = chunk.epoch, chunk.last_seq
            reader.push(sse.reset_event(reader.position))
            return
        reader.epoch = chunk.epoch
        frames = Frames(chunk).of(reader.audience)
        if frames:
            reader.push(b"".join([frame for _, frame in frames]))
        reader.is_unsure = reader.is_unsure or tells_of_erasure(chunk)
        reader.at = chunk.through

    def leave(self, reader: Reader) -> None:
        """Hand nothing to this reader any more."""
        group = self._groups.get(reader.audience)
        if group is not None:
            group.pop(reader, None)
            if not group:
                del self._groups[reader.audience]

    async def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        with self._store.following(self.account_id) as followed:
            while True:
                # Asked for before reading, so that no commit falls between the two.
                news = followed.next_commit()
                try:
                    chunk = await read(self._store, self.account_id, self.at)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is told and all wait
                    self._on_error(error)
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                followed.last_seq = chunk.last_seq
                await self._hand_out(chunk)
                if chunk.through == chunk.last_seq:
                    await asyncio.shield(news)

    async def _hand_out(self, chunk: FeedChunk) -> None:
        if is_elsewhere(chunk, Position(self.epoch, self.at)):
            await self._reset(chunk)
        else:
            self._coming = chunk.through
            await self._hand_out_frames(chunk)
            self.at = chunk.through

    async def _reset(self, chunk: FeedChunk) -> None:
        self.epoch, self.at, self._coming = chunk.epoch, chunk.last_seq, chunk.last_seq
        for number, reader in enumerate(self.readers(), 1):
            reader.epoch, reader.at = self.epoch, self.at
            reader.push(sse.reset_event(reader.position))
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _hand_out_frames(self, chunk: FeedChunk) -> None:
        """Push to each group what its filter lets through; a reader may be past some of it."""
        frames, has_erased = Frames(chunk), tells_of_erasure(chunk)
        served = 0
        for audience, group in list(self._groups.items()):
            told = self._told(frames, audience, group)
            if not told:
                continue
            first, together = told[0][0], b"".join([frame for _, frame in told])
            for reader in list(group):
                reader.is_unsure = reader.is_unsure or has_erased
                if reader.at < first:
                    reader.push(together)
                elif rest := [frame for seq, frame in told if seq > reader.at]:
                    reader.push(b"".join(rest))
                served += 1
                if served % SLICE == 0:
                    await asyncio.sleep(0)

    def _told(self, frames: Frames, audience: Audience, readers: Iterable[Reader]) -> list[Frame]:
        """What an audience is sent. Where that cannot be made, only its own streams break off."""
        try:
            return frames.of(audience)
        except Exception as error:  # noqa: BLE001 - a defect, which would keep all others waiting
            self._on_error(error)
            for reader in readers:
                reader.leave()
            return []


async def read(store: Store, account_id: int, after: int) -> FeedChunk:
    """The next events after a seq."""
    return await store.read(account_id, lambda reader: reader.feed(after, CHUNK))


def tells_of_erasure(chunk: FeedChunk) -> bool:
    """Whether an entity was erased."""
    return any(isinstance(item, EntityChange) and item.op == "erased" for item in chunk.items)


def is_elsewhere(chunk: FeedChunk, position: Position) -> bool:
    """Whether a position is of another history than the chunk, or beyond its end."""
    return position.epoch not in {None, chunk.epoch} or position.seq > chunk.last_seq
