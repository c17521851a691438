"""Erasing in parts: however small they are, and wherever it is broken off."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.core.errors import Conflict, Misconfigured, Unavailable
from doings.core.retention.sweeper import RetentionSweeper
from doings.storage.checks.check import check
from doings.storage.erasing import activities, copies, deed, pace, people, walk
from doings.storage.erasing.key import ErasureKey
from doings.storage.reading import erasures as read
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.erasing.conftest import dump, erase, fill

DAY = 86_400_000_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of one or two of everything."""
    monkeypatch.setattr(pace, "FEWEST", 1)
    for module in (pace, deed):
        monkeypatch.setattr(module, "MOST", 2)
    monkeypatch.setattr(walk, "LATER", 2)
    monkeypatch.setattr(activities, "CHANGES", 1)
    monkeypatch.setattr(copies, "SEQS", 1)
    monkeypatch.setattr(copies, "ANSWERS", 1)
    monkeypatch.setattr(people, "TOGETHER", 1)
    monkeypatch.setattr(read, "CHUNK", 2)


async def fill_more(book: Book) -> None:
    """Things that belong to the person, and activities that were changed several times."""
    await fill(book)
    for number in range(3):
        await book.put("appointment", f"zwq8-{number}", contact="zwq8", name="privateword")
        own = await book.record_one("zwq8", body=f"privateword {number}", at=NOON + number)
        shared = await book.record_one("zwq8", "9", body="Xavier Quibble", at=NOON + number)
        for text in ("privateword", "b"):
            await book.revise(own.seq, note("zwq8", body=text, at=NOON + number))
            body = f"Xavier Quibble {text}".removesuffix("privateword")
            await book.revise(shared.seq, note("zwq8", "9", body=body, at=NOON + number))


@pytest.mark.usefixtures("small")
async def test_small_parts_come_to_the_same(book: Book, found_in: Any) -> None:  # noqa: ANN401
    """As what is counted before, and nothing is left."""
    await fill_more(book)
    order = ErasureOrder(entity=("contact", "zwq8"))
    dry = await book.database.erasures.count(book.account.id, order)

    done = await erase(book)

    assert done.counts == dry.counts
    assert done.counts.activities_erased == 6
    assert found_in(await dump(book)) == []
    assert await check(book.database, lambda _done, _total: None) == []


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("writes", [1, 3, 9, 20])
async def test_what_is_broken_off_is_gone_on_with(
    book: Book,
    writes: int,
    monkeypatch: pytest.MonkeyPatch,
    found_in: Any,  # noqa: ANN401
) -> None:
    """After so many transactions; the entity is gone from the first of them on."""
    await fill_more(book)
    order = ErasureOrder(entity=("contact", "zwq8"))
    dry = await book.database.erasures.count(book.account.id, order)
    engine, left = book.database.engine, writes

    async def write(work: Callable[[Any], Awaitable[Any]], **options: Any) -> Any:  # noqa: ANN401
        nonlocal left
        left -= 1
        if left < 0:
            raise Unavailable("killed")
        return await whole(work, **options)

    whole = engine.write
    with monkeypatch.context() as context:
        context.setattr(engine, "write", write)
        with pytest.raises(Unavailable):
            await erase(book)
    (entry,) = await book.read(lambda reader: reader.erasures(9, None))
    assert (entry.is_done, await book.entities(type="contact")) == (False, ["9"])

    (said,) = await check(book.database, lambda _done, _total: None)
    assert f"the erasure of {entry.entity} is unfinished" in said

    # By a server, or by who asks again.
    await (erase(book) if writes == 9 else book.database.erasures.go_on())

    (entry,) = await book.read(lambda reader: reader.erasures(9, None))
    assert (entry.is_done, entry.counts) == (True, dry.counts)
    assert found_in(await dump(book)) == []
    assert await check(book.database, lambda _done, _total: None) == []


async def test_what_is_of_others_stays(book: Book, other: Book) -> None:
    """Another account's person of the same id, and everything recorded about others."""
    await fill(other)
    before = await dump(other)
    await fill(book)
    await book.record_one("9", body="Xavier Quibble is a name that others have, too")

    await erase(book)

    rows = await book.rows("SELECT body FROM activities WHERE body LIKE '%that others%'")
    assert rows[0][0].startswith("Xavier Quibble")
    mine = f"({book.account.id}, "
    assert "privateword deleted" in before
    assert await other.timeline("zwq8")
    assert mine in await dump(book)


@pytest.mark.usefixtures("small")
async def test_retention_erases_what_is_due(book: Book, clock: TickingClock) -> None:
    """Under the first rule that fits; what a hold keeps stays, and so does what is not due."""
    old = clock.now() - 400 * DAY
    await book.record(*[note(at=old + number, body="old") for number in range(5)])
    kept = await book.record_one("8", at=old)
    error = await book.record_one(at=old, level="ERROR")
    young = await book.record_one(at=clock.now() - DAY)
    other = await book.record_one(at=old, kind="call.logged")
    rules = [Rule("*", 9000, "ERROR"), Rule("note.*", 365)]
    await book.write(lambda writer: writer.hold_entity(("contact", "8"), "claim"))
    await book.write(lambda writer: writer.set_retention(rules))
    counted: list[int] = []
    errors: list[Exception] = []
    sweeper = RetentionSweeper(book.database, "me", counted.append, errors.append)
    due = await book.read(lambda reader: reader.due_by_rule(clock.now()))

    swept = await sweeper.sweep()

    assert (swept, sum(counted), errors) == (5, 5, [])
    assert [one.due for one in due] == [0, 5]
    assert set(await book.seqs()) == {kept.seq, error.seq, young.seq, other.seq}
    changes = [one for one in await book.changes() if one.op == "erased"]
    assert len(changes) == 5
    assert all(one.is_erased for one in changes)
    assert await check(book.database, lambda _done, _total: None) == []
    assert await sweeper.sweep() == 0
    await book.write(lambda writer: writer.set_retention([]))
    assert await sweeper.sweep() == 0


async def test_a_sweep_goes_on_where_the_last_ended(
    book: Book, clock: TickingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what a hold keeps does not hide what comes behind it."""
    monkeypatch.setattr(read, "RETENTION_SWEEP", 2)
    monkeypatch.setattr(read, "RETENTION_LOOKS", 2)
    old = clock.now() - 400 * DAY
    await book.record(*[note("8", at=old + number) for number in range(4)])
    last = await book.record_one("9", at=old + 9)
    await book.write(lambda writer: writer.hold_entity(("contact", "8"), "claim"))
    await book.write(lambda writer: writer.set_retention([Rule("note.*", 365)]))
    sweeper = RetentionSweeper(book.database, "me", lambda _: None, lambda _: None)

    swept = [await sweeper.sweep() for _ in range(3)]

    assert sum(swept) == 1
    assert last.seq not in await book.seqs()
    (due,) = await book.read(lambda reader: reader.due_by_rule(clock.now()))
    assert (due.due, due.has_more) == (0, True)


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """In a file that only its owner reads; one that is given comes before it."""
    database = tmp_path / "doings.db"

    keys = {ErasureKey(None, database).value() for _ in range(2)}

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["doings.db.erasure-key"]
    assert (tmp_path / "doings.db.erasure-key").stat().st_mode & 0o777 == 0o600
    assert ErasureKey("x" * 16, database).value() == b"x" * 16


def test_an_erasure_without_a_key_is_refused() -> None:
    """Where there is no file to keep one beside; and one that is short is no key."""
    with pytest.raises(Conflict):
        ErasureKey(None, None).value()
    with pytest.raises(Misconfigured):
        ErasureKey("short", None)
