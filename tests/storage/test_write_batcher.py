"""Single activities that come at the same time: recorded together, answered each for itself."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from doings.core.activity import Activity, Draft, Link
from doings.core.errors import Busy, Invalid, NotFound, Unavailable
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.core.store.activities import Recorded
from doings.core.text import object_from_text
from doings.storage import write_batcher
from doings.storage.database import Database
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book
from tests.storage.hazards.test_concurrency import gapless


async def record(book: Book, draft: Draft, by: str | None = None) -> tuple[Activity, bool]:
    """Record one by itself."""
    return await book.database.record(book.account.id, draft, by=by)


async def test_all_are_recorded_and_each_gets_its_own(book: Book) -> None:
    """Each write is answered with its own activity, whatever else is in its batch."""
    found = await asyncio.gather(
        *[record(book, note(str(n % 5), summary=f"number {n}")) for n in range(300)]
    )

    assert [activity.summary for activity, _ in found] == [f"number {n}" for n in range(300)]
    assert [activity.contacts()[0].id for activity, _ in found] == [str(n % 5) for n in range(300)]
    assert all(is_new for _, is_new in found)
    assert await book.read(lambda reader: reader.total(None, None)) == 300
    assert await gapless(book)


async def test_they_share_transactions_and_are_counted_one_by_one(
    book: Book, database: Database
) -> None:
    """The metric of commits is about callers, however few batches they make."""
    sizes: list[int] = []
    recorded: list[int] = []
    database.engine.group_sizes = sizes.append
    database.on_recorded = recorded.append

    await asyncio.gather(*[record(book, note("1")) for _ in range(100)])

    assert sum(sizes) == sum(recorded) == 100
    assert len(sizes) < 10


async def test_no_batch_is_more_work_than_it_may_be(book: Book, database: Database) -> None:
    """Long texts and many links make batches smaller."""
    sizes: list[int] = []
    database.engine.group_sizes = sizes.append

    await asyncio.gather(*[record(book, note("1", body="word " * 60_000)) for _ in range(6)])

    assert sum(sizes) == 6
    assert max(sizes) == 1


async def test_no_batch_is_larger_than_it_may_be(book: Book, database: Database) -> None:
    """What is too much for one waits for the next."""
    sizes: list[int] = []
    database.engine.group_sizes = sizes.append
    database.write_batcher.most = 40

    await asyncio.gather(*[record(book, note("1")) for _ in range(100)])

    assert sizes == [40, 40, 20]


async def test_feed_knows_who_recorded_what(book: Book) -> None:
    """Credentials never share a batch."""
    callers = ["one", "two", None]

    await asyncio.gather(
        *[record(book, note("1", summary=str(caller)), caller) for caller in callers * 10]
    )

    changes = await book.changes()
    activities = await book.read(
        lambda reader: reader.activities([change.activity_seq for change in changes])
    )
    assert [change.by for change in changes].count("one") == 10
    assert [str(change.by) for change in changes] == [one.summary for one in activities]


async def test_same_external_id_is_recorded_once(book: Book) -> None:
    """Every request that sent it gets the one activity."""
    found = await asyncio.gather(*[record(book, note("1", external_id="e")) for _ in range(40)])

    assert len({activity.id for activity, _ in found}) == 1
    assert [is_new for _, is_new in found].count(True) == 1


async def test_kinds_of_every_sort_share_a_batch(book: Book) -> None:
    """What begins an interaction is completed, and what does not is left as it is."""
    ida = Link("individual", "i1", "counterpart")
    asked = Draft(kind="details.requested", occurred_at=NOON, links=(ida,))

    (begun, _), (other, _) = await asyncio.gather(record(book, asked), record(book, note("1")))

    assert object_from_text(begun.data)["status"] == "SENT"
    assert (other.kind, other.data) == ("note.created", "{}")


async def test_what_cannot_be_recorded_fails_alone(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writes of its batch are recorded once."""
    plain = recording.record

    async def refusing(writer: Writer, drafts: Sequence[Draft]) -> list[Recorded]:
        recorded = await plain(writer, drafts)
        if any(draft.summary == "bad" for draft in drafts):
            raise Invalid.of("summary", "bad")
        return recorded

    monkeypatch.setattr(recording, "record", refusing)
    drafts = [note("1", summary="bad" if n % 10 == 3 else "good") for n in range(60)]

    outcomes = await asyncio.gather(*[record(book, one) for one in drafts], return_exceptions=True)

    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Invalid)]
    assert failed == list(range(3, 60, 10))
    assert len(await book.seqs()) == 54
    assert await gapless(book)


async def ends_while_unavailable(
    book: Book, database: Database, count: int
) -> tuple[int, list[type]]:
    """How often a store is asked that loses its connection, and what so many writes end with."""
    asked = 0

    async def lost(*_: object, **__: object) -> Any:  # noqa: ANN401 - whatever the work gives
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise Unavailable("the connection was lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.engine, "write", lost)
        outcomes = await asyncio.gather(
            *[record(book, note("1")) for _ in range(count)], return_exceptions=True
        )
    return asked, [type(outcome) for outcome in outcomes]


async def test_unavailable_store_is_asked_once(book: Book, database: Database) -> None:
    """A connection may be lost after the commit: to try again could record twice."""
    asked, ends = await ends_while_unavailable(book, database, 20)

    assert asked == 1
    assert ends == [Unavailable] * 20
    assert (await record(book, note("1")))[1]


async def test_all_who_wait_learn_at_once_that_the_store_is_unavailable(
    book: Book, database: Database
) -> None:
    """A server that is stuck takes its time to say so, and shall not take it for each batch."""
    database.write_batcher.most = 5

    asked, ends = await ends_while_unavailable(book, database, 40)

    assert asked == 1
    assert ends == [Unavailable] * 40
    assert (await record(book, note("1")))[1]


async def test_what_nobody_waits_for_any_more_is_still_recorded(book: Book) -> None:
    """The other writes of the batch are recorded when one client hangs up."""
    recording = [asyncio.create_task(record(book, note(str(n)))) for n in range(3)]
    await asyncio.sleep(0)

    recording[1].cancel()

    outcomes = await asyncio.gather(*recording, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in outcomes] == [False, True, False]
    assert len(await book.seqs()) == 3


async def test_closing_records_what_was_accepted(book: Book, database: Database) -> None:
    """Requests that wait are answered before the store closes."""
    recording = [asyncio.create_task(record(book, note("1"))) for _ in range(10)]
    await asyncio.sleep(0)
    assert database.queue_depth == 10

    await database.close()

    assert all(is_new for _, is_new in await asyncio.gather(*recording))
    assert database.queue_depth == 0


async def test_a_write_after_the_end_is_refused(book: Book) -> None:
    """On every engine, instead of waiting for ever."""
    await book.database.close()

    with pytest.raises(Unavailable, match="shutting down"):
        await book.record(note())


async def test_a_caller_may_have_only_so_many_waiting(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next ones are refused, and those that wait are recorded."""
    monkeypatch.setattr(write_batcher, "ACCOUNT_WRITES", 2)

    ends = await asyncio.gather(
        *[record(book, note("1")) for _ in range(4)], return_exceptions=True
    )

    refused = [end for end in ends if isinstance(end, Busy)]
    assert [error.bound for error in refused] == ["writer"] * 2
    assert await book.read(lambda reader: reader.total(None, None)) == 2


async def test_what_requires_something_that_is_not_there_fails_alone(book: Book) -> None:
    """The others of the batch are recorded; what one requires is looked up for all together."""
    await book.put("membership", "m1")
    await book.put("membership", "m2")
    await book.delete("membership", "m2")

    async def requiring(*ids: str) -> Activity:
        keys = [("membership", id_) for id_ in ids]
        draft = note("1", summary=" ".join(ids))
        activity, _ = await book.database.record(book.account.id, draft, requires=keys)
        return activity

    wanted = [("m1",), ("m1", "gone"), ("m2",), ()]
    found = await asyncio.gather(*[requiring(*ids) for ids in wanted], return_exceptions=True)

    first, never_there, deleted, last = found
    assert isinstance(first, Activity)
    assert isinstance(last, Activity)
    assert isinstance(never_there, NotFound)
    assert isinstance(deleted, NotFound)
    assert (never_there.what, never_there.name) == ("membership", "gone")
    assert (deleted.what, deleted.name) == ("membership", "m2")
    assert await book.read(lambda reader: reader.total(None, None)) == 2
