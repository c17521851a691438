"""Pulls: how far each is, and what it has seen."""

import msgspec

from doings.core.erasing.erasure import ErasureOrder
from doings.core.store.pulls import Pull, PullCounts, PullItem
from tests.storage.book import Book

URL = "https://example.org/api"


async def begun(book: Book, dialect: str = "monica") -> Pull:
    """A pull that has just begun."""
    return await book.write(lambda writer: writer.add_pull(dialect, URL))


async def save(book: Book, pull: Pull, **changes: object) -> Pull | None:
    """Save a pull with changes."""
    changed = msgspec.structs.replace(pull, **changes)
    return await book.write(lambda writer: writer.save_pull(changed))


async def test_pulls_are_read_as_they_were_saved(book: Book, other: Book) -> None:
    """Each account has its own, with numbers of its own."""
    first = await begun(book)
    second = await begun(book, "mio")
    elsewhere = await begun(other)
    counts = PullCounts(requests=3, recorded=2, waited_s=1.5)

    saved = await save(book, second, state="done", counts=counts, position='{"a":1}', run=7)

    assert [first.number, second.number, elsewhere.number] == [1, 2, 1]
    assert await book.read(lambda reader: reader.pulls()) == [first, saved]
    assert await other.read(lambda reader: reader.pulls()) == [elsewhere]
    assert saved is not None
    assert (saved.version, saved.counts) == (1, counts)


async def test_a_pull_is_forgotten_for_itself(book: Book, other: Book) -> None:
    """Neither another one of the account, nor that of the same number elsewhere."""
    first = await begun(book)
    second = await begun(book, "mio")
    elsewhere = await begun(other)

    await book.write(lambda writer: writer.drop_pull(first.number))

    assert await book.read(lambda reader: reader.pulls()) == [second]
    assert await other.read(lambda reader: reader.pulls()) == [elsewhere]


async def test_of_two_programs_that_pull_one_notices(book: Book) -> None:
    """What the other one saved stays."""
    pull = await begun(book)

    mine = await save(book, pull, items=1)
    theirs = await save(book, pull, items=2)

    assert (mine and mine.items, theirs) == (1, None)
    assert await book.read(lambda reader: reader.pulls()) == [mine]


async def test_items_are_known_and_missed_by_name(book: Book) -> None:
    """Those that were seen in an earlier round are missed, one after the other."""
    pull = await begun(book)
    items = [PullItem("a", 1, 1), PullItem("b", 2, 2), PullItem("c", 3, 1), PullItem("d", 4, 1)]
    await book.write(lambda writer: writer.put_pull_items(pull.number, items))
    await book.write(lambda writer: writer.put_pull_items(pull.number, [PullItem("d", 5, 2)]))

    known = await book.read(lambda reader: reader.pull_items(pull.number, ["b", "d", "x"]))
    missed = [
        await book.read(lambda reader, after=after: reader.missed_item(pull.number, 2, after))  # type: ignore[misc]
        for after in ("", "a", "c")
    ]
    await book.write(lambda writer: writer.drop_pull_item(pull.number, "a"))
    has_more = await book.write(lambda writer: writer.forget_pull_items(pull.number, 2))
    has_none = await book.write(lambda writer: writer.forget_pull_items(pull.number, 2))

    assert known == {"b": PullItem("b", 2, 2), "d": PullItem("d", 5, 2)}
    assert missed == ["a", "c", None]
    assert (has_more, has_none) == (True, False)


async def test_an_erasure_takes_away_where_a_pull_is(book: Book) -> None:
    """A place may name the person; of pulls that are done nothing is left there."""
    await book.put("contact", "8", name="Jim Halpert")
    done, broken_off = await begun(book), await begun(book, "invent")
    await save(book, done, state="done", position='{"page":3}')
    await save(book, broken_off, position='{"contact":"8"}', problem="about 8")

    await book.database.erasures.erase(book.account.id, ErasureOrder(entity=("contact", "8")))

    first, second = await book.read(lambda reader: reader.pulls())
    assert (first.position, second.position, second.problem) == ('{"page":3}', None, None)
