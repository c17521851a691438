"""Accounts take turns at writing, and nothing is written into a file that is gone."""

import asyncio
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doings.core.errors import Busy, NotFound, Unavailable
from doings.storage.engine import Connection
from doings.storage.sqlite import writer
from doings.storage.sqlite.engine import SqliteEngine
from tests.storage.sqlite.conftest import quick


@contextmanager
def busy(sqlite: SqliteEngine) -> Iterator["asyncio.Task[None]"]:
    """A write of account 1 that ends with the block."""
    end = threading.Event()

    async def wait(connection: Connection) -> None:  # noqa: ARG001 - the shape of work
        end.wait()

    try:
        yield asyncio.create_task(sqlite.write(wait, account_id=1))
    finally:
        end.set()


def writes_of(
    sqlite: SqliteEngine, account_id: int, count: int, done: list[int]
) -> list["asyncio.Task[None]"]:
    """Writes of an account, begun; each adds the account to `done`."""

    async def work(connection: Connection) -> None:  # noqa: ARG001 - the shape of work
        done.append(account_id)

    return [asyncio.create_task(sqlite.write(work, account_id=account_id)) for _ in range(count)]


async def test_accounts_take_turns(sqlite: SqliteEngine) -> None:
    """A single write does not wait for all that another account writes."""
    done: list[int] = []
    with busy(sqlite) as first:
        await asyncio.sleep(0.05)
        writes = [*writes_of(sqlite, 1, 4, done), *writes_of(sqlite, 2, 1, done)]
        await asyncio.sleep(0)

    await asyncio.gather(first, *writes)

    assert done.index(2) <= 1


async def test_a_group_ends_after_a_while(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait for its commit do not wait for all that comes later."""
    monkeypatch.setattr(writer, "GROUP_SECONDS", 0)
    sizes: list[int] = []
    sqlite.group_sizes = sizes.append

    await asyncio.gather(*writes_of(sqlite, 1, 3, []))

    assert sizes == [1, 1, 1]


async def test_a_write_that_fails_is_undone_alone(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others wrote in the same transaction stays, whether they came before or after it."""
    monkeypatch.setattr(writer, "GROUP_SECONDS", 60)
    sizes: list[int] = []
    sqlite.group_sizes = sizes.append
    all_wait = threading.Event()

    def making(table: str, *, fails: bool) -> "asyncio.Task[None]":
        async def work(connection: Connection) -> None:
            all_wait.wait()
            await connection.execute_script(f"CREATE TABLE {table} (value)")
            if fails:
                raise NotFound(table)

        return asyncio.create_task(sqlite.write(work, account_id=1))

    failing = {"first": True, "second": True, "third": False, "fourth": True, "fifth": False}
    writes = [making(table, fails=fails) for table, fails in failing.items()]
    await asyncio.sleep(0)
    all_wait.set()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert [isinstance(one, NotFound) for one in outcomes] == list(failing.values())
    assert sizes == [5]
    tables = await sqlite.read(
        lambda connection: connection.fetch("SELECT name FROM sqlite_master ORDER BY name")
    )
    assert tables == [("fifth",), ("third",)]


@pytest.mark.parametrize(
    ("limit", "refused_account", "others"),
    [("ACCOUNT_WRITES", 1, [2]), ("WAITING_WRITES", 2, [])],
    ids=["of an account", "of all accounts"],
)
async def test_only_so_many_writes_may_wait(
    sqlite: SqliteEngine,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    refused_account: int,
    others: list[int],
) -> None:
    """The next one of an account is refused, another account's is not; of all, whose it may be."""
    monkeypatch.setattr(writer, limit, 1)
    with busy(sqlite) as first:
        await asyncio.sleep(0.05)
        writes = writes_of(sqlite, 1, 1, [])
        await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await sqlite.write(quick, account_id=refused_account)
        for other in others:
            writes += writes_of(sqlite, other, 1, [])
        await asyncio.sleep(0)

    await asyncio.gather(first, *writes)
    assert refused.value.bound == "writer"


async def test_tells_how_long_a_write_waited(sqlite: SqliteEngine) -> None:
    """Once for each write."""
    told = []
    sqlite.waits = lambda kind, seconds: told.append((kind, seconds >= 0))

    await sqlite.write(quick, account_id=1)

    assert told == [("writer", True)]


def moved(path: Path) -> None:
    """The file is somewhere else."""
    path.rename(path.with_name("moved"))


def replaced(path: Path) -> None:
    """Another file has its name."""
    moved(path)
    path.write_bytes(path.with_name("moved").read_bytes())


def without_log(path: Path) -> None:
    """What was written lately is gone."""
    log = path.with_name(path.name + "-wal")
    log.rename(path.with_name("moved"))


@pytest.mark.parametrize("harm", [moved, replaced, without_log])
async def test_refuses_a_file_that_is_another_one(
    sqlite: SqliteEngine, path: Path, harm: Callable[[Path], None]
) -> None:
    """Nothing is written, the store is not ready, and no new file is made."""
    await sqlite.write(quick)
    there = set(path.parent.iterdir())

    harm(path)

    with pytest.raises(Unavailable, match="deleted or replaced"):
        sqlite.check()
    with pytest.raises(Unavailable, match="deleted or replaced"):
        await sqlite.write(quick)
    assert await sqlite.read(quick) is True
    assert await sqlite.read(quick, bounded=False) is False
    assert set(path.parent.iterdir()) <= there | {path.with_name("moved")}


async def test_a_file_that_is_put_back_is_written_again(sqlite: SqliteEngine, path: Path) -> None:
    """It is the one that was opened."""
    moved(path)
    with pytest.raises(Unavailable):
        await sqlite.write(quick)

    path.with_name("moved").rename(path)

    sqlite.check()
    await sqlite.write(quick)


async def test_a_write_into_a_file_that_goes_away_meanwhile_is_refused(
    sqlite: SqliteEngine, path: Path
) -> None:
    """Nobody is told that it lasts."""

    async def work(connection: Connection) -> None:
        await connection.execute_script("CREATE TABLE t (x)")
        moved(path)

    with pytest.raises(Unavailable, match="deleted or replaced"):
        await sqlite.write(work)


async def test_needs_no_descriptor_once_it_is_open(sqlite: SqliteEngine, path: Path) -> None:
    """Neither the first read of each reader nor the first write opens anything."""
    await sqlite.write(
        lambda connection: connection.execute_script("CREATE TABLE installation (name)")
    )
    await sqlite.close()
    opened = SqliteEngine(path)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        await asyncio.gather(*[opened.read(quick, bounded=False) for _ in range(6)])
        await opened.write(
            lambda connection: connection.execute("INSERT INTO installation VALUES (1)")
        )
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    assert await opened.look_up("SELECT COUNT(*) FROM installation") == (1,)
    await opened.close()
