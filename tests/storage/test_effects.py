"""What is written ends what is kept of it, in the same transaction, whatever wrote it."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from doings.auth.credentials import issue
from doings.core.clock import HOUR
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.storage import effects
from doings.storage.sql import statements
from doings.storage.sql.schema.tables import TABLES_OF_ACCOUNT
from doings.storage.transaction import Transaction
from doings.storage.writing import relinks
from tests.builders import contact, note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.erasing.conftest import fill
from tests.storage.sql.test_statements import EXCEPTED, WRITES

SEEN = [table for table in TABLES_OF_ACCOUNT if table.name not in {*effects.UNSEEN, "heads"}]

Rows = dict[str, list[tuple[Any, ...]]]


async def seen(book: Book) -> Rows:
    """All rows that answers may show; not when a credential was used last, nor that it was."""
    found: Rows = {}
    for table in SEEN:
        names = [name for name in table.columns if name != "last_used_at"]
        rows = await book.rows(f"SELECT {', '.join(names)} FROM {table.name}")  # noqa: S608 - ours
        found[table.name] = sorted(rows, key=repr)
    return found


@pytest.fixture
def stale(book: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[set[str]]]:
    """The tables that a transaction changed which did not end what is kept; one set for each."""
    write = book.database.engine.write
    found: list[set[str]] = []

    async def watched(work: Callable[..., Awaitable[Any]], **about: Any) -> Any:  # noqa: ANN401
        heads = "SELECT head, revision FROM heads"
        before, kept = await seen(book), await book.rows(heads)
        result = await write(work, **about)
        after = await seen(book)
        changed = {name for name, rows in after.items() if rows != before[name]}
        if changed and await book.rows(heads) == kept:
            found.append(changed)
        return result

    monkeypatch.setattr(book.database.engine, "write", watched)
    yield found
    assert found == []


async def erase(book: Book, key: EntityKey) -> None:
    """Erase a person, in as many transactions as it takes."""
    await book.database.erasures.erase(book.account.id, ErasureOrder(entity=key))


async def test_every_step_of_an_erasure_ends_what_is_kept(
    book: Book, stale: list[set[str]]
) -> None:
    """Also where what was said before has lost its salts already, by another erasure."""
    links = (contact("8", name="Jim Halpert"), contact("9", name="Ann Perkins"), "7")
    for _ in range(2):
        one = await book.record_one(*links, summary="Jim Halpert met Ann Perkins")
        await book.revise(one.seq, note(*links, summary="neutral"))
    await fill(book)
    await book.write(lambda writer: writer.release_entity(("contact", "9")))

    for id_ in ("8", "9", "zwq8"):
        await erase(book, ("contact", id_))

    assert stale == []
    assert "Perkins" not in str(await book.changes())


async def test_every_change_of_an_account_ends_what_is_kept(
    book: Book, stale: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what belongs to people, of what is set, and of what is done in the background."""
    monkeypatch.setattr(relinks, "ACTIVITY_CHUNK", 2)
    account_id = book.account.id
    await fill(book)
    await book.put("membership", "m", contact="8")
    await book.record(*[note("m") for _ in range(3)])
    _, credential = issue(account_id, scopes=["read"], now=NOON, expires_at=NOON + HOUR)
    keys = [("contact", "8"), ("contact", "9")]

    await book.write(lambda writer: writer.dismiss(keys))
    await book.write(lambda writer: writer.hold_entity(keys[0], "evidence", None))
    await book.write(lambda writer: writer.release_entity(keys[0]))
    await book.write(lambda writer: writer.set_retention([Rule("note.*", 30)]))
    await book.write(lambda writer: writer.set_retention([]))
    await book.write(lambda writer: writer.add_credential(credential))
    await book.write(lambda writer: writer.revoke_credential(credential.key))
    await book.database.change_settings(account_id, lambda _: {"link_base": "https://a.b"})
    merge = await book.write(lambda writer: writer.add_merge(keys[0], keys[1:], "one"))
    await book.write(lambda writer: writer.revert_merge(merge.id))
    await book.put("membership", "m", contact="9")
    await book.write(lambda writer: writer.undo_import(1, None))
    await book.run("DELETE FROM log_leaves")
    await book.run("UPDATE heads SET logged = 0")
    assert stale.pop() == {"log_leaves"}  # that was the test itself
    await book.database.settle_log(account_id)

    assert stale == []


class _Ran:
    """A connection that runs nothing, and what was to be run."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    async def execute(self, statement: str, **_: object) -> None:
        self.statements.append(statement)

    async def execute_many(self, statement: str, _: object) -> None:
        self.statements.append(statement)

    async def fetch_one(self, statement: str, **_: object) -> tuple[int, None, int]:
        self.statements.append(statement)
        return 7, None, 0


@pytest.mark.parametrize("has_seq", [False, True])
@pytest.mark.parametrize("name", sorted(WRITES.keys() - EXCEPTED))
async def test_a_statement_ends_what_is_kept(name: str, *, has_seq: bool) -> None:
    """Kept answers end by a seq that was taken, too, and recording runs no statement for that."""
    ran, text = _Ran(), WRITES[name]
    transaction = Transaction(ran, 1, clock=TickingClock(), by=None)  # type: ignore[arg-type]
    if has_seq:
        await transaction.advance(1)

    for _ in range(2):
        await transaction.execute(text)

    is_ended = effects.is_replacing(text) or (effects.is_seen(text) and not has_seq)
    expected = 1 if is_ended else 0
    expected += 2 if text == statements.ADVANCE_CACHE_VERSION else 0
    assert ran.statements.count(statements.ADVANCE_CACHE_VERSION) == expected
