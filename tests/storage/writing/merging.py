"""Merging people in a book, and checking what became of them."""

import pytest

from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import DoingsError
from doings.core.store.merges import Merge
from doings.storage.checks.check import check
from tests.storage.book import Book

KEPT, OTHER, THIRD, FOURTH = [(CONTACT, id_) for id_ in ("8", "77", "91", "5")]


async def merge(
    book: Book, keep: EntityKey, *merged: EntityKey, reason: str | None = None
) -> Merge:
    """Let one stand for others."""
    return await book.write(lambda writer: writer.add_merge(keep, merged, reason))


async def revert(book: Book, one: Merge) -> Merge:
    """Part them again."""
    return await book.write(lambda writer: writer.revert_merge(one.id))


async def checked(book: Book) -> list[str]:
    """What `doings check` finds."""
    return await check(book.database, lambda _done, _total: None)


async def refused(book: Book, error: type[DoingsError], keep: EntityKey, *merged: EntityKey) -> str:
    """What a merge that is refused says; it changes nothing."""
    before = await book.last_seq()
    with pytest.raises(error) as raised:
        await merge(book, keep, *merged)
    assert await book.last_seq() == before
    return str(raised.value)
