"""Activities about nobody that name an erased person, like an entry of a journal."""

import pytest

from doings.core.activity import Link
from doings.core.erasing.erasure import ErasureOrder
from doings.storage.checks.check import check
from doings.storage.erasing import mentions
from tests.builders import note
from tests.storage.book import Book
from tests.storage.erasing.conftest import ATTRS, JIM, erase

PERSON = ("contact", "zwq8")
NAMED = f"{JIM.upper()}, x@quibble.example, +49 152 7654321"
LEFT = "[erased], [erased], [erased]"


async def filled(book: Book) -> dict[str, int]:
    """A person, and what names him; the seqs of these activities."""
    await book.put(*PERSON, name=JIM, attrs=ATTRS)
    journal = await book.record_one(body=NAMED, kind="journal_entry.written")
    event = Link("event", "e")
    changed = await book.record_one(event, summary="old", metadata='{"by":"Xavier Quibble"}')
    for words in (f"of {NAMED}", f"about {NAMED}"):
        await book.revise(changed.seq, note(event, summary=words, metadata=changed.metadata))
    of_ann = await book.record_one("9", body=f"Ann knows {JIM}")
    other = await book.record_one(body="Xavier and Quibble are words")
    return {
        "journal": journal.seq,
        "changed": changed.seq,
        "of_ann": of_ann.seq,
        "other": other.seq,
    }


@pytest.mark.parametrize("chunk", [1, 200])
async def test_what_names_the_person_without_a_link_does_no_more(
    book: Book, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """In texts and data, and in what changes remember; each is proved at once."""
    monkeypatch.setattr(mentions, "CHUNK", chunk)
    seqs = await filled(book)
    order = ErasureOrder(entity=PERSON)

    dry = await book.database.erasures.count(book.account.id, order)
    done = await erase(book)

    shown = await book.read(lambda reader: reader.activities(list(seqs.values())))
    journal, changed, of_ann, other = shown
    assert journal.body == LEFT
    assert (changed.summary, changed.metadata) == (f"about {LEFT}", '{"by":"[erased]"}')
    assert of_ann.body == f"Ann knows {JIM}"
    assert other.body == "Xavier and Quibble are words"
    assert done.counts == dry.counts
    assert not any("uibble" in (change.before or "") for change in await book.changes())
    assert await check(book.database, lambda _done, _total: None) == []
    told = await book.rows("SELECT COUNT(*) FROM changes WHERE op = 'updated' AND before = '{}'")
    assert told == [(2,)]


async def test_a_name_that_somebody_else_has_stays(book: Book) -> None:
    """Nobody can tell of whom a text speaks; addresses and numbers go all the same."""
    seqs = await filled(book)
    await book.put("client", "c1", name=JIM)

    await erase(book)

    (journal,) = await book.read(lambda reader: reader.activities([seqs["journal"]]))
    assert journal.body == f"{JIM.upper()}, [erased], [erased]"
    assert await check(book.database, lambda _done, _total: None) == []


async def test_texts_that_are_to_stay_are_not_looked_through(book: Book) -> None:
    """With `unlink`, as everywhere."""
    seqs = await filled(book)

    await erase(book, activities="unlink")

    (journal,) = await book.read(lambda reader: reader.activities([seqs["journal"]]))
    assert journal.body == NAMED
