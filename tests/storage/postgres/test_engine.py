"""What only PostgreSQL does: several processes, lost servers, plans, and its own SQL."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from doings.core.budget import SEARCH_WORDS
from doings.core.entity import CONTACT
from doings.core.errors import Conflict, NotFound, Unavailable
from doings.core.query import Gap, Query, words_from_text
from doings.core.store import Writer
from doings.core.store.activities import Recorded
from doings.storage.database import Database, open_database
from doings.storage.engine import Connection, Row
from doings.storage.postgres.connection import compiled
from doings.storage.postgres.engine import Sizes, open_postgres
from doings.storage.postgres.search import SCHEMA
from doings.storage.sql import select
from doings.storage.sql.schema.tables import ACCOUNT_TABLES
from tests.builders import note
from tests.clocks import TickingClock
from tests.storage import servers
from tests.storage.book import Book
from tests.storage.servers import Server

Open = Callable[..., Awaitable[Database]]


@pytest.fixture
async def process(url: str, clock: TickingClock) -> AsyncIterator[Open]:
    """Opens the database as one process more, with engines that share nothing but the server."""
    opened: list[Database] = []

    async def open_one(at: str = url, **options: object) -> Database:
        engine = await open_postgres(at, **options)  # type: ignore[arg-type]
        opened.append(await open_database(engine, clock, SCHEMA))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may kill."""
    server = Server()
    server.start()
    yield server
    server.remove()


async def book_of(database: Database, slug: str = "acme") -> Book:
    """A new account of the database."""
    return Book(database, await database.create_account(slug, name=slug, time_zone="UTC"))


async def seqs_of_changes(book: Book) -> list[int]:
    """Every seq that was given to an activity or a later change, in order."""
    seqs: list[int] = []
    while chunk := await book.changes(seqs[-1] if seqs else 0):
        seqs += [change.seq for change in chunk]
    return seqs


@pytest.mark.parametrize(
    ("sql", "expected", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT x::text, :a::bigint", "SELECT x::text, $1::bigint", ("a",)),
        ("SELECT ':a', 'it''s :b', :c", "SELECT ':a', 'it''s :b', $1", ("c",)),
        ("id >= '0' AND id < ':' AND x = :x", "id >= '0' AND id < ':' AND x = $1", ("x",)),
        ("= ANY(:list)", "= ANY($1)", ("list",)),
        ("SELECT 1", "SELECT 1", ()),
    ],
)
def test_placeholders_are_numbered(sql: str, expected: str, names: tuple[str, ...]) -> None:
    """Names become numbers in the order of appearance; casts and literals stay as they are."""
    assert compiled(sql) == (expected, names)


async def test_killed_server_loses_nothing_that_was_acknowledged(
    own_server: Server, process: Open
) -> None:
    """After SIGKILL requests are Unavailable until it is back; then all goes on by itself."""
    database = await process(own_server.url())
    books = [await book_of(database, f"account-{number}") for number in range(3)]
    acknowledged: list[tuple[Book, Recorded]] = []
    failures: list[Exception] = []
    is_over = asyncio.Event()

    async def write_on(book: Book, names: Iterator[str]) -> None:
        while not is_over.is_set():
            try:
                recorded = await book.record(note("1", external_id=next(names)))
            except Exception as error:  # noqa: BLE001 - what it is, is looked at below
                failures.append(error)
                await asyncio.sleep(0.02)
            else:
                acknowledged.append((book, recorded[0]))

    names = map(str, itertools.count())
    writers = [asyncio.create_task(write_on(book, names)) for book in books * 5]
    await asyncio.sleep(0.5)
    before = len(acknowledged)
    await asyncio.to_thread(own_server.kill)
    with pytest.raises(Unavailable):
        await database.ping()
    await asyncio.sleep(0.2)
    away = len(acknowledged)
    await asyncio.to_thread(own_server.start)
    await asyncio.sleep(0.5)
    is_over.set()
    await asyncio.gather(*writers)

    assert before
    assert len(acknowledged) > away
    assert {type(error) for error in failures} == {Unavailable}
    for book, recorded in acknowledged:
        assert await book.read(lambda reader, id_=recorded.id: reader.activity(id_))  # type: ignore[misc]
    for book in books:
        seqs = await seqs_of_changes(book)
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert await book.read(lambda reader: reader.total(None, None)) == len(seqs)


async def test_seqs_have_no_gaps_and_follow_commits(process: Open) -> None:
    """A reader who goes on after a seq misses nothing, however many processes write."""
    processes = [await process() for _ in range(3)]
    book = await book_of(processes[0])
    await book.record(note("1"))
    first = await book.last_seq()
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < 90:
            seen.extend(change.seq for change in await book.changes(seen[-1] if seen else first))
            await asyncio.sleep(0)

    async def write(database: Database) -> None:
        own = Book(database, book.account)
        await asyncio.gather(*[own.record(note("1")) for _ in range(30)])

    async with asyncio.timeout(30):
        await asyncio.gather(follow(), *[write(database) for database in processes])

    assert seen == list(range(first + 1, first + 91))


async def test_writes_in_several_accounts_do_not_lock_each_other_out(process: Open) -> None:
    """Whatever the order in which they are named, accounts are locked in one order."""
    processes = [await process() for _ in range(2)]
    one = (await book_of(processes[0], "one")).account.id
    other = (await book_of(processes[0], "other")).account.id

    async def write(database: Database, account_id: int, also: int) -> None:
        async def work(writer: Writer) -> None:
            await writer.record([note("1")])
            await writer.others[also].record([note("1")])

        await database.write(account_id, work, also=(also,))

    async with asyncio.timeout(30):
        await asyncio.gather(
            *[write(database, one, other) for database in processes * 10],
            *[write(database, other, one) for database in processes * 10],
        )

    for account_id in (one, other):
        assert await processes[0].read(account_id, lambda reader: reader.total(None, None)) == 40


async def test_waiting_writes_of_an_account_share_a_commit(process: Open) -> None:
    """A bad one among them fails alone."""
    database = await process()
    book = await book_of(database)
    sizes: list[int] = []
    database.engine.group_sizes = sizes.append

    async def fail(_: Writer) -> None:
        raise NotFound("thing")

    good = [book.record(note("1")) for _ in range(20)]
    results = await asyncio.gather(*good, book.write(fail), return_exceptions=True)

    assert [type(result) for result in results] == [list] * 20 + [NotFound]
    assert sum(sizes) == 21
    assert len(sizes) < 5
    assert len(await book.timeline("1")) == 20


async def test_a_write_that_the_database_refuses_fails_alone(process: Open) -> None:
    """The transaction of a group goes on after a statement that failed."""
    book = await book_of(await process())

    async def double(writer: Writer) -> None:
        await writer.put_entity(
            ("contact", "2"), lambda _: (_ for _ in ()).throw(ZeroDivisionError)
        )

    async def break_off(connection: Connection) -> None:
        await connection.execute("SELECT 1 / 0")

    results = await asyncio.gather(
        book.record(note("1")),
        book.write(double),
        book.database.engine.write(break_off, account_id=book.account.id),
        book.record(note("1")),
        return_exceptions=True,
    )

    assert [isinstance(result, Exception) for result in results] == [False, True, True, False]
    assert len(await book.timeline("1")) == 2


async def test_an_account_is_created_once(process: Open) -> None:
    """Of two that ask for the same slug at once, one is told; different ones get on together."""
    processes = [await process() for _ in range(3)]

    def create(database: Database, slug: str) -> Awaitable[object]:
        return database.create_account(slug, name="x", time_zone="UTC")

    same = await asyncio.gather(
        *[create(database, "same") for database in processes * 2], return_exceptions=True
    )
    await asyncio.gather(
        *[create(database, f"s{number}") for number, database in enumerate(processes * 3)]
    )

    assert sum(isinstance(one, Conflict) for one in same) == 5
    accounts = await processes[0].accounts()
    assert len({account.id for account in accounts}) == len(accounts) == 10


async def test_many_processes_may_start_on_an_empty_database(process: Open) -> None:
    """One of them makes the tables, and all know the same secret."""
    opened = await asyncio.gather(*[process() for _ in range(6)])

    assert len({database.secret for database in opened}) == 1


async def test_a_commit_wakes_other_processes(process: Open) -> None:
    """Who waits for a commit need not look again to learn of one elsewhere."""
    here, there = await process(), await process()
    book = await book_of(there)

    with here.following(book.account.id) as followed:
        await asyncio.sleep(0.5)  # until it listens; until then it looks
        for number in range(3):
            news = followed.next_commit()
            await book.record(note(str(number)))
            async with asyncio.timeout(10):
                await news


async def test_unprepared_statements_do_the_same(process: Open) -> None:
    """As behind a pgbouncer that pools transactions: nothing is left on a connection."""
    book = await book_of(await process(prepared=False))

    await book.record(*[note(str(number), summary=f"Number {number}") for number in range(50)])
    await book.record(note("7", summary="Ünd noch eine"))

    assert len(await book.timeline("7")) == 2
    assert len(await book.seqs(words=words_from_text("und"))) == 1
    engine = book.database.engine
    left = await engine.read(lambda one: one.fetch("SELECT name FROM pg_prepared_statements"))
    assert left == []


async def test_unbounded_reads_leave_connections_to_the_bounded(process: Open) -> None:
    """However many exports run, a page is answered."""
    database = await process(sizes=Sizes(bounded=1, unbounded=1, writing=1))
    book = await book_of(database)
    is_over = asyncio.Event()

    async def export(_: Connection) -> None:
        await is_over.wait()

    exports = [asyncio.create_task(database.engine.read(export, bounded=False)) for _ in range(5)]
    async with asyncio.timeout(5):
        await book.record(note("1"))
        found = await book.timeline("1")
    is_over.set()
    await asyncio.gather(*exports)

    assert len(found) == 1


async def test_a_connection_that_the_server_ends_is_replaced(process: Open) -> None:
    """Work that broke off before it was committed is begun again."""
    book = await book_of(await process())
    await book.record(note("1"))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"

    for _ in range(3):
        await servers.running().command(others + " AND backend_type = 'client backend'")
        await book.record(note("1"))
        await book.timeline("1")

    assert len(await book.timeline("1")) == 4


async def test_what_cannot_be_stored_is_not_found(process: Open) -> None:
    """Text with NUL and numbers beyond the columns' range name nothing."""
    book = await book_of(await process())
    seq = (await book.record(note("1")))[0].seq

    for ref in (1 << 63, -1 << 70, "a\0b"):
        with pytest.raises(NotFound):
            await book.read(lambda reader, ref=ref: reader.activity(ref))  # type: ignore[misc]
    with pytest.raises(NotFound):
        await book.database.account("ac\0me")
    assert await book.database.credential("k\0") is None
    assert await book.timeline("1\0") == []
    assert await book.seqs(words=words_from_text("a\0b")) == []
    assert await book.changes(1 << 70) == []
    assert await book.timeline("1") == [seq]


async def test_long_texts_are_found(process: Open) -> None:
    """By every word of theirs, and by phrases as far as PostgreSQL counts places."""
    book = await book_of(await process())
    many = " ".join(f"w{number}" for number in range(40_000))
    await book.record(
        note(summary="beginning", body=many),
        note(body="again and " * 90_000),
        note(body="x" * 900_000),
        note(body="é" * 400_000 + " end"),
    )

    async def found(text: str) -> int:
        return len(await book.seqs(words=words_from_text(text)))

    assert await found("w39999") == 1
    assert await found('"w15000 w15001"') == 1
    assert await found('"w16377 w16378"') == 1
    assert await found('"w16378 w16379"') == await found('"w39998 w39999"') == 0
    assert await found('"w16378 w39999"') == await found('"w16379 w39999"') == 0
    assert await found('"beginning w0"') == 0
    assert await found('"again and again"') == 1
    assert await found("xxxx*") == 1
    assert await found("x" * 900_000) == 1
    assert await found("end") == 1
    assert await found(" ".join(f"w{number}" for number in range(SEARCH_WORDS))) == 1


SHAPES = {
    "everything": ([0], None, None),
    "from a place": ([0], None, Gap(5, 5, "older")),
    "from a place to the newer": ([0], None, Gap(5, 5, "newer")),
    "of kinds": ([1], ["a.a", "b.b", "c.c"], Gap(5, 5, "older")),
    "of entities": ([1, 2, 3], None, Gap(5, 5, "newer")),
    "of kinds and entities": ([1, 2], ["a.a", "b.b"], None),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_timelines_are_read_in_the_order_of_an_index(shape: str, process: Open) -> None:
    """Nothing is sorted and no table is read through, with figures about the tables or without."""
    database = await process()
    await book_of(database)
    entities, kinds, gap = SHAPES[shape]
    built = [
        select.keys_in_order(Query(gap=gap), entities=entities, kinds=kinds),
        select.keys_with_cache_version(Query(gap=gap)),
        select.keys_with_cache_version(Query(gap=gap, entities=((CONTACT, "1"),))),
    ]

    async def plans(connection: Connection) -> list[list[Row]]:
        return [
            await connection.fetch(f"EXPLAIN {sql}", account_id=1, **values)
            for sql, values in built
        ]

    fresh = await database.engine.read(plans)
    # Not all of the database: it holds the schemas of every test that came before.
    tables = f"ANALYZE {', '.join(ACCOUNT_TABLES)}"
    await database.engine.write(lambda connection: connection.execute_script(tables))
    known = await database.engine.read(plans)

    for rows in (*fresh, *known):
        text = "\n".join(row[0] for row in rows)
        assert "Index Only Scan" in text or "Index Scan" in text
        assert "Sort  (" not in text
        assert "Seq Scan" not in text
        assert "Bitmap" not in text
