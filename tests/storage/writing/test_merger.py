"""People who are merged by themselves, where an account wants that."""

from collections.abc import AsyncIterator

import pytest

from doings.core.people import merger as merging
from doings.core.people.merger import PeopleMerger
from doings.core.store.merges import Merge
from doings.storage.checks.check import check
from tests.storage.book import Book

EMAIL = '{"email":"jim@example.org","email_verified":true}'


class Merging:
    """A merger that is asked to look, and what it said."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.counted = 0
        self.errors: list[Exception] = []
        self._merger = PeopleMerger(book.database, "this", self._count, self.errors.append)

    def _count(self, number: int) -> None:
        self.counted += number

    async def look(self) -> int:
        """How many merges were made."""
        return await self._merger.look()

    async def want(self, setting: str = "verified") -> None:
        """Set what the account wants."""
        await self.book.database.change_settings(
            self.book.account.id, lambda settings: {**settings, "merging": setting}
        )

    async def merges(self) -> list[Merge]:
        """All merges, newest first."""
        return await self.book.read(
            lambda reader: reader.merges(before=None, after=None, limit=100)
        )


@pytest.fixture
async def merger(book: Book, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Merging]:
    """Two contacts who are surely one, each with a note."""
    monkeypatch.setattr(merging, "SHARE", 0)
    await book.put("contact", "8", name="Jim Halpert", attrs=EMAIL)
    await book.put("contact", "77", name="J. Halpert", attrs=EMAIL)
    for id_ in ("8", "77"):
        await book.record_one(id_)
    found = Merging(book)
    yield found
    assert found.errors == []
    assert await check(book.database, lambda _done, _total: None) == []


async def test_nobody_is_merged_unless_the_account_wants_it(merger: Merging) -> None:
    """Then once, into the one recorded first, and it says why and that nobody did it."""
    assert await merger.look() == 0
    await merger.want()

    assert [await merger.look(), await merger.look(), merger.counted] == [1, 0, 1]
    (made,) = await merger.merges()
    assert (made.keep, made.merged) == (("contact", "8"), (("contact", "77"),))
    assert (made.is_by_itself, made.by, made.reverted_at) == (True, None, None)
    assert made.reason == "same verified e-mail jim@example.org"
    assert len(await merger.book.timeline("77")) == 2


async def test_what_was_reverted_is_not_made_again(merger: Merging) -> None:
    """Nor with somebody else, and whoever had made the merge; nor what was dismissed."""
    await merger.want()
    await merger.look()
    (made,) = await merger.merges()

    await merger.book.write(lambda writer: writer.revert_merge(made.id))
    await merger.book.put("contact", "8", name="James Halpert", attrs=EMAIL)

    assert await merger.look() == 0
    assert len(await merger.book.timeline("77")) == 1
    for id_ in ("1", "2"):
        attrs = EMAIL.replace("jim", "ann")
        await merger.book.put("client", id_, attrs=attrs)
    pair = [("client", "1"), ("client", "2")]
    await merger.book.write(lambda writer: writer.dismiss(pair))
    assert await merger.look() == 0


async def test_what_a_third_has_is_shared(merger: Merging, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one who is older than all that are compared, or who is merged into another one."""
    monkeypatch.setattr(merging, "PEOPLE_COMPARED", 20)
    book = merger.book
    await book.put("contact", "9", attrs='{"mail":"jim@example.org"}')
    await book.put("contact", "10", name="Ann")
    key = ("contact", "9")
    made = await book.write(lambda writer: writer.add_merge(("contact", "10"), [key], None))
    await merger.want()

    assert await merger.look() == 0
    await book.write(lambda writer: writer.revert_merge(made.id))
    assert await merger.look() == 0
    await book.delete("contact", "9")
    assert await merger.look() == 1


async def test_how_a_third_contact_is_reached_is_shared(merger: Merging) -> None:
    """It is an entity of its own; the pair's own ones stop nothing."""
    book = merger.book
    await book.put("contact", "9", name="Ann")
    await book.put("contact_field", "f", name="jim@example.org", contact="9")
    await book.put("contact_field", "g", name="jim@example.org", contact="8")
    await merger.want()

    looks = [await merger.look()]
    await book.delete("contact_field", "f")
    looks.append(await merger.look())

    assert looks == [0, 1]


async def test_it_is_looked_again_when_people_change(merger: Merging) -> None:
    """And not before; what is recorded about them is no such change."""
    await merger.want()
    await merger.book.put("contact", "77", name="J. Halpert")

    assert await merger.look() == 0
    await merger.book.record_one("77")
    assert await merger.look() == 0
    await merger.book.put("contact", "77", name="J. Halpert", attrs=EMAIL)
    assert await merger.look() == 1
    await merger.want("manual")
    await merger.book.put("contact", "78", name="J. Halpert", attrs=EMAIL)
    assert await merger.look() == 0
