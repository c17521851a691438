"""PostgreSQL: connections, transactions, and writes gathered by account.

The row of an account in `heads` is the lock that its writers queue at, which keeps its seqs without
gaps and in the order of commits. The writes of this process for one account share a transaction
(group commit); accounts are written side by side.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar, cast

import asyncpg
import msgspec

from doings.core.errors import DoingsError, Unavailable
from doings.storage.engine import Row, answer
from doings.storage.postgres.connection import Figures, PostgresConnection
from doings.storage.postgres.errors import is_lost, is_passing, translated
from doings.storage.postgres.notifications import CommitNotifier
from doings.storage.postgres.opening import Address, checked

T = TypeVar("T")

GROUP = 256
"""How many writes of an account one commit may make durable."""

ATTEMPTS = 4
"""How often work is begun that broke off with nothing kept."""

WAIT_SECONDS = 10
"""How long work waits for a connection."""

_LOCK = "SELECT head FROM heads WHERE account_id = $1 FOR UPDATE"

_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Sizes(msgspec.Struct, frozen=True):
    """How many connections this process may use, and one more for the bell."""

    bounded: int = 8
    unbounded: int = 2
    writing: int = 4


class _Pools(msgspec.Struct, frozen=True):
    bounded: Any
    unbounded: Any
    writing: Any


class _Write(msgspec.Struct, frozen=True):
    work: Callable[[PostgresConnection], Awaitable[Any]]
    done: "asyncio.Future[Any]"
    callers: int


_Outcome = tuple[_Write, object, Exception | None]


class PostgresEngine:
    """`engine.Engine` on a PostgreSQL database; made by `open_postgres`."""

    def __init__(self, pools: "_Pools", notifier: CommitNotifier, *, group: int = GROUP) -> None:
        self.group = group
        self.group_sizes: Callable[[int], None] = lambda _: None
        self.waits: Callable[[str, float], None] = lambda _kind, _seconds: None
        self._pools = pools
        self._figures = Figures()
        self._notifier = notifier
        self._queues: dict[int, deque[_Write]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

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
        account_id: int | None = None,  # noqa: ARG002 - all accounts share the connections
    ) -> T:
        """Run work on one consistent state; unbounded work has connections of its own."""
        pool = self._pools.bounded if bounded else self._pools.unbounded

        async def attempt() -> T:
            async with self._transaction(pool, _BEGIN_READ) as connection:
                return await work(connection)

        return await _repeated(attempt)

    async def look_up(self, sql: str, **values: object) -> Row | None:
        """The first row of one statement that is read by itself."""

        async def attempt() -> Row | None:
            async with self._connection(self._pools.bounded) as raw:
                return await PostgresConnection(raw, self._figures).fetch_one(sql, **values)

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
        write = _Write(work, asyncio.get_running_loop().create_future(), callers)
        if account_id is None or also:
            accounts = () if account_id is None else (account_id, *also)
            self._spawn(self._commit(tuple(sorted(set(accounts))), [write]))
        elif account_id in self._queues:
            self._queues[account_id].append(write)
        else:
            self._queues[account_id] = deque([write])
            self._spawn(self._drain(account_id))
        return cast("T", await write.done)

    async def next_commit(self, seconds: float) -> None:
        """Return soon after something was committed, at the latest after `seconds`."""
        await self._notifier.wait(seconds)

    def check(self) -> None:
        """Nothing to do: a server looks after its own files."""

    async def verify(self) -> list[str]:
        """Nothing: PostgreSQL checks its pages as it reads them."""
        return []

    async def close(self) -> None:
        """Write what was accepted, then let go of the database."""
        self._is_closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._notifier.close()
        for pool in (self._pools.bounded, self._pools.unbounded, self._pools.writing):
            await pool.close()

    def _spawn(self, work: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, account_id: int) -> None:
        """Commit what is queued for an account, group by group, until nothing is."""
        queue = self._queues[account_id]
        while queue:
            writes = [queue.popleft() for _ in range(min(len(queue), self.group))]
            await self._commit((account_id,), writes)
        del self._queues[account_id]

    async def _commit(self, accounts: tuple[int, ...], writes: list[_Write]) -> None:
        """Carry out a group and answer everybody in it."""
        self.group_sizes(sum(write.callers for write in writes))
        try:
            outcomes = await _repeated(lambda: self._transact(accounts, writes))
        except Exception as error:  # noqa: BLE001 - whatever it is, every waiting caller is told
            outcomes = [(write, None, error) for write in writes]
        for write, result, failure in outcomes:
            answer(write.done, result, failure)
        self._notifier.notify()

    async def _transact(self, accounts: tuple[int, ...], writes: list[_Write]) -> list[_Outcome]:
        """One transaction for all these writes, with each account's row locked first.

        The lock makes the commits of an account come one after the other, and so its seqs in the
        order of commits, without a gap. Accounts come sorted, so two transactions never wait for
        each other. The isolation is PostgreSQL's own default: what a write reads is only changed
        by writers of the same account, which the lock keeps out, and stricter ones would only
        make it run again. A single write needs no savepoint: it fails with its transaction.
        """
        async with self._transaction(self._pools.writing, "BEGIN") as connection:
            for account_id in accounts:
                await connection.raw.execute(_LOCK, account_id)
            if len(writes) == 1:
                return [(writes[0], await writes[0].work(connection), None)]
            return [await _attempt(connection, write) for write in writes]

    @contextlib.asynccontextmanager
    async def _transaction(
        self,
        pool: Any,  # noqa: ANN401 - asyncpg publishes no types
        begin: str,
    ) -> AsyncIterator[PostgresConnection]:
        """A connection in a transaction that is committed at the end, or undone by an error."""
        async with self._connection(pool) as raw:
            try:
                await raw.execute(begin)
                yield PostgresConnection(raw, self._figures)
                await _end(raw)
            except BaseException as error:
                await _undo(raw, error)
                raise

    @contextlib.asynccontextmanager
    async def _connection(self, pool: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - likewise
        async with asyncio.timeout(WAIT_SECONDS):
            raw = await pool.acquire()
        try:
            yield raw
        finally:
            await pool.release(raw)


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
        return write, None, translated(error)
    await raw.execute("RELEASE one")
    return write, result, None


async def _end(raw: Any) -> None:  # noqa: ANN401 - asyncpg publishes no types
    try:
        status = await raw.execute("COMMIT")
    except Exception as error:
        if is_lost(error):
            msg = "the connection to the database was lost while it wrote"
            raise Unavailable(msg) from error
        raise
    if status != "COMMIT":
        msg = "work went on after a statement that failed, so nothing of it was kept"
        raise RuntimeError(msg)


async def _undo(raw: Any, error: BaseException) -> None:  # noqa: ANN401 - asyncpg publishes no types
    """Roll back, or give up the connection where that cannot be done."""
    try:
        if not (isinstance(error, Exception) and is_lost(error)):
            await raw.execute("ROLLBACK")
            return
    except Exception:  # noqa: BLE001, S110 - the error that led here is the one to be told
        pass
    with contextlib.suppress(asyncpg.InterfaceError):
        # Unless the pool has noticed by itself.
        raw.terminate()


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
    pools = _Pools(
        bounded=await address.pool(sizes.bounded),
        unbounded=await address.pool(sizes.unbounded, is_bounded=False),
        writing=await address.pool(sizes.writing),
    )
    return PostgresEngine(pools, CommitNotifier(address.connect if prepared else None), group=group)
