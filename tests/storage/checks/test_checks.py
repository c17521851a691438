"""`doings check`: a sound store is clean, and whatever is wrong with one is said in one line."""

import asyncio
from pathlib import Path

import pytest

from doings.core.activity import Link
from doings.core.clock import DAY, EARLIEST, LATEST
from doings.core.entity import CONTACT
from doings.storage.checks import counts
from doings.storage.checks.check import check
from doings.storage.database import Database, open_database
from doings.storage.engine import Connection
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.builders import contact, note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.checks.damages import DAMAGES, VALID_UNTIL

PARTIAL = '{"is_partial":true}'


async def checked(database: Database) -> list[str]:
    """What the check finds."""
    return await check(database, lambda _done, _total: None)


@pytest.fixture
async def lively(book: Book) -> Book:
    """An account in which everything there is has happened."""
    await book.put("appointment", "a", contact="1", name="Massage")
    await book.put(CONTACT, "p", attrs=PARTIAL)
    recorded = await book.record(
        note("1", "2", summary="first"),
        note(Link("appointment", "a"), contact("2", "actor"), at=-1),
        note(at=NOON - DAY, kind="text.posted", body="text"),
        note("3", external_id="e", at=-365 * DAY),
        note("3", kind="details.requested", data=f'{{"valid_until":{VALID_UNTIL // 1000}}}'),
    )
    await book.revise(recorded[0].seq, note("1", "4", at=NOON + DAY, summary="other"))
    await book.erase(recorded[3].seq)
    await book.delete(CONTACT, "3")
    await book.put("appointment", "a", contact="2")
    return book


@pytest.mark.parametrize("chunk", [1, 3, 1000])
async def test_sound_store_is_clean(
    lively: Book, other: Book, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """However it is cut into chunks."""
    await other.record(note("1"))
    monkeypatch.setattr(counts, "ROW_CHUNK", chunk)

    assert await checked(lively.database) == []


async def test_empty_store_is_clean(database: Database) -> None:
    """A store without accounts is clean, and so is one with an unused account."""
    assert await checked(database) == []
    await database.create_account("acme", name="Acme", time_zone="UTC")

    assert await checked(database) == []


async def test_large_account_is_clean(book: Book) -> None:
    """Over several blocks of seqs, around many New Years."""
    year = 365 * DAY + DAY // 4
    await book.record(
        *[note(str(n % 50), at=NOON - n * DAY // 3, summary="word") for n in range(2500)]
    )
    await book.record(*[note("1", at=n * year + hour) for n in range(-99, 99) for hour in (0, 9)])
    await book.record(note("1", at=EARLIEST), note("1", at=LATEST - 1))

    assert await checked(book.database) == []


async def test_store_in_use_is_clean(lively: Book) -> None:
    """What is written while the check goes on is no finding."""

    async def write() -> None:
        for number in range(60):
            activity = await lively.record_one("1", Link("appointment", "a"), at=number * DAY)
            if number % 3 == 0:
                await lively.erase(activity.seq)
                await lively.put("appointment", "a", contact=str(number))

    writing = asyncio.create_task(write())
    findings = [finding for _ in range(5) for finding in await checked(lively.database)]
    await writing

    assert findings == []


async def test_progress_grows_to_its_end(lively: Book, other: Book) -> None:
    """It never goes back, and ends where it said it would."""
    await other.record(note("1"))
    steps: list[tuple[int, int]] = []

    await check(lively.database, lambda done, total: steps.append((done, total)))

    assert steps[-1][0] == steps[-1][1] > 0
    assert len({total for _, total in steps}) == 1


@pytest.mark.parametrize(("damage", "findings"), DAMAGES, ids=lambda value: str(value[0])[:60])
async def test_damage_is_said_in_one_line(
    lively: Book, damage: tuple[str, ...], findings: list[str]
) -> None:
    """Exactly what is wrong, with the account and the row; the log has its own tests."""
    for statement in damage:
        await lively.run(statement)

    found = [one for one in await checked(lively.database) if "leaf" not in one]
    assert found == [f"account acme: {finding}" for finding in findings]


CHANGED = {
    "UPDATE activities SET body = 'x' WHERE seq = 28": {28, 37},
    "UPDATE activities SET metadata = '{\"a\":1}' WHERE seq = 27": {27, 33},
    "UPDATE activities SET linked = '24:subject' WHERE seq = 29": {29},
    'UPDATE changes SET before = \'{"summary":"f"}\' WHERE seq = 33': {27},
    "UPDATE changes SET by_key = 'me' WHERE seq = 28": {28},
    "UPDATE changes SET at = at + 1 WHERE seq = 34": {34},
    "UPDATE entities SET name = 'Other' WHERE seq = 23": {36},
    "UPDATE entity_changes SET old_name = 'Other' WHERE seq = 36": {23},
    "UPDATE entity_changes SET op = 'updated' WHERE seq = 35": {35},
}
"""What is done to rows, and the changes whose leaves say something else."""


@pytest.mark.parametrize("statement", CHANGED)
async def test_an_edited_row_is_found_by_its_leaf(lively: Book, statement: str) -> None:
    """Whatever was edited, of what is now and of what was before."""
    await lively.run(statement)

    said = [one for one in await checked(lively.database) if "leaf" in one]
    assert said == [
        f"account acme: the rows say of change {seq} what its leaf does not"
        for seq in sorted(CHANGED[statement])
    ]


async def test_a_salt_that_no_erasure_took_is_missed(book: Book) -> None:
    """Else an edit could pass as an erasure; those of older versions told of none."""
    first, _, last = await book.record(*[note(summary=text) for text in "abc"])
    await book.erase(first.seq)
    rows = await book.rows("SELECT leaf, salts FROM log_leaves ORDER BY leaf DESC LIMIT 2")
    for leaf, salts in rows:
        await book.run(
            "UPDATE log_leaves SET salts = :salts WHERE leaf = :leaf",
            salts=bytes(len(salts)),
            leaf=leaf,
        )

    said = [one for one in await checked(book.database) if "salt" in one]

    assert (
        f"account acme: leaf {last.seq - 1} has lost its salt, and no erasure tells of it" in said
    )
    await book.run("UPDATE changes SET op = 'erased' WHERE op = 'deleted'")
    said = [one for one in await checked(book.database) if "salt" in one]
    assert len(said) == 1


async def test_a_log_with_other_leaves_is_found(book: Book) -> None:
    """Leaves that are missing or of other digests, and roots that are not those of their tiles."""
    await book.record(*[note(summary=str(number)) for number in range(600)])
    await book.database.settle_log(book.account.id)
    rows = await book.rows("SELECT leaf, salts FROM log_leaves WHERE leaf >= 256 ORDER BY leaf")
    await book.run("DELETE FROM log_leaves WHERE leaf = :leaf", leaf=rows[-1][0])
    wrong = rows[-1][1]
    await book.run("UPDATE log_nodes SET hash = :wrong WHERE place = 1", wrong=wrong)

    said = [one for one in await checked(book.database) if "leaf" in one or "tile" in one]

    last = rows[-1][0]
    assert said[0] == f"account acme: leaf {last} of the log is missing"
    assert said[-1] == "account acme: the root of tile 0/1 is not that of its hashes"


async def test_search_rows_are_compared(lively: Book) -> None:
    """Those that are missing and those of what is gone, of activities and of entities."""
    account_id = lively.account.id

    async def damage(connection: Connection) -> None:
        search = connection.search
        await connection.execute(search.remove_activity, account_id=account_id, seq=27)
        await connection.execute(search.remove_entity, account_id=account_id, seq=22)
        words = search.indexed(account_id, "word", None)
        await connection.execute_many(search.add_activity, [(account_id, 28, *words)])
        for seq in (26, 999):
            words = search.indexed(account_id, "word")
            await connection.execute_many(search.add_entity, [(account_id, seq, *words)])

    await lively.database.engine.write(damage)

    assert await checked(lively.database) == [
        "account acme: activity 27 is missing in the search",
        "account acme: activity 28 is in the search and should not",
        "account acme: entity 22 is missing in the search",
        "account acme: entity 26 is in the search and should not",
        "account acme: entity 999 is in the search and should not",
    ]


WORDS = [
    ("another word", "first"),
    ("a word more", "other more"),
    ("no word", ""),
]
"""What an activity may be found by whose summary is `other`."""


@pytest.mark.parametrize("words", [words for _, words in WORDS], ids=[name for name, _ in WORDS])
async def test_search_rows_with_other_words_are_found(lively: Book, words: str) -> None:
    """The full text holds the words of the texts, all of them and in their order."""
    account_id = lively.account.id

    async def damage(connection: Connection) -> None:
        search = connection.search
        await connection.execute(search.remove_activity, account_id=account_id, seq=27)
        await connection.execute(search.remove_entity, account_id=account_id, seq=23)
        row = search.indexed(account_id, words, None)
        await connection.execute_many(search.add_activity, [(account_id, 27, *row)])
        row = search.indexed(account_id, f"a Massage {words}")
        await connection.execute_many(search.add_entity, [(account_id, 23, *row)])

    await lively.database.engine.write(damage)

    assert await checked(lively.database) == [
        "account acme: activity 27 is in the search with other words",
        "account acme: entity 23 is in the search with other words",
    ]


async def test_long_texts_are_compared_to_their_end(lively: Book) -> None:
    """Also where that takes many looks."""
    many = " ".join(f"Wört{number}" for number in range(20_000))
    recorded = await lively.record_one(summary="Größe", body=many)

    before = await checked(lively.database)
    account_id = lively.account.id
    search_texts = ("Größe", many.replace("Wört19999", "end"))

    async def damage(connection: Connection) -> None:
        search = connection.search
        await connection.execute(search.remove_activity, account_id=account_id, seq=recorded.seq)
        row = (account_id, recorded.seq, *search.indexed(account_id, *search_texts))
        await connection.execute_many(search.add_activity, [row])

    await lively.database.engine.write(damage)

    assert before == []
    assert await checked(lively.database) == [
        f"account acme: activity {recorded.seq} is in the search with other words"
    ]


async def test_rows_of_an_account_that_does_not_exist_are_found(lively: Book) -> None:
    """An account that was deleted by hand leaves them."""
    await lively.run("INSERT INTO tallies VALUES (77, 0, 0, 'a.b', 1)")
    await lively.run("INSERT INTO heads (account_id, head) VALUES (78, 0)")

    assert await checked(lively.database) == [
        "the database: heads has rows of account 78, unknown",
        "the database: tallies has rows of account 77, unknown",
    ]


async def test_another_accounts_damage_is_named_by_its_slug(lively: Book, other: Book) -> None:
    """Each line says which account it is about."""
    await lively.run("DELETE FROM changes WHERE seq = 28")
    await lively.run("UPDATE heads SET head = head + 1 WHERE account_id = 2")
    last_seq = await other.last_seq()

    found = [one for one in await checked(lively.database) if "leaf" not in one]
    assert found == [
        "account acme: activity 28 has no change that created it",
        "account acme: change 37 is about activity 28, never created",
        f"account other: seq {last_seq} is neither an entity nor a change",
    ]


async def test_damaged_file_is_found_and_not_raised(tmp_path: Path) -> None:
    """What SQLite finds wrong comes first, and what cannot be read ends nothing but itself."""
    path = tmp_path / "doings.db"
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    book = Book(database, await database.create_account("acme", name="A", time_zone="UTC"))
    await book.record(*[note(str(n % 9), at=n * DAY, summary="word") for n in range(2000)])
    await database.close()
    damage(path)

    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    findings = await checked(database)

    assert findings
    assert findings[0].startswith("the database: ")
    await database.close()


def damage(path: Path) -> None:
    """Overwrite the middle of a file, beyond the pages that say what tables there are."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 65_536)
