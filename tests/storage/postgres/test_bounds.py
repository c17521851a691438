"""What one statement, one account and a server that is stuck may take of a process."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from doings.core import budget
from doings.core.errors import Busy, Unavailable
from doings.core.store import Writer
from doings.storage.database import Database, open_database
from doings.storage.engine import Connection, Row
from doings.storage.postgres import engine as engines
from doings.storage.postgres import opening
from doings.storage.postgres import pool as pools
from doings.storage.postgres.engine import Sizes, open_postgres
from doings.storage.postgres.opening import Use
from doings.storage.postgres.search import SCHEMA
from doings.storage.sql import entity_statements
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage.book import Book
from tests.storage.servers import Server

SLEEPING = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE :query AND state = 'active'"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines of a second or less."""
    monkeypatch.setattr(engines, "BOUNDED", Use(1))
    monkeypatch.setattr(engines, "UNBOUNDED", Use(1))
    monkeypatch.setattr(engines, "WRITING", Use(2))
    monkeypatch.setattr(engines, "PROBE_SECONDS", 0.5)
    monkeypatch.setattr(budget, "PAGE_SECONDS", 0.5)
    monkeypatch.setattr(budget, "READ_SECONDS", 0.5)
    monkeypatch.setattr(pools, "PAGE_SECONDS", 0.5)
    monkeypatch.setattr(opening, "CONNECT_SECONDS", 1)
    monkeypatch.setattr(pools, "SETTLE_SECONDS", 0.5)
    monkeypatch.setattr(pools, "CLOSE_SECONDS", 1)


@pytest.fixture
async def database(url: str, clock: TickingClock) -> AsyncIterator[Database]:
    """An empty database."""
    sizes = Sizes(bounded=2, unbounded=2, writing=2)
    opened = await open_database(await open_postgres(url, sizes=sizes), clock, SCHEMA)
    yield opened
    await opened.close()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may freeze."""
    server = Server()
    server.start()
    yield server
    server.thaw()
    server.remove()


async def sleep(connection: Connection) -> None:
    """Work that takes two seconds."""
    await connection.fetch("SELECT pg_sleep(2)")


async def rest(_connection: Connection) -> None:
    """Work that takes no end, and asks the server for nothing."""
    await asyncio.Event().wait()


@pytest.mark.usefixtures("hasty")
async def test_a_search_has_a_deadline(database: Database) -> None:
    """It is told with the bound's name; the connection serves the next one."""
    for work in (sleep, rest):
        with pytest.raises(Busy) as caught:
            await database.engine.read(work, bounded=False, account_id=1)
        assert caught.value.bound == "read_time"

    rows = await database.engine.read(lambda one: one.fetch("SELECT 1"), bounded=False)
    assert rows == [(1,)]


@pytest.mark.usefixtures("hasty")
async def test_a_page_and_a_look_up_have_a_deadline(database: Database) -> None:
    """They are unavailable when it has passed."""
    with pytest.raises(Unavailable, match="too long"):
        await database.engine.read(sleep, account_id=1)
    with pytest.raises(Unavailable, match="too long"):
        await database.engine.look_up("SELECT pg_sleep(2)")
    await database.ping()


@pytest.mark.usefixtures("hasty")
async def test_what_an_operator_asks_for_may_take_its_time(database: Database) -> None:
    """Checks and copies read without a deadline, and schemas are changed without one."""

    async def change(connection: Connection) -> None:
        await connection.lock_schema()
        await connection.execute("SELECT pg_sleep(2.2)")

    await asyncio.gather(database.engine.read(sleep, bounded=False), database.engine.write(change))


async def test_who_leaves_ends_the_statement(database: Database) -> None:
    """The server no longer works at it, and its connection is free again."""
    reading = asyncio.create_task(
        database.engine.read(lambda one: one.fetch("SELECT pg_sleep(77)"), account_id=1)
    )

    async def sleepers() -> int:
        row = await database.engine.look_up(SLEEPING, query="%sleep(77)%")
        assert row is not None
        return int(row[0])

    while not await sleepers():  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    reading.cancel()
    await asyncio.wait([reading])

    assert reading.cancelled()
    assert await sleepers() == 0


async def test_one_account_leaves_a_connection_to_others(database: Database) -> None:
    """For pages and for searches."""
    for bounded in (True, False):
        reading = [
            asyncio.create_task(database.engine.read(rest, bounded=bounded, account_id=1))
            for _ in range(5)
        ]
        await asyncio.sleep(0)

        rows = await database.engine.read(
            lambda one: one.fetch("SELECT 1"), bounded=bounded, account_id=2
        )

        assert rows == [(1,)]
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)


async def test_other_accounts_write_while_one_has_much_queued(database: Database) -> None:
    """Each of them is done before half of that is."""
    database.engine.group = 4  # type: ignore[attr-defined]
    books = [
        Book(database, await database.create_account(f"a{number}", name="x", time_zone="UTC"))
        for number in range(8)
    ]

    # Each commit waits for the disk, as those of the others do.
    queued = [asyncio.create_task(books[0].record(note("1"))) for _ in range(400)]
    await asyncio.sleep(0)
    await asyncio.gather(*[book.record(note("1")) for book in books[1:]])

    assert sum(task.done() for task in queued) < 200
    await asyncio.gather(*queued)


async def test_a_group_ends_when_it_had_its_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of it is written next, in its order."""
    monkeypatch.setattr(engines, "GROUP_SECONDS", 0)
    book = Book(database, await database.create_account("a", name="x", time_zone="UTC"))
    sizes: list[int] = []
    database.engine.group_sizes = sizes.append

    recorded = await asyncio.gather(
        *[book.write(lambda writer: writer.record([note("1")])) for _ in range(5)]
    )

    assert sizes == [1] * 5
    seqs = [outcome[0].seq for outcome in recorded]
    assert seqs == sorted(seqs)


async def test_too_many_writes_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the bound's name; those that found room are done."""
    book = Book(database, await database.create_account("a", name="x", time_zone="UTC"))
    monkeypatch.setattr(budget, "ACCOUNT_WRITES", 3)

    async def nothing(writer: Writer) -> None:
        await writer.last_seq()

    results = await asyncio.gather(*[book.write(nothing) for _ in range(6)], return_exceptions=True)

    refused = [result for result in results if isinstance(result, Busy)]
    assert {error.bound for error in refused} == {"writer"}
    assert len(refused) == 3


@pytest.mark.usefixtures("hasty")
async def test_a_frozen_server_is_unavailable_and_then_back(
    own_server: Server, clock: TickingClock
) -> None:
    """Everyone who asks is told, also those who wait behind others; no connection is lost by it."""
    sizes = Sizes(bounded=2, unbounded=2, writing=2)
    engine = await open_postgres(own_server.url(), sizes=sizes)
    database = await open_database(engine, clock, SCHEMA)
    book = Book(database, await database.create_account("a", name="x", time_zone="UTC"))
    await asyncio.gather(*[book.seqs() for _ in range(4)])

    own_server.freeze()
    asked = [
        *[database.ping() for _ in range(4)],
        *[book.seqs() for _ in range(4)],
        *[book.record(note("1")) for _ in range(4)],
        *[database.engine.read(sleep, bounded=False, account_id=1) for _ in range(4)],
    ]
    async with asyncio.timeout(20):
        results = await asyncio.gather(*asked, return_exceptions=True)
    own_server.thaw()

    assert {isinstance(result, Unavailable) for result in results} == {True}
    await database.ping()
    assert len(await book.record(note("1"))) == 1
    await asyncio.gather(*[book.seqs() for _ in range(4)])
    ours = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'doings'"
    async with asyncio.timeout(10):
        # The server sees only now that the connections of before are gone.
        while (await database.engine.look_up(ours) or (99,))[0] > 7:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.05)
    await database.close()


@pytest.mark.usefixtures("hasty")
async def test_a_server_that_freezes_in_a_commit_leaves_its_outcome_open(
    own_server: Server, clock: TickingClock
) -> None:
    """The caller is told that it may have been written; closing does not wait for the server."""
    database = await open_database(await open_postgres(own_server.url()), clock, SCHEMA)

    async def freeze(_connection: Connection) -> None:
        own_server.freeze()

    with pytest.raises(Unavailable, match="lost while it wrote"):
        await database.engine.write(freeze)
    async with asyncio.timeout(20):
        await database.close()


async def test_what_a_long_read_found_is_looked_up_one_by_one(database: Database) -> None:
    """PostgreSQL would rather read all entities for each few hundred that a search found."""
    fill = """
        INSERT INTO entities
            (account_id, seq, type, id, attrs, is_partial, created_at, updated_at)
        SELECT 1, n, 'contact', CAST(n AS text), '{}', 0, 1, 1 FROM generate_series(1, 10000) n;
        ANALYZE entities"""
    await database.engine.write(lambda connection: connection.execute_script(fill))

    async def plan(connection: Connection) -> list[Row]:
        sql = f"EXPLAIN {entity_statements.PLACES_OF_ENTITIES}"
        return await connection.fetch(sql, account_id=1, seqs=list(range(1, 501)))

    rows = await database.engine.read(plan, bounded=False, account_id=1)

    assert rows[0][0].startswith("Nested Loop")
    assert [row[0] for row in rows if "Seq Scan on entities" in row[0]] == []
