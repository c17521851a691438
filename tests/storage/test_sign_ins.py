"""Sign-ins: what a handle remembers of a credential, and how soon it knows better."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doings.auth.credentials import issue
from doings.core.store import Writer
from doings.storage import sign_ins
from doings.storage.database import Database
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.conftest import ENGINES


@pytest.fixture(params=ENGINES)
async def handles(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Database, Database]]:
    """Two handles on one database, as two processes have them."""
    opened = [await ENGINES[request.param](tmp_path, TickingClock()) for _ in range(2)]
    yield opened[0], opened[1]
    for one in opened:
        await one.close()


@pytest.fixture
async def book(handles: tuple[Database, Database]) -> Book:
    """An account, written to by the first handle."""
    database, _ = handles
    account = await database.create_account("acme", name="Acme", time_zone="UTC")
    return Book(database, account)


@pytest.fixture
async def key(book: Book) -> str:
    """The key of a credential of the account."""
    issued, credential = issue(book.account.id, scopes=["read_activities"], now=NOON)
    await book.write(lambda writer: writer.add_credential(credential))
    return issued.key


async def test_what_another_process_commits_is_known_at_once(
    handles: tuple[Database, Database], book: Book, key: str
) -> None:
    """Settings, the number of changes, and that a credential was revoked."""
    _, other = handles
    first = await other.credential(key)
    assert first is not None

    await book.database.change_settings(book.account.id, lambda _: {"link_base": "https://a.b"})
    changed = await other.credential(key)
    await book.record(note("contact:8"))
    recorded = await other.credential(key)
    await book.write(lambda writer: writer.revoke_credential(key))

    assert changed is not None
    assert recorded is not None
    assert "https://a.b" in changed.account.settings
    assert recorded.position.seq == await book.last_seq() > first.position.seq
    assert await other.credential(key) is None


async def test_a_key_that_is_not_there_yet_is_found_once_it_is(
    handles: tuple[Database, Database], book: Book
) -> None:
    """Nothing is remembered of keys that nobody has."""
    _, other = handles
    issued, credential = issue(book.account.id, scopes=["read_activities"], now=NOON)
    assert await other.credential(issued.key) is None

    await book.write(lambda writer: writer.add_credential(credential))

    assert await other.credential(issued.key) is not None


async def test_sqlite_is_asked_once_between_two_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No matter who commits, and in which account."""
    database = await ENGINES["sqlite"](tmp_path, TickingClock())
    account = await database.create_account("acme", name="Acme", time_zone="UTC")
    book = Book(database, account)
    issued, credential = issue(account.id, scopes=["read_activities"], now=NOON)
    await book.write(lambda writer: writer.add_credential(credential))
    await database.credential(issued.key)
    asked: list[str] = []
    look_up = database.engine.look_up

    async def counting(sql: str, **values: object) -> object:
        asked.append(sql)
        return await look_up(sql, **values)

    monkeypatch.setattr(database.engine, "look_up", counting)

    kept = [await database.credential(issued.key) for _ in range(3)]
    await book.record(note("contact:8"))
    later = [await database.credential(issued.key) for _ in range(3)]

    assert kept[0] == kept[2] != later[0] == later[2]
    assert len(asked) == 1
    await database.close()


async def test_what_is_known_of_credentials_is_bounded(
    handles: tuple[Database, Database], book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By bytes, as an account may have many kinds of its own; all are found as before."""
    monkeypatch.setattr(sign_ins, "FOUND_BYTES", 50_000)
    await book.database.change_settings(book.account.id, lambda _: {"link_base": "x" * 10_000})
    made = [issue(book.account.id, scopes=["read"], now=NOON)[1] for _ in range(30)]

    async def add(writer: Writer) -> None:
        for credential in made:
            await writer.add_credential(credential)

    await book.write(add)

    found = [await handles[0].credential(one.key) for one in made]

    assert [one and one.credential.key for one in found] == [one.key for one in made]
    assert len(handles[0]._sign_ins._found) <= 5  # noqa: SLF001 - nothing else tells how many
