"""Spreading the accounts over a cluster.

What needs a cluster runs where DOINGS_TEST_CITUS names one, and so does the store's whole contract:
`database` is then on Citus as well.
"""

from pathlib import Path

import pytest

from doings.auth.credentials import issue
from doings.core.errors import Misconfigured
from doings.core.query import Gap, Query, words_from_text
from doings.storage import database as opening
from doings.storage.database import Database, open_database
from doings.storage.engine import Connection, Row
from doings.storage.postgres.citus import CENTRAL, SPREAD, distribute
from doings.storage.postgres.engine import PostgresEngine, open_postgres
from doings.storage.postgres.search import SCHEMA
from doings.storage.sql import entity_statements as entities
from doings.storage.sql import select
from doings.storage.sql import statements as sql
from doings.storage.sql.feed_statements import CHANGES_AFTER
from doings.storage.sql.schema.steps import STEPS
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage import servers
from tests.storage.book import Book
from tests.storage.conftest import upgrade

citus = pytest.mark.citus
needs_cluster = pytest.mark.skipif(servers.CLUSTER is None, reason="DOINGS_TEST_CITUS is not set")

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text = "

KEYS = """
    SELECT t.relname, i.relname, a.attname
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
    WHERE x.indisunique AND t.relnamespace = current_schema::regnamespace"""


async def plain(directory: Path, clock: TickingClock) -> Database:
    """A database on one PostgreSQL."""
    engine = await open_postgres(await servers.running().url_for(directory))
    return await open_database(engine, clock, SCHEMA)


async def spread_later(directory: Path, clock: TickingClock) -> tuple[Database, PostgresEngine]:
    """A database on the cluster that is not spread yet."""
    engine = await open_postgres(await servers.cluster_url_for(directory, is_spread=False))
    return await open_database(engine, clock, SCHEMA), engine


async def test_every_table_is_spread_or_central(tmp_path: Path, clock: TickingClock) -> None:
    """A new table has to be thought of."""
    database = await plain(tmp_path, clock)

    rows = await database.engine.read(
        lambda connection: connection.fetch(f"{TABLES} current_schema")
    )
    await database.close()

    assert {row[0] for row in rows} == {*SPREAD, *CENTRAL}


async def test_every_key_of_a_spread_table_begins_with_the_account(
    tmp_path: Path, clock: TickingClock
) -> None:
    """A cluster could not hold any other key unique."""
    database = await plain(tmp_path, clock)

    rows = await database.engine.read(lambda connection: connection.fetch(KEYS))
    await database.close()

    assert {row[0] for row in rows} >= set(SPREAD)
    assert [row for row in rows if row[0] in SPREAD and row[2] != "account_id"] == []


async def test_a_database_without_citus_cannot_be_spread(
    tmp_path: Path, clock: TickingClock
) -> None:
    """The operator is told what to do."""
    database = await plain(tmp_path, clock)

    with pytest.raises(Misconfigured, match="CREATE EXTENSION citus"):
        await database.engine.write(distribute)
    await database.close()


@citus
@needs_cluster
async def test_a_database_in_use_is_spread(tmp_path: Path, clock: TickingClock) -> None:
    """What is in it stays, and doing it again does nothing."""
    database, engine = await spread_later(tmp_path, clock)
    book = Book(database, await database.create_account("acme", name="Acme", time_zone="UTC"))
    await book.record(*[note(str(number), summary="lunch") for number in range(30)])
    before = await book.seqs()

    made = await engine.write(distribute)
    again = await engine.write(distribute)
    await book.record(note("1"))
    after = await book.seqs()
    await database.close()

    assert set(made) == {*SPREAD, *CENTRAL}
    assert again == []
    assert after[1:] == before


PLACES = """
    SELECT c.relname, p.repmodel = 't'
    FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid
    WHERE c.relnamespace = current_schema::regnamespace"""


async def places(engine: PostgresEngine) -> dict[str, bool]:
    """The tables that Citus knows, and whether it has copies of each on all machines."""
    rows = await engine.read(lambda connection: connection.fetch(PLACES))
    return dict(rows)


@citus
@needs_cluster
async def test_copies_on_all_machines_become_one(tmp_path: Path, clock: TickingClock) -> None:
    """What an older version had spread: what is in the tables stays, and all of it is used on."""
    database, engine = await spread_later(tmp_path, clock)
    await database.create_account("acme", name="Acme", time_zone="UTC")

    async def copy(connection: Connection) -> None:
        await connection.lock_schema()
        for name in CENTRAL:
            await connection.fetch(f"SELECT create_reference_table('{name}')")

    await engine.write(copy)
    before = await places(engine)

    await engine.write(distribute)

    assert set(before.values()) == {True}
    assert await places(engine) == dict.fromkeys((*CENTRAL, *SPREAD), False)
    await database.create_account("other", name="Other", time_zone="UTC")
    assert [account.slug for account in await database.accounts()] == ["acme", "other"]
    await database.close()


@citus
@needs_cluster
async def test_tables_of_a_new_version_are_spread_like_the_others(
    tmp_path: Path, clock: TickingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a database that was spread by an older version is enough."""
    monkeypatch.setattr(opening, "STEPS", STEPS[:4])
    monkeypatch.setattr(opening, "VERSION", 4)
    database, engine = await spread_later(tmp_path, clock)
    made = await engine.write(distribute)
    await database.close()
    monkeypatch.undo()

    engine = await open_postgres(await servers.cluster_url_for(tmp_path))
    database = await open_database(engine, clock, SCHEMA, upgrade)

    assert "import_runs" not in made
    assert set(await places(engine)) == {*CENTRAL, *SPREAD}
    await database.close()


GAP = Gap(5, 5, "older")
BUILT = [
    select.keys_in_order(Query(gap=GAP), entities=[0], kinds=None),
    select.keys_in_order(Query(gap=GAP), entities=[1, 2], kinds=["a.a", "b.b"]),
    (select.seqs_at_instant(is_descending=True), {"entity": 1, "at": 5, "limit": 9, "skip": 0}),
    (
        select.seqs_of_date("updated", is_descending=False),
        {"entity": 1, "since": 0, "until": 9, "limit": 9, "skip": 0},
    ),
    select.keys_with_cache_version(Query(gap=GAP, entities=(("contact", "1"),))),
    select.matching_keys(Query(), entities=[1], also=[2], kinds=["a.a"], actors=[3]),
    (entities.ENTITIES_BY_KEY, {"type": "contact", "ids": ["1", "2"]}),
    (entities.ENTITIES_BY_SEQ, {}),
    (entities.ENTITY_BY_KEY, {"type": "contact", "id": "1"}),
    (sql.ACTIVITIES_BY_SEQ, {"seqs": [1, 2, 3]}),
    (sql.SUMS_OF_DAYS, {"entity": 0, "first": 0, "end": 9, "every_kind": 0, "kinds": ["a.a"]}),
    (CHANGES_AFTER, {"after": 0, "limit": 10, "most": 1}),
]


@citus
@needs_cluster
@pytest.mark.parametrize("built", BUILT, ids=range(len(BUILT)))
async def test_a_question_about_an_account_goes_to_one_machine(
    built: select.Selection, tmp_path: Path, clock: TickingClock
) -> None:
    """The plan has one task."""
    database, engine = await spread_later(tmp_path, clock)
    await engine.write(distribute)
    statement, values = built
    values = {"seqs": [1], "limit": 1, **values}

    async def plan(connection: Connection) -> list[Row]:
        return await connection.fetch(f"EXPLAIN {statement}", account_id=1, **values)

    rows = await engine.read(plan)
    await database.close()

    assert "Task Count: 1" in "\n".join(row[0] for row in rows)


@citus
@needs_cluster
async def test_words_are_found_on_the_cluster(tmp_path: Path, clock: TickingClock) -> None:
    """Each account's by itself, though several share a table there."""
    database, engine = await spread_later(tmp_path, clock)
    await engine.write(distribute)
    books = [
        Book(database, await database.create_account(f"a{number}", name="x", time_zone="UTC"))
        for number in range(5)
    ]
    for book in books:
        await book.record(note(summary=f"Lunch with {book.account.slug}"))

    found = [len(await book.seqs(words=words_from_text("lunch"))) for book in books]
    other = await books[0].seqs(words=words_from_text("a1"))
    await database.close()

    assert found == [1] * 5
    assert other == []


@citus
@needs_cluster
async def test_a_cluster_gives_no_standing(tmp_path: Path, clock: TickingClock) -> None:
    """Credentials and accounts lie on different machines, and joining them takes long."""
    database, _ = await spread_later(tmp_path, clock)
    account = await database.create_account("one", name="1", time_zone="UTC")
    issued, stored = issue(account.id, scopes=["admin"], now=clock.now())
    await database.write(account.id, lambda writer: writer.add_credential(stored))
    await database.engine.write(distribute)
    await database.close()

    database = await open_database(
        await open_postgres(await servers.cluster_url_for(tmp_path, is_spread=True)), clock, SCHEMA
    )
    for _ in range(2):
        found = await database.credential(issued.key)
        assert found is not None
        assert (found.account, found.standing) == (account, None)
    await database.close()
