"""PostgreSQL: connections, transactions, and writes gathered by account.

The row of an account in `heads` is the lock that its writers queue at, which keeps its seqs without
gaps and in the order of commits. The writes of this process for one account share a transaction
(group commit); accounts are written side by side.

A server that is away refuses at once. One that is stuck says nothing, so every statement has a
deadline; when the first is over, all who wait are told.
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeVar, cast

import msgspec

from doings.core import budget
from doings.core.errors import Busy, DoingsError, Unavailable
from doings.storage.engine import Row, answer
from doings.storage.notices import CommitNotices
from doings.storage.postgres.connection import Figures, PostgresConnection
from doings.storage.postgres.errors import is_late, is_lost, is_passing, translated
from doings.storage.postgres.lookups import SharedLookups
from doings.storage.postgres.notifications import CommitNotifier
from doings.storage.postgres.opening import BOUNDED, UNBOUNDED, WRITING, Address, checked
from doings.storage.postgres.places import Places
from doings.storage.postgres.pool import Pool
from doings.storage.sql.statements import LAST_SEQ

T = TypeVar("T")

GROUP = 256
"""How many writes of an account one commit may make durable."""

GROUP_SECONDS = budget.WRITE_SECONDS / 4
"""After how long a group takes in no further write."""

ATTEMPTS = 4
"""How often work is begun that broke off with nothing kept."""

PROBE_SECONDS = 2
"""How long a server may take to accept a connection, before it is taken for stuck."""

_LOCK = "SELECT head FROM heads WHERE account_id = {:d} FOR UPDATE"

_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Sizes(msgspec.Struct, frozen=True):
    """How many connections this process may use, and one more for notices of commits."""

    bounded: int = 9
    unbounded: int = 3
    writing: int = 4


class _RawPools(msgspec.Struct, frozen=True):
    """The driver's pools."""

    bounded: Any
    unbounded: Any
    writing: Any


class _Write(msgspec.Struct, frozen=True):
    work: Callable[[PostgresConnection], Awaitable[Any]]
    accounts: tuple[int, ...]
    """The accounts that it writes in, in ascending order; none for what belongs to no account."""
    done: "asyncio.Future[Any]"
    callers: int


_Outcome = tuple[object, Exception | None]

_Lookup = tuple[str, tuple[tuple[str, Hashable], ...]]
"""A statement and its values by name."""


class PostgresEngine:
    """`engine.Engine` on a PostgreSQL database; made by `open_postgres`."""

    def __init__(
        self, raw: _RawPools, sizes: Sizes, address: Address, *, group: int = GROUP
    ) -> None:
        self.group = group
        self.group_sizes: Callable[[int], None] = lambda _: None
        self.waits: Callable[[str, float], None] = lambda _kind, _seconds: None
        self._figures = Figures()
        self.notices = CommitNotices(self._last_seq)
        self._connect = address.connect
        self._notifier = CommitNotifier(address.connect if address.prepared else None, self.notices)
        pages = Places(sizes.bounded, _busy_readers)
        searches = Places(
            sizes.unbounded,
            _busy_readers,
            waiting=budget.WAITING_READS,
            waiting_of_account=budget.ACCOUNT_READS,
        )
        writes = Places(sizes.writing, _busy_writer)
        self._bounded = self._pool(raw.bounded, pages, seconds=budget.PAGE_SECONDS)
        self._unbounded = self._pool(raw.unbounded, searches, seconds=budget.READ_SECONDS)
        self._writing = self._pool(raw.writing, writes, seconds=None)
        self._lookups = SharedLookups(self._look_up)
        self._queues: dict[int | None, deque[_Write]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._probe: asyncio.Task[None] | None = None
        self._is_closed = False

    def _pool(self, raw: Any, places: Places, *, seconds: float | None) -> Pool:  # noqa: ANN401
        kind = "writer" if seconds is None else "reader"
        return Pool(
            raw,
            places,
            waits=budget.READ_SECONDS,
            seconds=seconds,
            on_wait=lambda waited: self.waits(kind, waited),
            on_silence=self._suspect,
        )

    @property
    def queue_depth(self) -> int:
        """How many writes wait for their turn."""
        return sum(len(queue) for queue in self._queues.values())

    def version(self) -> int | None:
        """None: PostgreSQL has to be asked."""
        return None

    async def read(
        self,
        work: Callable[[PostgresConnection], Awaitable[T]],
        *,
        bounded: bool = True,
        account_id: int | None = None,
    ) -> T:
        """Run work on one consistent state; unbounded work has connections of its own."""
        pool = self._bounded if bounded else self._unbounded

        async def attempt() -> T:
            async with self._transaction(pool, account_id, _BEGIN_READ) as connection:
                if account_id is None and not bounded:
                    await connection.take_time()
                return await work(connection)

        try:
            return await _repeated(attempt)
        except Unavailable as error:
            if bounded or not is_late(error.__cause__):
                raise
            msg = "this takes too long to look for; ask for less"
            raise Busy("read_time", msg) from error

    async def look_up(self, sql: str, **values: Hashable) -> Row | None:
        """The first row of one statement that is read by itself."""
        return await self._lookups.find((sql, tuple(values.items())))

    async def _look_up(self, lookup: _Lookup) -> Row | None:
        sql, values = lookup

        async def attempt() -> Row | None:
            async with self._bounded.connection(None) as (raw, end):
                connection = PostgresConnection(raw, self._figures, end)
                return await connection.fetch_one(sql, **dict(values))

        return await _repeated(attempt)

    async def write(
        self,
        work: Callable[[PostgresConnection], Awaitable[T]],
        *,
        account_id: int | None = None,
        also: tuple[int, ...] = (),
        callers: int = 1,
    ) -> T:
        """Run work in a transaction; this returns when it is durable."""
        if self._is_closed:
            msg = "the server is shutting down"
            raise Unavailable(msg)
        accounts = () if account_id is None else tuple(sorted({account_id, *also}))
        done = asyncio.get_running_loop().create_future()
        self._enqueue(account_id, _Write(work, accounts, done, callers))
        return cast("T", await done)

    async def _last_seq(self, account_id: int) -> int | None:
        row = await self.look_up(LAST_SEQ, account_id=account_id)
        return row[0] if row else None

    def check(self) -> None:
        """Nothing to do: a server looks after its own files."""

    async def verify(self) -> list[str]:
        """Nothing: PostgreSQL checks its pages as it reads them."""
        return []

    async def scrub(self, *, noted_before: int | None = None) -> None:
        """Nothing: the server's files are cleaned by its VACUUM, as docs/operations.md says."""

    async def close(self) -> None:
        """Write what was accepted, then let go of the database."""
        self._is_closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._notifier.close()
        pools = (self._bounded, self._unbounded, self._writing)
        await asyncio.gather(*[pool.close() for pool in pools])

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _enqueue(self, account_id: int | None, write: _Write) -> None:
        """Let a write wait behind the others of its account; raises Busy where there are too many.

        What an account writes in others as well waits here with the rest. So it has one connection
        at a time, and work that waits for a row's lock waits for another account or process.
        """
        queue = self._queues.get(account_id)
        if queue is None:
            queue = self._queues[account_id] = deque()
            self._spawn(self._drain(account_id, queue))
        if len(queue) >= budget.ACCOUNT_WRITES or self.queue_depth >= budget.WAITING_WRITES:
            raise _busy_writer()
        queue.append(write)

    async def _drain(self, account_id: int | None, queue: deque[_Write]) -> None:
        """Commit what is queued for an account, group by group, until nothing is."""
        while queue:
            rest = await self._commit(account_id, _next_group(queue, self.group))
            queue.extendleft(reversed(rest))
        del self._queues[account_id]

    async def _commit(self, account_id: int | None, group: list[_Write]) -> list[_Write]:
        """Carry out writes and answer who waits for them; returns those that wait for the next."""
        try:
            outcomes = await _repeated(lambda: self._transact(account_id, group))
        except Exception as error:  # noqa: BLE001 - whatever it is, every waiting caller is told
            outcomes = [(None, error)] * len(group)
        done, rest = group[: len(outcomes)], group[len(outcomes) :]
        self.group_sizes(sum(write.callers for write in done))
        for write, (result, failure) in zip(done, outcomes, strict=True):
            answer(write.done, result, failure)
        self._notifier.notify({one for write in done for one in write.accounts})
        return rest

    async def _transact(self, account_id: int | None, group: list[_Write]) -> list[_Outcome]:
        """One transaction for these writes, or the first of them, with the accounts' rows locked.

        The lock makes the commits of an account come one after the other, and so its seqs in the
        order of commits, without a gap. Accounts come sorted, so two transactions never wait for
        each other. The isolation is PostgreSQL's own default: what a write reads is only changed
        by writers of the same account, which the lock keeps out, and stricter ones would only
        make it run again. A single write needs no savepoint: it fails with its transaction.
        """
        # One way to the server and back instead of several.
        begin = "; ".join(["BEGIN", *map(_LOCK.format, group[0].accounts)])
        async with self._transaction(self._writing, account_id, begin) as connection:
            if len(group) == 1:
                return [(await group[0].work(connection), None)]
            outcomes: list[_Outcome] = []
            end = time.monotonic() + GROUP_SECONDS
            for write in group:
                outcomes.append(await _attempt(connection, write))
                if time.monotonic() > end:
                    break
            return outcomes

    @contextlib.asynccontextmanager
    async def _transaction(
        self, pool: Pool, account_id: int | None, begin: str
    ) -> AsyncIterator[PostgresConnection]:
        """A connection in a transaction that is committed at the end, or undone by an error."""
        async with pool.connection(account_id) as (raw, end):
            await raw.execute(begin)
            yield PostgresConnection(raw, self._figures, end)
            await _commit(raw, end)

    def _suspect(self) -> None:
        """A connection does not answer: find out about the server, if nobody does already."""
        if self._probe is None or self._probe.done():
            self._probe = self._spawn(self._give_up_if_stuck())

    async def _give_up_if_stuck(self) -> None:
        """Who waits for a server that is stuck would only learn the same, after as long again.

        A single statement may be long. And on a cluster one machine may be stuck: that is so only
        for the accounts on it.
        """
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                raw = await self._connect()
            raw.terminate()
        except TimeoutError:
            self._give_up()
        except Exception:  # noqa: BLE001, S110 - it answers, and who works there learns the same
            pass

    def _give_up(self) -> None:
        for pool in (self._bounded, self._unbounded, self._writing):
            pool.give_up(_stuck)
        for queue in self._queues.values():
            for write in queue:
                answer(write.done, None, _stuck())
            queue.clear()


def _busy_readers() -> Busy:
    return Busy("readers", "too many searches wait already")


def _busy_writer() -> Busy:
    return Busy("writer", "too many writes wait already")


def _stuck() -> Unavailable:
    return Unavailable("the database does not answer")


def _next_group(queue: deque[_Write], most: int) -> list[_Write]:
    """Take the writes that the next transaction is for: those of one account, or a single one."""
    group = [queue.popleft()]
    accounts = group[0].accounts
    while queue and len(group) < most and len(accounts) == 1 and queue[0].accounts == accounts:
        group.append(queue.popleft())
    return group


async def _attempt(connection: PostgresConnection, write: _Write) -> _Outcome:
    """Carry out one write of several; one that fails is undone alone."""
    raw = connection.raw
    await raw.execute("SAVEPOINT one")
    try:
        result = await write.work(connection)
    except Exception as error:
        if is_passing(error) or is_lost(error):
            raise
        await raw.execute("ROLLBACK TO one; RELEASE one")
        return None, translated(error)
    await raw.execute("RELEASE one")
    return result, None


async def _commit(raw: Any, end: asyncio.Timeout) -> None:  # noqa: ANN401 - untyped driver
    """Commit; raises Unavailable that says so where nobody knows whether it was done."""
    try:
        status = await raw.execute("COMMIT")
    except (Exception, asyncio.CancelledError) as error:
        if end.expired() or is_lost(error):
            msg = "the connection to the database was lost while it wrote"
            raise Unavailable(msg) from error
        raise
    if status != "COMMIT":
        msg = "work went on after a statement that failed, so nothing of it was kept"
        raise RuntimeError(msg)


async def _repeated(attempt: Callable[[], Awaitable[T]]) -> T:
    """Begin again what broke off with nothing kept; turn the driver's errors into ours."""
    left = ATTEMPTS
    while True:
        left -= 1
        try:
            return await attempt()
        except DoingsError:
            raise
        except Exception as error:
            if not is_passing(error) or not left:
                ours = translated(error)
                if ours is error:
                    raise
                raise ours from error
        await asyncio.sleep(random.uniform(0.001, 0.05))  # noqa: S311 - guards no secret


async def open_postgres(
    url: str, *, prepared: bool = True, sizes: Sizes | None = None, group: int = GROUP
) -> PostgresEngine:
    """Connect to a database; raises Misconfigured with what is wrong with it.

    `prepared` is False behind a pgbouncer that pools transactions.
    """
    address = Address(url, prepared=prepared)
    await checked(address)
    sizes = sizes or Sizes()
    raw = _RawPools(
        bounded=await address.pool(sizes.bounded, BOUNDED),
        unbounded=await address.pool(sizes.unbounded, UNBOUNDED),
        writing=await address.pool(sizes.writing, WRITING),
    )
    return PostgresEngine(raw, sizes, address, group=group)
