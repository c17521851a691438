"""One account's timeline, as a surface uses it: the store bound to an account and a credential."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Draft
from doings.core.entity import EntityKey
from doings.core.interactions import recording
from doings.core.query import Query
from doings.core.resuming.cursor import Page
from doings.core.store import Reader, Store, Writer
from doings.core.store.changes import Change, FeedChunk
from doings.core.store.rendering import Rendered, Rendering

T = TypeVar("T")

Check = Callable[[], Awaitable[object]]

CHECK_SECONDS = 3.0
"""How often a wait for changes is looked after: whether its caller may still read."""

ReadPage = Callable[[Reader, Query], Awaitable[Page[T]]]

STREAM_CHUNK = 500
"""How many activities a streamed answer takes from the store at a time."""


class Timeline:
    """What a surface reads and writes in one account; `by` is the credential's key."""

    def __init__(self, store: Store, account: Account, by: str | None) -> None:
        self.store = store
        self.account = account
        self.by = by
        self.is_searched = False
        """Whether something was read that no number of changes stands for, like the full text."""

    async def read(self, work: Callable[[Reader], Awaitable[T]], *, bounded: bool = True) -> T:
        """Run work on one consistent state; `bounded=False` if it may take long."""
        if not bounded:
            self.is_searched = True
        return await self.store.read(self.account.id, work, bounded=bounded)

    async def write(
        self, work: Callable[[Writer], Awaitable[T]], *, also: tuple[int, ...] = ()
    ) -> T:
        """Run work in one transaction; returns when it is durable, keeps nothing if it raises.

        `also` are other accounts that work writes in, through `Writer.others`.
        """
        return await self.store.write(self.account.id, work, by=self.by, also=also)

    async def rendered_page(self, query: Query, rendering: Rendering) -> Page[msgspec.Raw]:
        """The documents of one page of the timeline."""
        return await self.read(
            lambda reader: reader.rendered_page(query, rendering), bounded=query.is_bounded
        )

    async def walk(self, query: Query, *, with_attrs: bool = True) -> AsyncIterator[list[Activity]]:
        """All activities that the query finds, in chunks; each chunk is a short read of its own."""
        chunks = self._walk(query, lambda reader, step: reader.page(step, with_attrs=with_attrs))
        async for chunk in chunks:
            yield chunk

    async def walk_rendered(
        self, query: Query, rendering: Rendering
    ) -> AsyncIterator[list[msgspec.Raw]]:
        """The documents of all that the query finds, in chunks like those of `walk`."""
        chunks = self._walk(query, lambda reader, step: reader.rendered_page(step, rendering))
        async for chunk in chunks:
            yield chunk

    async def rendered_rest(
        self, seqs: Sequence[int], rendering: Rendering
    ) -> AsyncIterator[list[msgspec.Raw]]:
        """The documents of these activities, in chunks like those of `walk`."""
        while seqs:
            shown = await self._rendered(seqs[:STREAM_CHUNK], rendering)
            if shown.documents:
                yield shown.documents
            seqs = seqs[shown.covered :]

    async def _rendered(self, seqs: Sequence[int], rendering: Rendering) -> Rendered:
        return await self.read(lambda reader: reader.rendered(seqs, rendering), bounded=False)

    async def _walk(self, query: Query, read: ReadPage[T]) -> AsyncIterator[list[T]]:
        step = msgspec.structs.replace(query, limit=STREAM_CHUNK)
        while True:
            page = await self._chunk(step, read)
            if page.items:
                yield page.items
            if page.after is None:
                return
            step = msgspec.structs.replace(step, gap=page.after, skip=0)

    async def _chunk(self, step: Query, read: ReadPage[T]) -> Page[T]:
        return await self.read(lambda reader: read(reader, step), bounded=False)

    async def record(
        self, draft: Draft, requires: Sequence[EntityKey] = ()
    ) -> tuple[Activity, bool]:
        """Record a draft; returns the activity that now stands for it and whether it is new.

        Raises NotFound unless the entities that a draft requires are there at that moment; one that
        concerns other accounts, too, requires none.
        """
        also = await self.receivers([draft])
        if not also:
            return await self.store.record(self.account.id, draft, by=self.by, requires=requires)
        return await self.write(lambda writer: recording.record_one(writer, draft), also=also)

    async def receivers(self, drafts: Iterable[Draft]) -> tuple[int, ...]:
        """The other accounts in which recording these drafts will record, too."""
        return await recording.receivers(self.store, self.account, drafts)

    async def changes(
        self, after: int, limit: int, wait: float, check: Check
    ) -> tuple[list[Change], int]:
        """At most `limit` changes after a seq, and the account's last seq.

        Waits for the first one up to `wait` seconds, and calls `check` every CHECK_SECONDS
        meanwhile; what that raises ends the wait.
        """

        async def read(reader: Reader) -> tuple[list[Change], int]:
            return await reader.changes(after, limit), await reader.last_seq()

        return await self._awaited(read, after, wait, check)

    async def feed(
        self, after: int, limit: int, wait: float, check: Check
    ) -> tuple[FeedChunk, int]:
        """What happened after a seq, to entities too, and the account's last seq; waits as above.

        Raises NotFound.
        """

        async def read(reader: Reader) -> tuple[list[FeedChunk], int]:
            chunk = await reader.feed(after, limit)
            last_chunk.append(chunk)
            return [chunk] if chunk.items else [], chunk.last_seq

        last_chunk: list[FeedChunk] = []
        _, last_seq = await self._awaited(read, after, wait, check)
        return last_chunk[-1], last_seq

    async def _awaited(
        self,
        read: Callable[[Reader], Awaitable[tuple[list[T], int]]],
        after: int,
        wait: float,
        check: Check,
    ) -> tuple[list[T], int]:
        end = time.monotonic() + wait
        last_head = -1
        while True:
            changes, last_seq = await self.read(read)
            left = end - time.monotonic()
            # A last seq that did not move means that the wait ended early: the server is stopping.
            if changes or left <= 0 or last_seq == last_head:
                return changes, last_seq
            last_head = last_seq
            step_ends = time.monotonic() + min(left, CHECK_SECONDS)
            # The last seq can move without a change: a new entity takes a seq as well.
            await self.store.wait_for_change(
                self.account.id, max(last_seq, after), min(left, CHECK_SECONDS)
            )
            if time.monotonic() >= step_ends:
                last_head = -1
                await check()
