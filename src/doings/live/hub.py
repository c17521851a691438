"""All streams of this process: a tail for each account, and what goes by time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, suppress

import structlog
from starlette.responses import Response

from doings.auth.principal import READ, Principal
from doings.auth.viewers import is_of_another
from doings.core.account import Account
from doings.core.budget import STREAM_SECONDS
from doings.core.clock import Clock
from doings.core.errors import Unavailable
from doings.core.query import Query
from doings.core.resuming.position import Position
from doings.core.store import Store
from doings.core.store.credentials import SignIn
from doings.httpkit.bounds.waiting import WaitingRoom
from doings.httpkit.observing.metrics import STREAMS, STREAMS_CLOSED
from doings.live import sse
from doings.live.frames import Audience
from doings.live.stream import POSITION_SECONDS, EventStream, is_stuck
from doings.live.tail import Reader, Tail

log = structlog.get_logger("doings.live")

BEAT_SECONDS = 0.05
"""How often it is looked whose position is due."""

BEAT_READERS = 400
"""How many readers are told their position at a time, so that the event loop is not kept."""

LOOK_SECONDS = 1.0
"""How often readers that take nothing are looked for."""

GRACE_SECONDS = 5
"""How long a reader that took nothing may still take the reason why it is closed."""

CREDENTIAL_SECONDS = 2.0
"""How often the credentials of all streams are looked at."""

CREDENTIALS = 50
"""How many are looked at before others get their turn."""


class Hub:
    """The streams of this process; `httpkit.streams.Streams`."""

    def __init__(self, store: Store, clock: Clock, room: WaitingRoom) -> None:
        self._store = store
        self._clock = clock
        self._room = room
        self._tails: dict[int, Tail] = {}
        self._places: dict[Reader, AbstractContextManager[None]] = {}
        """The place of each reader in the room."""
        self._due: deque[tuple[float, Reader]] = deque()
        """When each is told its position next. All wait equally long, so the order stays."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        """What runs by itself while there are streams. Each ends by itself after the last one."""
        self._is_ending = False

    def respond(
        self,
        principal: Principal,
        query: Query,
        start: Position,
        is_good: Callable[[Account], bool] | None = None,
    ) -> Response:
        """The answer that streams the account's feed; raises Busy."""
        account_id = principal.account.id
        place = self._room.place(account_id)
        place.__enter__()

        def enter() -> Reader:
            reader = self._enter(principal, query, start, place)
            reader.is_good = is_good
            return reader

        return EventStream(enter, self._leave)

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._places)

    def end(self) -> None:
        """Close all streams: the server is about to stop."""
        self._is_ending = True
        for reader in self._places:
            reader.close("shutdown")

    async def stop(self) -> None:
        """Stop what runs by itself."""
        for task in self._tasks.values():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for tail in self._tails.values():
            await tail.stop()

    def _enter(
        self,
        principal: Principal,
        query: Query,
        start: Position,
        place: AbstractContextManager[None],
    ) -> Reader:
        account_id, view = principal.account.id, principal.view
        audience = Audience(query, view.entity if view else None)
        tail = self._tails.get(account_id)
        if tail is None:
            tail = self._tails[account_id] = Tail(self._store, account_id, _note_failure)
        tail.users += 1
        reader = Reader(tail, principal.key, audience, start, ends_at=principal.expires_at)
        reader.view = view
        self._places[reader] = place
        self._due.append((asyncio.get_running_loop().time() + POSITION_SECONDS, reader))
        STREAMS.inc()
        if self._is_ending:
            reader.close("shutdown")
        self._keep_going("beat", self._beat)
        self._keep_going("credentials", self._look_after_credentials)
        return reader

    def _keep_going(self, name: str, run: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin what runs by itself, unless it goes on from the streams before."""
        task = self._tasks.get(name)
        if task is None or task.done():
            self._tasks[name] = asyncio.create_task(run(), name=name)

    async def _leave(self, reader: Reader) -> None:
        STREAMS.dec()
        if reader.closing is not None:
            STREAMS_CLOSED.labels(reader.closing).inc()
        self._places.pop(reader).__exit__(None, None, None)
        tail = reader.tail
        tail.leave(reader)
        tail.users -= 1
        if not tail.users:
            self._tails = {key: one for key, one in self._tails.items() if one is not tail}
            await tail.stop()

    async def _beat(self) -> None:
        """Tell positions when they are due, and close those that take nothing."""
        clock = asyncio.get_running_loop().time
        looked_at = clock()
        while self._places:
            self._tell_positions(clock())
            if clock() - looked_at >= LOOK_SECONDS:
                looked_at = clock()
                self._close_stuck(looked_at)
            await asyncio.sleep(BEAT_SECONDS)

    def _tell_positions(self, now: float) -> None:
        for _ in range(BEAT_READERS):
            if not self._due or self._due[0][0] > now:
                return
            _, reader = self._due.popleft()
            if reader not in self._places or reader.is_ended:
                continue
            self._due.append((now + POSITION_SECONDS, reader))
            position = reader.tail.position_of(reader)
            # Who is sent something just now, or is behind, is told afterwards.
            if position is not None and not reader.pending:
                reader.push(sse.position_event(position))

    def _close_stuck(self, now: float) -> None:
        for reader in self._places:
            if reader.closing is None and is_stuck(reader, now, STREAM_SECONDS):
                reader.close("slow")
            elif is_stuck(reader, now, STREAM_SECONDS + GRACE_SECONDS) and reader.task is not None:
                reader.close("slow")
                reader.task.cancel()

    async def _look_after_credentials(self) -> None:
        """Close the streams of credentials and tokens that were revoked or have expired."""
        while self._places:
            with suppress(Unavailable):
                await self._close_revoked()
            await asyncio.sleep(CREDENTIAL_SECONDS)

    async def _close_revoked(self) -> None:
        by_key: dict[str, list[Reader]] = {}
        now = self._clock.now()
        for reader in self._places:
            if reader.ends_at is not None and reader.ends_at <= now:
                reader.close("revoked")
            by_key.setdefault(reader.key, []).append(reader)
        for number, (key, readers) in enumerate(by_key.items(), 1):
            found = await self._found(key)
            for reader in readers:
                is_good = found is not None and _may_read(reader, found)
                if not is_good or await self._shows_another(reader):
                    reader.close("revoked")
            if number % CREDENTIALS == 0:
                await asyncio.sleep(0)

    async def _shows_another(self, reader: Reader) -> bool:
        """Whether who a viewer was shown was erased."""
        if reader.view is None or not reader.is_unsure:
            return False
        reader.is_unsure = False
        return await is_of_another(self._store, reader.tail.account_id, reader.view)

    async def _found(self, key: str) -> SignIn | None:
        """What a credential is now; None once it was revoked or has expired."""
        found = await self._store.credential(key)
        if found is None:
            return None
        expires_at = found.credential.expires_at
        is_over = expires_at is not None and expires_at <= self._clock.now()
        return None if is_over else found


def _may_read(reader: Reader, found: SignIn) -> bool:
    """Whether a stream goes on; a viewer's credential need not read by itself."""
    if reader.audience.viewed is None and READ not in found.credential.scopes:
        return False
    return reader.is_good is None or reader.is_good(found.account)


def _note_failure(error: Exception) -> None:
    log.warning("cannot tell streams what happened", exc_info=error)
