"""A search over HTTP while the full text of an older database is made again."""

import pytest

from doings.app import Application
from doings.storage.database import Database
from doings.storage.upkeep.rebuilding import Rebuilding
from doings.storage.writing import search_index
from tests.native.client import Native
from tests.storage.book import Book


async def test_a_search_answers_with_what_is_indexed(
    app: Application, native: Native, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest first, what is new at once, and everything in the end."""
    monkeypatch.setattr(search_index, "SEQS", 2)
    for number in range(6):
        await native.record(summary=f"word {number}")
    database = app.services().store
    assert isinstance(database, Database)
    await Book(database, await database.account("acme")).empty_search()
    stretches: list[list[str]] = []

    async def stretch() -> None:
        stretches.append(await native.summaries(q="word"))

    await stretch()
    rebuilding = Rebuilding(database, lambda _account, _left: None, lambda _error: None)
    extend = rebuilding._extend  # noqa: SLF001 - between two stretches somebody searches

    async def extended(account: object) -> int:
        left: int = await extend(account)  # type: ignore[arg-type]
        await stretch()
        return left

    monkeypatch.setattr(rebuilding, "_extend", extended)
    await native.record(summary="word 6")
    assert await rebuilding.rebuild()

    every = [f"word {number}" for number in range(6, -1, -1)]
    seen = [list(found) for found in dict.fromkeys(map(tuple, stretches))]
    assert seen == [[], every[:3], every[:5], every]
