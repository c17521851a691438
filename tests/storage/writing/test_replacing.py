"""Many activities replaced at once: what that leaves, and how many statements it takes."""

import pytest

from doings.core.activity import Activity, Draft
from doings.core.interactions.replacing import Upsert, record_or_replace
from doings.core.store import Writer
from doings.storage.checks.check import check
from doings.storage.transaction import Transaction
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book


def drafts(numbers: range, summary: str, *links: str) -> list[Draft]:
    """Drafts with these external ids."""
    return [
        note(*links, summary=summary, external_id=str(number), at=NOON + number)
        for number in numbers
    ]


async def upsert(book: Book, batch: list[Draft]) -> list[tuple[bool, bool]]:
    """Record or replace; returns (is_repeated, is_replaced) of each."""
    upserts = [Upsert(draft, is_dated=True) for draft in batch]
    outcomes = await book.write(lambda writer: record_or_replace(writer, upserts))
    return [
        (one.is_repeated, one.is_replaced) for one in outcomes if not isinstance(one, Exception)
    ]


async def test_a_batch_of_new_known_and_equal_drafts(book: Book) -> None:
    """Each gets what it would get alone; the store is sound afterwards."""
    await book.record(*drafts(range(3), "old", "1"))
    batch = [
        *drafts(range(1), "old", "1"),
        *drafts(range(1, 3), "new", "2"),
        *drafts(range(3, 5), "new", "2"),
        *drafts(range(4, 5), "newer", "1"),
    ]

    outcomes = await upsert(book, batch)

    assert outcomes == [(True, False), *[(True, True)] * 2, *[(False, False)] * 2, (True, True)]
    assert len(await book.timeline("1")) == 2
    assert len(await book.timeline("2")) == 3
    changes = [(change.op, change.before is None) for change in await book.changes()]
    assert changes == [("created", True)] * 5 + [("updated", False)] * 3
    assert await check(book.database, lambda *_: None) == []


async def test_a_replacement_that_changes_nothing_returns_the_activity_given(book: Book) -> None:
    """So that a caller can tell, and nothing is written."""
    recorded = await book.record(*drafts(range(2), "old"))
    wanted = [*drafts(range(1), "old"), *drafts(range(1, 2), "new")]

    async def replace(writer: Writer) -> tuple[list[Activity], list[Activity]]:
        olds = await writer.activities([one.seq for one in recorded])
        return olds, await writer.replace(list(zip(olds, wanted, strict=True)))

    olds, news = await book.write(replace)

    assert news[0] is olds[0]
    assert [new.summary for new in news] == ["old", "new"]
    assert len(await book.changes()) == 3


async def test_takes_as_many_statements_for_many_as_for_few(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a batch are looked up, replaced and told to the feed together."""
    statements: list[str] = []
    for name in ("fetch", "fetch_one", "execute", "execute_many"):
        monkeypatch.setattr(Transaction, name, _counting(getattr(Transaction, name), statements))
    counts: list[int] = []
    for size in (10, 200):
        await upsert(book, drafts(range(size), "old", "1"))
        statements.clear()

        await upsert(book, drafts(range(size), f"new {size}", "2", f"of {size}"))

        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[0] < 40


def _counting(method, statements: list[str]):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    def counted(self: Transaction, statement: str, *args: object, **values: object) -> object:
        statements.append(statement)
        return method(self, statement, *args, **values)

    return counted
