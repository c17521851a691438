"""The leaves of changes: made with them, made later for an older account, and forgotten."""

from pathlib import Path

import pytest

from doings.core.activity import Link
from doings.core.entity import CONTACT, EntityDraft
from doings.core.store import Writer
from doings.core.store.log import Leaf
from doings.proof.leaf import digest_of
from doings.storage.checks.check import check
from doings.storage.reading.log import statements
from doings.storage.sql.schema.steps import STEPS
from doings.storage.upkeep.log_keeping import LogKeeping
from doings.storage.writer import AccountWriter
from doings.storage.writing.log.leaves import forget_leaves
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book
from tests.storage.conftest import ENGINES
from tests.storage.test_upgrade import LOGGING, lend_columns, opened, take_columns


async def leaves(book: Book) -> list[Leaf]:
    """All leaves of the account's log."""
    size = (await book.read(lambda reader: reader.log_state())).size
    found: list[Leaf] = []
    while len(found) < size:
        first = len(found)
        found += await book.read(lambda reader, first=first: reader.log_leaves(first, size))  # type: ignore[misc]
    return found


async def assert_sound(book: Book) -> None:
    """Every seq has a leaf, whose statement is the one that its digest stands for."""
    found = await leaves(book)
    assert [leaf.number + 1 for leaf in found] == list(range(1, await book.last_seq() + 1))
    assert all(digest_of(one.salt or b"", one.statement or b"") == one.digest for one in found)
    assert await check(book.database, lambda _done, _total: None) == []


async def live(book: Book) -> None:
    """Let happen to activities and entities what may, some of it often."""
    await book.put("appointment", "a", contact="1", name="Massage")
    await book.put(CONTACT, "2", attrs='{"n":1.50,"b":{}}')
    recorded = await book.record(
        note("1", Link("contact", "2", "actor"), summary='é \\ " \u2028'),
        note(Link("appointment", "a"), Link("appointment", "a", "other"), at=-1, body="x" * 3000),
        note("3", external_id="e", data='{"z": 1, "a": [1e3]}'),
    )
    for number in range(6):
        await book.revise(recorded[0].seq, note("1", "4", at=NOON + number, summary=str(number)))
        await book.put("appointment", "a", contact=str(number % 3), name=f"M{number}")
    await book.revise(recorded[1].seq, note("9", body="y" * 3000), by="key")
    await book.erase(recorded[2].seq)
    await book.delete(CONTACT, "2")
    await book.put(CONTACT, "2", name="Again")


@pytest.mark.parametrize("many", [1, 1000])
async def test_every_change_has_a_leaf_that_can_be_made_again(
    book: Book, other: Book, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Also where the past is read in small parts, and in one account as in another."""
    monkeypatch.setattr(statements, "LATER", many)
    monkeypatch.setattr(statements, "PAST_OF_ENTITIES", many)
    monkeypatch.setattr(statements, "PAST_CHUNK", 4)
    await live(book)
    await live(other)

    await assert_sound(book)
    await assert_sound(other)


async def test_what_is_undone_leaves_no_leaf(book: Book) -> None:
    """Nor a gap in the log."""
    await book.record(note("1"))

    async def fail(writer: Writer) -> None:
        await writer.record([note("2"), note("3")])
        raise KeyError

    with pytest.raises(KeyError):
        await book.write(fail)
    await book.record(note("4"))

    await assert_sound(book)


async def test_forgotten_leaves_say_nothing(book: Book) -> None:
    """The others do; what an entity was before is gone as well."""
    await book.put(CONTACT, "1", name="Jim")
    await book.put(CONTACT, "1", name="Pam")
    last = await book.last_seq()
    before = await leaves(book)

    async def forget(writer: Writer) -> None:
        assert isinstance(writer, AccountWriter)
        await forget_leaves(writer._writing, [last - 1, last, last + 99])  # noqa: SLF001 - as erasing does
        await writer.put_entity((CONTACT, "2"), lambda _: EntityDraft())

    await book.write(forget)

    after = await leaves(book)
    told = after.pop()
    assert [(one.salt, one.statement) for one in after[-2:]] == [(None, None)] * 2
    assert [one.digest for one in after] == [one.digest for one in before]
    assert after[:-2] == before[:-2]
    assert (told.statement or b"").endswith(b',"forgets":[%d,%d]}' % (last - 2, last - 1))
    assert await book.rows("SELECT COUNT(*) FROM entity_changes WHERE old_name = 'Jim'") == [(0,)]
    assert await check(book.database, lambda _done, _total: None) == []


async def test_an_amended_past_is_not_told_by_leaves(book: Book) -> None:
    """The leaves of what was amended lose their salts, later ones keep them."""
    recorded = await book.record(note(summary="secret"), note(summary="open"))
    seq = recorded[0].seq
    await book.revise(seq, note(summary="secret 2"))
    await book.revise(seq, note(summary="open"))
    await book.revise(seq, note(summary="open 2"))

    await book.write(
        lambda writer: writer.amend_history(recorded[0].id, lambda text: text.replace("secret", ""))
    )

    silent = [leaf.number + 1 for leaf in await leaves(book) if leaf.salt is None]
    assert silent == [seq, seq + 2]
    assert (await leaves(book))[-1].statement.endswith(b',"forgets":[%d,%d]}' % (seq - 1, seq + 1))  # type: ignore[union-attr]
    assert not [leaf for leaf in await leaves(book) if b"secret" in (leaf.statement or b"")]
    assert await check(book.database, lambda _done, _total: None) == []


@pytest.mark.parametrize("engine", ENGINES)
async def test_an_older_database_gets_its_leaves(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts and in order, those of what is recorded meanwhile too; the log only grows."""
    first = await opened(engine, tmp_path, monkeypatch, LOGGING - 1)
    await lend_columns(first)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    await Book(first, account).record(*[note(str(number), summary="a") for number in range(9)])
    await take_columns(first)
    await first.close()
    monkeypatch.setattr(statements, "STRETCH_SEQS", 10)

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    database.clock = first.clock
    book = Book(database, account)
    last_seq = await book.last_seq()
    states = []
    while await database.settle_log_part(account.id):
        states.append(await book.read(lambda reader: reader.log_state()))
        if len(states) == 2:
            await live(book)
    keeping = LogKeeping(database, lambda _account, _left: None, lambda _error: None)
    await keeping.keep(is_all=True)
    await assert_sound(book)
    await live(book)
    await assert_sound(book)
    await database.close()

    sizes = [state.size for state in states]
    assert sizes == sorted(sizes)
    assert sizes[:2] == [10, 20]
    assert states[0].last_seq == last_seq
    assert states[-1].size == states[-1].last_seq > last_seq
