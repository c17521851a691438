"""Nothing is left of a person: not in a dump, not in the file, its log, or a backup made then."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from doings.core.activity import Draft
from doings.core.erasing.erasure import ErasureOrder
from doings.storage.checks.check import check
from doings.storage.sql.schema.tables import ACCOUNT_TABLES
from doings.storage.sqlite.backup import backup
from tests.builders import note
from tests.storage import servers
from tests.storage.book import Book
from tests.storage.erasing.conftest import ATTRS, HOOK, JIM, dump, erase, fill

OPERATIONS = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()

MANY = int(os.environ.get("DOINGS_TEST_ERASED", "600"))
"""How many activities of a person are erased to see what is left in the gaps of pages."""

Find = Callable[[bytes | str], list[str]]


async def test_no_table_holds_anything_of_an_erased_person(book: Book, found_in: Find) -> None:
    """Neither activities, changes, imports, kept answers, deliveries nor the full text.

    On PostgreSQL this is what `pg_dump` would give. What VACUUM has not removed yet lies in the
    server's files, and no dump shows it.
    """
    await fill(book)
    assert len(found_in(await dump(book))) > 4

    dry = await book.database.erasures.count(book.account.id, _order())
    done = await erase(book)

    assert found_in(await dump(book)) == []
    assert done.counts == dry.counts
    assert (done.counts.activities_erased, done.counts.activities_unlinked) == (3, 1)
    assert done.counts.deliveries_redacted == 1
    assert await check(book.database, lambda _done, _total: None) == []


async def test_activities_that_stay_are_redacted_in_the_past_as_well(book: Book) -> None:
    """Those linked to the person, and those that once were."""
    seqs = await fill(book)
    await erase(book)

    shared, parted = await book.read(
        lambda reader: reader.activities([seqs["shared"], seqs["parted"]])
    )
    changes = {change.seq: change for change in await book.changes()}
    pasts = [change.before for change in changes.values() if change.before]

    assert shared.body == "mail [erased], [erased]"
    assert parted.body == "[erased] was here"
    assert [link.entity.is_erased for link in shared.links] == [True, False]
    assert any('"summary":"[erased] met Ann"' in text for text in pasts)
    assert all(
        change.is_erased for change in changes.values() if change.activity_seq == seqs["own"]
    )
    assert all(
        change.is_erased for change in changes.values() if change.activity_seq == seqs["deleted"]
    )


async def test_deliveries_are_made_again_without_the_person(book: Book) -> None:
    """Their bodies go, with what the receiver answered; filters name the opaque id."""
    seqs = await fill(book)
    done = await erase(book)

    ((body, subject, attempts),) = await book.rows("SELECT body, subject, attempts FROM deliveries")
    webhook = await book.read(lambda reader: reader.webhook("wh_1"))

    assert (body, subject) == (None, done.entity)
    assert "response" not in attempts
    assert webhook.settings.links == (done.entity,)
    assert webhook.version > HOOK.version
    assert seqs["own"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_file_holds_anything_of_an_erased_person(
    book: Book, other: Book, tmp_path: Path, found_in: Find
) -> None:
    """Also while another account's history goes on, and after its own account is deleted."""
    await fill(book)
    await fill(other)
    await other.database.delete_account("other")
    assert found_in(files(tmp_path))

    await erase(book)
    for number in range(20):
        await book.record_one("9", body=f"later {number}")

    assert found_in(files(tmp_path)) == []
    backup(tmp_path / "doings.db", tmp_path / "copy.db", lambda _left, _all: None)
    assert found_in((tmp_path / "copy.db").read_bytes()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_gap_in_a_page_holds_anything_of_an_erased_person(
    book: Book, tmp_path: Path, found_in: Find
) -> None:
    """SQLite leaves copies of rows in pages when it moves them between two."""
    drafts = [
        note("zwq8", *["9"] * (number % 3 == 0), body=f"Lunch with {JIM} {number}", at=number)
        for number in range(MANY)
    ]
    await book.put("contact", "zwq8", name=JIM, attrs=ATTRS)
    for start in range(0, MANY, 200):
        await book.record(*drafts[start : start + 200])

    await erase(book)
    await book.database.erasures.cleaned()
    for number in range(20):
        await book.record_one("9", body=f"later {number}")

    assert found_in(files(tmp_path)) == []
    backup(tmp_path / "doings.db", tmp_path / "copy.db", lambda _left, _all: None)
    assert found_in((tmp_path / "copy.db").read_bytes()) == []
    assert await check(book.database, lambda _done, _total: None) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_the_documented_command_leaves_nothing_in_the_statistics(
    book: Book, found_in: Find
) -> None:
    """They keep samples of all columns, also of a table that has become empty."""
    await fill(book)
    ((schema,),) = await book.rows("SELECT current_schema()")
    commands = re.findall(r"-c '(.*?)'", re.findall(r"psql .* pg_statistic'", OPERATIONS)[0])
    connection = await asyncpg.connect(f"{servers.running().url()}?search_path={schema}")
    try:
        await connection.execute(f"ANALYZE {', '.join(ACCOUNT_TABLES)}")
        before = await _statistics(connection, schema)
        await erase(book)
        await book.run("DELETE FROM idempotency_keys")
        for command in commands:
            await connection.execute(command)
        after = await _statistics(connection, schema)
    finally:
        await connection.close()

    assert found_in(before)
    assert found_in(after) == []
    assert set(ACCOUNT_TABLES) - set(re.findall(r"\w+", commands[1])) == {"heads"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_file_holds_anything_of_a_deleted_account(
    book: Book, tmp_path: Path, found_in: Find
) -> None:
    """Deleting an account cleans the file likewise."""
    await fill(book)

    await book.database.delete_account("acme")

    assert found_in(files(tmp_path)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_pages_that_an_older_version_let_go_of_are_cleaned(
    book: Book, tmp_path: Path, found_in: Find
) -> None:
    """They are overwritten once, with the first erasure."""
    raw = book.database.engine.writer._connection.raw  # type: ignore[attr-defined]  # noqa: SLF001
    raw.pragma("secure_delete", "fast")
    text = "privateword " * 2_000
    for recorded in await book.record(*[_note(text, at) for at in range(30)]):
        await book.erase(recorded.seq)
    await book.run("DELETE FROM changes WHERE op = 'deleted'")
    raw.pragma("secure_delete", "on")
    await fill(book)

    await erase(book)

    assert found_in(files(tmp_path)) == []


async def _statistics(connection: asyncpg.Connection, schema: str) -> str:
    rows = await connection.fetch("SELECT s::text FROM pg_stats s WHERE s.schemaname = $1", schema)
    return "\n".join([text for (text,) in rows])


def _order() -> ErasureOrder:
    return ErasureOrder(entity=("contact", "zwq8"))


def _note(body: str, at: int) -> Draft:
    return note("5", body=body, at=at)


def files(folder: Path) -> bytes:
    """The database file and its log."""
    return b"".join([path.read_bytes() for path in sorted(folder.glob("doings.db*"))])
