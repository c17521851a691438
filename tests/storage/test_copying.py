"""Moving a whole database to another one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doings.core.entity import EntityDraft
from doings.core.errors import Conflict, Misconfigured
from doings.core.query import Query, words_from_text
from doings.core.store import Writer
from doings.core.store.entities import EntityQuery
from doings.core.store.imports import ImportCounts
from doings.storage import copying
from doings.storage.copying import copy
from doings.storage.database import Database, open_database
from doings.storage.sql.schema.tables import SHARED, TABLES_OF_ACCOUNT, Table
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage.book import Book


def silent(_table: str, _rows: int) -> None:
    """Nobody looks at the progress."""


@pytest.fixture
async def target(tmp_path: Path, clock: TickingClock) -> AsyncIterator[Database]:
    """A new database in a file of its own."""
    engine = SqliteEngine(tmp_path / "target.db")
    opened = await open_database(engine, clock, SCHEMA)
    yield opened
    await opened.close()


async def fill(book: Book) -> None:
    """Every table gets rows, some of them deleted or changed since."""
    await book.put("membership", "m1", name="Flex", contact="8")
    recorded = await book.record(
        *(note("8", summary=f"Höllo number {number}", body="text") for number in range(30)),
        note("9", external_id="e1"),
    )
    await book.revise(recorded[0].seq, note("9", summary="Changed"))
    await book.erase(recorded[1].seq)
    await book.delete("contact", "9")
    number = await book.write(lambda writer: writer.start_import("cobot", ["a.json"]))

    async def part(writer: Writer) -> None:
        await writer.follow_import(number)
        await writer.record([note("8")])
        await writer.put_entity(("contact", "8"), lambda _: EntityDraft(name="Jim"))
        await writer.note_import(number, ImportCounts(recorded=1, entities=1))

    await book.write(part)


async def everything(book: Book) -> list[object]:
    """What can be asked of an account."""
    words = Query(words=words_from_text("hollo"), limit=200)
    return [
        await book.seqs(),
        await book.timeline("8"),
        await book.read(lambda reader: reader.page(words)),
        await book.read(lambda reader: reader.changes(0, 1000)),
        await book.read(lambda reader: reader.entities(EntityQuery(limit=200))),
        await book.read(lambda reader: reader.entities(EntityQuery(q="flex"))),
        await book.read(lambda reader: reader.counts_by_day(Query())),
        await book.read(lambda reader: reader.last_seq()),
        await book.read(lambda reader: reader.import_runs()),
    ]


async def test_a_copy_answers_like_its_source(
    book: Book, other: Book, database: Database, target: Database
) -> None:
    """All accounts go over, full text, feed and counts included."""
    await fill(book)
    await fill(other)

    await copy(database, target, silent)

    for one in (book, other):
        copied = Book(target, await target.account(one.account.slug))
        assert await everything(copied) == await everything(one)


async def test_a_copy_goes_on_where_it_was_broken_off(
    book: Book, database: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calling again copies what is missing and nothing twice."""
    monkeypatch.setattr(copying, "ROW_CHUNK", 7)
    await fill(book)

    def break_off(table: str, _rows: int) -> None:
        if table == "links":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy(database, target, break_off)
    copied: list[str] = []
    await copy(database, target, lambda table, _rows: copied.append(table))

    assert "entities" not in copied
    assert "changes" in copied
    assert await everything(Book(target, book.account)) == await everything(book)


async def test_new_activities_of_a_copy_go_on_with_the_next_seq(
    book: Book, database: Database, target: Database
) -> None:
    """The head goes over, and so does the count of accounts."""
    await fill(book)
    last_seq = await book.read(lambda reader: reader.last_seq())

    await copy(database, target, silent)

    recorded = await Book(target, book.account).record(note("8"))
    account = await target.create_account("third", name="Third", time_zone="UTC")
    assert recorded[0].seq == last_seq + 1
    assert account.id > book.account.id


async def test_a_database_in_use_is_no_target(
    book: Book, database: Database, target: Database
) -> None:
    """What is there is not mixed with what comes."""
    await fill(book)
    await target.create_account("mine", name="Mine", time_zone="UTC")

    with pytest.raises(Misconfigured, match="holds accounts"):
        await copy(database, target, silent)


async def test_a_part_of_another_copy_is_no_target(
    book: Book, database: Database, target: Database, tmp_path: Path
) -> None:
    """A copy that was broken off is taken up from its own source only."""
    await fill(book)
    another = await open_database(SqliteEngine(tmp_path / "another.db"), TickingClock(), SCHEMA)

    def break_off(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy(database, target, break_off)
    with pytest.raises(Misconfigured, match="another database"):
        await copy(another, target, silent)
    await another.close()


async def test_a_source_that_changes_meanwhile_is_found_out(
    book: Book, database: Database, target: Database
) -> None:
    """Both sides are compared in the end."""
    await fill(book)

    def write_behind_the_copy(table: str, _rows: int) -> None:
        if table == "changes":
            engine = target.engine
            assert isinstance(engine, SqliteEngine)
            engine._inline.raw.execute("UPDATE activities SET summary = 'x'")  # noqa: SLF001

    with pytest.raises(Conflict, match="activities of account 1 differs"):
        await copy(database, target, write_behind_the_copy)


@pytest.mark.parametrize("table", [*SHARED, *TABLES_OF_ACCOUNT], ids=lambda table: table.name)
async def test_the_tables_copied_have_the_columns_of_the_schema(
    target: Database, table: Table
) -> None:
    """A column added to the schema is not forgotten by the copy."""
    engine = target.engine
    assert isinstance(engine, SqliteEngine)

    rows = engine._inline.raw.execute(f"PRAGMA table_info({table.name})").fetchall()  # noqa: SLF001

    assert {row[1] for row in rows} == set(table.columns)
    assert {row[1] for row in rows if row[5]} == set(table.key)


def test_every_table_of_the_schema_is_copied(target: Database) -> None:
    """Only the installation's own values and what full text makes of the rows stay behind."""
    engine = target.engine
    assert isinstance(engine, SqliteEngine)

    rows = engine._inline.raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")  # noqa: SLF001

    names = {name for (name,) in rows if not name.startswith(("search_", "sqlite_"))}
    assert names == {table.name for table in (*SHARED, *TABLES_OF_ACCOUNT)} | {"installation"}
