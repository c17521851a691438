"""Documents are kept while nothing they are made of is changed, and no longer."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from doings.core.activity import Activity, Link
from doings.core.entity import CONTACT, EntityDraft
from doings.core.errors import NotFound
from doings.core.query import Query
from doings.core.store import Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering, Uncacheable
from doings.storage.database import Database
from doings.storage.document_cache import (
    ENTRY_OVERHEAD,
    KEY_OVERHEAD,
    LARGEST_KEPT,
    DocumentCache,
)
from doings.storage.engine import Connection
from doings.storage.sql import statements
from doings.storage.transaction import ReadTransaction, Transaction
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book
from tests.storage.conftest import ENGINES
from tests.storage.test_upgrade import OPENINGS


class Renderings:
    """A rendering that remembers which activities it was given."""

    def __init__(self, about: str = "tests", *, is_lasting: bool = True) -> None:
        self.seqs: list[int] = []
        self.is_lasting = is_lasting
        self.rendering = Rendering(about, self.render)

    async def render(self, _: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        """Summary and names."""
        self.seqs += [activity.seq for activity in activities]
        documents = [
            msgspec.json.encode((one.summary, [link.entity.name for link in one.links]))
            for one in activities
        ]
        return documents if self.is_lasting else list(map(Uncacheable, documents))

    async def shown(self, book: Book, seq: int) -> list[bytes]:
        """The document of one activity."""
        shown = await book.read(lambda reader: reader.rendered([seq], self.rendering))
        return list(map(bytes, shown.documents))

    async def read(self, book: Book, **filters: object) -> list[str]:
        """A page, newest first."""
        query = Query(**filters)  # type: ignore[arg-type]
        page = await book.read(lambda reader: reader.rendered_page(query, self.rendering))
        return [bytes(document).decode() for document in page.items]


@pytest.fixture
async def recorded(book: Book) -> list[int]:
    """Two activities of a contact, and one of a file that belongs to it."""
    await book.put(CONTACT, "1", name="Ann")
    await book.put("file", "f", contact="1")
    drafts = [note("1", summary="a"), note("1", summary="b", at=NOON + 1)]
    drafts.append(note(Link("file", "f"), at=NOON + 2))
    return [one.seq for one in await book.record(*drafts)]


async def test_what_was_shown_is_shown_again(book: Book, recorded: list[int]) -> None:
    """Kept documents serve other pages too, and pages that hold new activities."""
    made = Renderings()

    first = await made.read(book)
    again = await made.read(book, entities=((CONTACT, "1"),), limit=2, is_descending=False)
    (new,) = await book.record(note("1", summary="c", at=NOON + 3))
    last = await made.read(book)

    assert first == ['[null,[null,"Ann"]]', '["b",["Ann"]]', '["a",["Ann"]]']
    assert again == ['["a",["Ann"]]', '["b",["Ann"]]']
    assert last == ['["c",["Ann"]]', *first]
    assert made.seqs == [*recorded[::-1], new.seq]


async def revise(book: Book, seqs: list[int]) -> None:
    """Change an activity."""
    await book.revise(seqs[0], note("1", summary="other"))


async def erase(book: Book, seqs: list[int]) -> None:
    """Delete an activity."""
    await book.erase(seqs[1])


async def rename(book: Book, _: list[int]) -> None:
    """Give somebody another name."""
    await book.put(CONTACT, "1", name="Bob")


async def delete(book: Book, _: list[int]) -> None:
    """Delete somebody."""
    await book.delete(CONTACT, "1")


async def give_away(book: Book, _: list[int]) -> None:
    """Let a thing belong to nobody, which takes its owner from what is recorded about it."""
    await book.put("file", "f")


CHANGES = (revise, erase, rename, delete, give_away)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_changed_is_rendered_again(
    book: Book, recorded: list[int], change: Callable[[Book, list[int]], Awaitable[None]]
) -> None:
    """After a change, the account's documents are rendered from the new rows."""
    made = Renderings()
    before = await made.read(book)
    await change(book, recorded)

    after = await made.read(book)

    assert after == await Renderings("others").read(book)
    assert before != after
    assert len(made.seqs) == len(before) + len(after)


@pytest.mark.parametrize("change", CHANGES)
async def test_change_by_another_process_is_seen(
    request: pytest.FixtureRequest,
    book: Book,
    recorded: list[int],
    tmp_path: Path,
    change: Callable[[Book, list[int]], Awaitable[None]],
) -> None:
    """A change that another store made is seen, because the database counts changes."""
    made = Renderings()
    await made.read(book)
    engine = request.node.callspec.params["database"]
    if engine not in ENGINES:
        pytest.skip("the cluster has one database for all, which opening empties")
    elsewhere = await OPENINGS[engine](tmp_path, TickingClock())

    await change(Book(elsewhere, book.account), recorded)
    await elsewhere.close()

    assert await made.read(book) == await Renderings("others").read(book)


async def cache_version(book: Book) -> int:
    """How often something in the book's account was changed."""
    return await book.database.engine.read(
        lambda connection: ReadTransaction(connection, book.account.id).cache_version()
    )


@pytest.mark.parametrize("is_many", [False, True])
async def test_statement_counts_however_it_is_run(
    book: Book,
    recorded: list[int],
    is_many: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Once for each transaction, for one row as for several."""
    before = await cache_version(book)

    async def work(connection: Connection) -> None:
        transaction = Transaction(connection, book.account.id, clock=TickingClock(), by=None)
        for seq in recorded[:2]:
            if is_many:
                await transaction.execute_many(statements.DELETE_ACTIVITY, [(seq,)])
            else:
                await transaction.execute(statements.DELETE_ACTIVITY, seq=seq)

    await book.database.engine.write(work, account_id=book.account.id)

    assert await cache_version(book) == before + 1


async def test_accounts_do_not_share(book: Book, other: Book, recorded: list[int]) -> None:
    """Two accounts with the same seqs each get their own documents."""
    made = Renderings()
    for _ in recorded:
        await other.record(note("1", summary="theirs"))
    await made.read(book)
    theirs = await made.read(other)
    rendered = len(made.seqs)

    await rename(book, recorded)

    assert await made.read(other) == theirs == ['["theirs",[null]]'] * len(recorded)
    assert len(made.seqs) == rendered


async def test_what_goes_into_a_document_tells_it_apart(book: Book, recorded: list[int]) -> None:
    """Two addresses, two documents."""
    one, another = Renderings("here"), Renderings("there")

    for made in (one, another, one, another):
        await made.read(book)

    assert one.seqs == another.seqs == recorded[::-1]


async def test_fleeting_documents_are_not_kept(book: Book, recorded: list[int]) -> None:
    """They may be others next time."""
    made = Renderings(is_lasting=False)

    assert await made.read(book) == await made.read(book)

    assert made.seqs == recorded[::-1] * 2


async def test_fleeting_documents_take_no_room(book: Book, recorded: list[int]) -> None:
    """However often they are read, what is kept stays."""
    room = KEY_OVERHEAD + len(recorded) * (ENTRY_OVERHEAD + 20)
    book.database.document_cache = DocumentCache(max_bytes=room)
    lasting, fleeting = Renderings("lasting"), Renderings("fleeting", is_lasting=False)
    await lasting.read(book)

    for _ in range(20):
        await fleeting.read(book)
    await lasting.read(book)

    assert lasting.seqs == recorded[::-1]


async def test_what_is_undone_was_never_shown(book: Book, recorded: list[int]) -> None:
    """A transaction shows its own changes to itself alone."""
    made = Renderings()
    before = await made.read(book)

    async def work(writer: Writer) -> None:
        await writer.put_entity((CONTACT, "1"), lambda _: EntityDraft(name="Bob"))
        page = await writer.rendered_page(Query(), made.rendering)
        assert bytes(page.items[2]) == b'["a",["Bob"]]'
        raise NotFound("reason")

    with pytest.raises(NotFound):
        await book.write(work)

    assert await made.read(book) == before
    assert made.seqs == recorded[::-1] * 2


async def test_long_reads_keep_nothing(book: Book, recorded: list[int]) -> None:
    """A long read neither keeps documents nor uses kept ones, because it runs on another thread."""
    made = Renderings()
    query = Query()

    for _ in range(2):
        await book.database.read(
            book.account.id,
            lambda reader: reader.rendered_page(query, made.rendering),
            bounded=False,
        )

    assert made.seqs == recorded[::-1] * 2


async def test_too_many_bytes_drive_out_the_least_recently_shown(book: Book) -> None:
    """What was shown lately stays, whatever was kept first; so do other renderings of it."""
    first, second, third = [one.seq for one in await book.record(note(), note(), note())]
    made = Renderings()
    size = len((await made.shown(book, first))[0]) + ENTRY_OVERHEAD
    room = len(repr((book.account.id, "tests"))) + KEY_OVERHEAD + 2 * size
    book.database.document_cache = DocumentCache(max_bytes=room)
    made.seqs.clear()

    for seq in (first, second, first, third, first, second):
        await made.shown(book, seq)

    assert made.seqs == [first, second, third, second]


async def test_what_is_kept_for_another_rendering_goes_first(book: Book) -> None:
    """Renderings, too, go in the order in which they were shown."""
    (activity,) = await book.record(note())
    abouts = ("a", "b", "c")
    made = {about: Renderings(about) for about in abouts}
    size = len((await made["a"].shown(book, activity.seq))[0]) + ENTRY_OVERHEAD
    room = 2 * (len(repr((book.account.id, "a"))) + KEY_OVERHEAD + size)
    book.database.document_cache = DocumentCache(max_bytes=room)
    made["a"].seqs.clear()

    for about in "abacab":
        await made[about].shown(book, activity.seq)

    assert {about: len(made[about].seqs) for about in abouts} == {"a": 1, "b": 2, "c": 1}


async def test_former_versions_give_their_room_back(book: Book, recorded: list[int]) -> None:
    """However often an account is changed, the cache keeps what it shows now."""
    made = Renderings()
    document_cache = book.database.document_cache = DocumentCache()
    await made.read(book)
    left = document_cache._left  # noqa: SLF001 - nothing else tells what is kept

    for name in ("Bob", "Cid", "Dan"):
        await book.write(partial(_rename, name=name))
        await made.read(book)

    assert document_cache._left == left  # noqa: SLF001
    assert len(made.seqs) == 4 * len(recorded)


async def _rename(writer: Writer, name: str) -> None:
    await writer.put_entity((CONTACT, "1"), lambda _: EntityDraft(name=name))


async def test_older_state_is_neither_shown_nor_kept() -> None:
    """A read that began before a change neither gets newer documents nor keeps its old ones."""

    class Past:
        """A reader of the state that an account had at a cache version."""

        account_id = 1

        def __init__(self, cache_version: int) -> None:
            self.cache_version = cache_version

        async def fitting_activities(
            self, seqs: Sequence[int], *, with_attrs: bool
        ) -> tuple[list[SimpleNamespace], int]:
            assert with_attrs
            return [SimpleNamespace(seq=seq) for seq in seqs], len(seqs)

    async def render(reader: Any, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ANN401
        return [b"%d at %d" % (one.seq, reader.cache_version) for one in activities]

    document_cache = DocumentCache()

    async def read(cache_version: int, *seqs: int) -> list[bytes]:
        reader: Any = Past(cache_version)
        documents = await document_cache.rendered(
            reader, seqs, Rendering("x", render), cache_version
        )
        assert documents.covered == len(seqs)
        return list(map(bytes, documents.documents))

    assert await read(1, 7) == [b"7 at 1"]
    assert await read(2, 7) == [b"7 at 2"]
    assert await read(1, 7, 8) == [b"7 at 1", b"8 at 1"]
    assert await read(2, 7, 8) == [b"7 at 2", b"8 at 2"]


async def test_account_that_does_not_exist_is_not_found(database: Database) -> None:
    """There is no cache version to go by."""
    rendering = Renderings().rendering

    with pytest.raises(NotFound):
        await database.read(99, lambda reader: reader.rendered([1], rendering))


async def test_large_document_is_not_kept(book: Book) -> None:
    """It would drive out those of many others."""
    large, small = await book.record(note(body="x" * 2 * LARGEST_KEPT), note())
    renderings = Renderings()
    sizes = {large.seq: 2 * LARGEST_KEPT, small.seq: 10}

    async def render(_: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        renderings.seqs += [activity.seq for activity in activities]
        return [b"x" * sizes[activity.seq] for activity in activities]

    rendering = Rendering("sizes", render)
    for _ in range(2):
        await book.read(lambda reader: reader.rendered([large.seq, small.seq], rendering))

    assert renderings.seqs == [large.seq, small.seq, large.seq]


async def test_what_documents_are_made_with_takes_room(book: Book) -> None:
    """An address that a caller made up is kept with them, and has an end, too."""
    (activity,) = await book.record(note())
    book.database.document_cache = DocumentCache(max_bytes=5_000)
    abouts = [f"{number}" * 1_000 for number in range(8)]
    renderings = {about: Renderings(about) for about in abouts}

    for about in [*abouts, abouts[0]]:
        await renderings[about].read(book)

    assert renderings[abouts[0]].seqs == [activity.seq] * 2
