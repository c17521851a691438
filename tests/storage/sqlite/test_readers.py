"""Reads that take long end, leave with their caller, and keep no other account waiting."""

import asyncio
from collections.abc import Awaitable

import pytest

from doings.core.errors import Busy, Unavailable
from doings.storage.engine import Connection, Row
from doings.storage.sqlite import engine, readers
from doings.storage.sqlite.engine import SqliteEngine
from tests.storage.sqlite.conftest import ENDLESS, quick, stuck

SOON = 20
"""Seconds within which what waits for nothing ends, on however slow a machine."""


def reading(
    sqlite: SqliteEngine, account_id: int, count: int = 1
) -> list["asyncio.Task[list[Row]]"]:
    """Reads of an account that never end by themselves, begun."""
    return [
        asyncio.create_task(sqlite.read(stuck, bounded=False, account_id=account_id))
        for _ in range(count)
    ]


async def started() -> None:
    """Let what was begun come to its reader."""
    await asyncio.sleep(0.05)


async def read_soon(sqlite: SqliteEngine, account_id: int) -> bool:
    """What a short read of an account finds; it may not wait for those that never end."""
    return await asyncio.wait_for(sqlite.read(quick, bounded=False, account_id=account_id), SOON)


async def errors_of(tasks: list["asyncio.Task[list[Row]]"]) -> list[type]:
    """What each of the reads ended with."""
    return [type(end) for end in await asyncio.gather(*tasks, return_exceptions=True)]


async def test_a_read_that_takes_long_is_broken_off(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is named, and the reader is free again."""
    monkeypatch.setattr(readers, "READ_SECONDS", 0.05)

    with pytest.raises(Busy) as refused:
        await sqlite.read(stuck, bounded=False, account_id=1)

    assert refused.value.bound == "read_time"
    monkeypatch.setattr(readers, "READ_SECONDS", SOON)
    assert await sqlite.read(quick, bounded=False, account_id=1) is False


async def test_work_that_goes_on_after_it_was_broken_off_gives_nothing(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have taken the end for a failure of its own."""
    monkeypatch.setattr(readers, "READ_SECONDS", 0.05)

    async def swallow(connection: Connection) -> str:
        try:
            await connection.fetch(ENDLESS)
        except Exception:  # noqa: BLE001 - what is tested
            return "half"
        return "whole"

    with pytest.raises(Busy):
        await sqlite.read(swallow, bounded=False, account_id=1)


async def test_a_read_ends_when_its_caller_leaves(sqlite: SqliteEngine) -> None:
    """It waits or runs: what comes later has its reader."""
    left = reading(sqlite, 1, count=4)
    await started()
    for task in left:
        task.cancel()

    found = await read_soon(sqlite, 1)

    assert found is False
    assert await errors_of(left) == [asyncio.CancelledError] * 4


async def test_one_account_never_has_all_readers(sqlite: SqliteEngine) -> None:
    """Another one's read comes at once."""
    reading(sqlite, 1, count=readers.READERS + 2)
    await started()

    found = await read_soon(sqlite, 2)

    assert found is False


async def test_a_long_read_gives_way_to_an_account_that_has_no_reader(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many others have one."""
    monkeypatch.setattr(readers, "TURN_SECONDS", 0.01)
    for account_id in range(1, readers.READERS + 1):
        reading(sqlite, account_id, count=2)
    await started()

    found = await read_soon(sqlite, 9)

    assert found is False


async def test_a_read_that_gave_way_begins_again(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is answered in the end."""
    monkeypatch.setattr(readers, "TURN_SECONDS", 0.01)
    attempts = []

    async def long_at_first(connection: Connection) -> int:
        attempts.append(connection)
        if len(attempts) == 1:
            await connection.fetch(ENDLESS)
        return len(attempts)

    others = reading(sqlite, 1, count=2)
    await started()
    last = asyncio.create_task(sqlite.read(long_at_first, bounded=False, account_id=2))
    await started()
    others += reading(sqlite, 3)

    assert await asyncio.wait_for(last, SOON) == 2
    assert not any(task.done() for task in others)


async def test_an_account_may_have_only_so_much_waiting(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next of its reads is refused, another account's is not."""
    monkeypatch.setattr(readers, "ACCOUNT_READS", 1)
    reading(sqlite, 1, count=readers.READERS)
    await started()

    with pytest.raises(Busy) as refused:
        await sqlite.read(quick, bounded=False, account_id=1)

    assert refused.value.bound == "readers"
    assert await sqlite.read(quick, bounded=False, account_id=2) is False


async def test_all_accounts_together_may_have_only_so_much_waiting(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused."""
    monkeypatch.setattr(readers, "WAITING_READS", 1)
    reading(sqlite, 1, count=readers.READERS)
    await started()

    with pytest.raises(Busy) as refused:
        await sqlite.read(quick, bounded=False, account_id=2)

    assert refused.value.bound == "readers"


async def test_nobody_waits_for_a_reader_for_ever(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waited too long is refused."""
    reading(sqlite, 1, count=readers.READERS - 1)
    await started()
    monkeypatch.setattr(readers, "READ_SECONDS", 0.05)

    with pytest.raises(Busy) as refused:
        await sqlite.read(quick, bounded=False, account_id=1)

    assert refused.value.bound == "readers"


async def test_tells_how_long_a_read_waited(sqlite: SqliteEngine) -> None:
    """Once for each read."""
    told = []
    sqlite.waits = lambda kind, seconds: told.append((kind, seconds >= 0))

    await sqlite.read(quick, bounded=False, account_id=1)

    assert told == [("reader", True)]


async def test_closing_ends_all_reads(sqlite: SqliteEngine) -> None:
    """Those that run, and those that wait."""
    tasks = reading(sqlite, 1, count=4)
    await started()

    await sqlite.close()

    assert await errors_of(tasks) == [Unavailable] * 4


async def test_a_short_read_stays_on_the_event_loop(sqlite: SqliteEngine) -> None:
    """No thread is asked."""
    assert await sqlite.read(quick, account_id=1) is True


async def test_a_read_that_turns_out_long_goes_to_a_reader(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins again there, and ends there."""
    monkeypatch.setattr(readers, "READ_SECONDS", 0.05)
    places = []

    def work(connection: Connection) -> Awaitable[list[Row]]:
        places.append(connection.is_on_loop)
        return connection.fetch(ENDLESS)

    with pytest.raises(Busy):
        await sqlite.read(work, account_id=1)

    assert places == [True, False]
    assert await sqlite.look_up("SELECT 1") == (1,)
    assert await sqlite.read(quick, account_id=1) is True


COUNTED = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT i FROM n"


async def test_an_account_with_long_reads_keeps_the_loop_for_less(
    sqlite: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only that account, and only for a while."""
    monkeypatch.setattr(readers, "READ_SECONDS", 0.05)
    with pytest.raises(Busy):
        await sqlite.read(stuck, account_id=1)

    monkeypatch.setattr(engine, "PROBE_SECONDS", -1)
    monkeypatch.setattr(engine, "LOOP_SECONDS", SOON)
    count = ENDLESS.replace("FROM n)", "FROM n LIMIT 30000)")

    async def where(connection: Connection) -> bool:
        await connection.fetch(count)
        return connection.is_on_loop

    monkeypatch.setattr(readers, "READ_SECONDS", SOON)
    assert await sqlite.read(where, account_id=1) is False
    assert await sqlite.read(where, account_id=2) is True
    monkeypatch.setattr(engine, "LONG_SECONDS", -1)
    assert await sqlite.read(where, account_id=1) is False
    assert await sqlite.read(where, account_id=1) is True
