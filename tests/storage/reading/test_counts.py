"""Totals, histograms and years: always what counting the rows would give."""

import pytest

from doings.core.activity import Link
from doings.core.clock import DAY, SECOND
from doings.core.entity import CONTACT
from doings.core.query import Query
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book

ONE = (CONTACT, "1")
TODAY = NOON // DAY
MIDNIGHT = TODAY * DAY


@pytest.fixture
async def counted(book: Book) -> Book:
    """Five activities on three days, one of them before 1970, of three kinds."""
    await book.record(
        note("1"),
        note("1", "2", at=MIDNIGHT),
        note("1", at=MIDNIGHT - 1, kind="note.updated"),
        note("2", kind="text.posted"),
        note(at=-1),
    )
    return book


@pytest.mark.parametrize(
    ("entity", "kinds", "total"),
    [
        (None, None, 5),
        (None, (), 0),
        (None, ("note.created",), 3),
        (None, ("note.*",), 4),
        (None, ("note.*", "note.created", "text.*"), 5),
        (None, ("note",), 0),
        (None, ("not.*",), 0),
        (ONE, None, 3),
        (ONE, ("note.updated", "text.posted"), 1),
        ((CONTACT, "2"), ("text.*",), 1),
    ],
)
async def test_total_counts_a_timeline_by_kinds(
    counted: Book, entity: tuple[str, str] | None, kinds: tuple[str, ...] | None, total: int
) -> None:
    """A total is as long as the list it stands above."""
    entities = (entity,) if entity else ()

    found = await counted.read(lambda reader: reader.total(entity, kinds))

    assert found == total
    assert len(await counted.seqs(entities=entities, kinds=kinds)) == total


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        ({}, [(-1, 1), (TODAY - 1, 1), (TODAY, 3)]),
        ({"entities": (ONE,)}, [(TODAY - 1, 1), (TODAY, 2)]),
        ({"kinds": ("note.*",)}, [(-1, 1), (TODAY - 1, 1), (TODAY, 2)]),
        ({"kinds": ()}, []),
        ({"since": MIDNIGHT}, [(TODAY, 3)]),
        ({"until": MIDNIGHT}, [(-1, 1), (TODAY - 1, 1)]),
        ({"since": 0, "until": MIDNIGHT}, [(TODAY - 1, 1)]),
        ({"since": NOON, "until": NOON + 1}, [(TODAY, 3)]),
        ({"since": -DAY, "until": 0}, [(-1, 1)]),
    ],
)
async def test_days_are_counted_by_utc(
    counted: Book, filters: dict[str, object], days: list[tuple[int, int]]
) -> None:
    """Oldest first, days without an activity left out, days begun or ended within counted whole."""
    assert await counted.read(lambda reader: reader.counts_by_day(Query(**filters))) == days  # type: ignore[arg-type]


async def test_kinds_are_counted_most_frequent_first(counted: Book) -> None:
    """Kinds with the same count follow the alphabet."""
    whole = await counted.read(lambda reader: reader.counts_by_kind(Query()))
    today = await counted.read(
        lambda reader: reader.counts_by_kind(Query(entities=(ONE,), since=MIDNIGHT))
    )

    assert whole == [("note.created", 3), ("note.updated", 1), ("text.posted", 1)]
    assert today == [("note.created", 2)]


async def test_counts_follow_every_change(counted: Book) -> None:
    """What is revised or erased is counted where it now belongs, or nowhere."""
    seqs = await counted.seqs(entities=(ONE,))
    await counted.revise(seqs[0], note("1", kind="text.posted", at=MIDNIGHT + DAY))
    await counted.erase(seqs[1])

    assert await counted.read(lambda reader: reader.total(ONE, None)) == 2
    assert await counted.read(lambda reader: reader.counts_by_day(Query(entities=(ONE,)))) == [
        (TODAY - 1, 1),
        (TODAY + 1, 1),
    ]


async def test_years_are_those_of_the_accounts_calendar(book: Book) -> None:
    """In New York the year begins five hours after it does in UTC; only contacts count."""
    new_year = 1_767_225_600 * SECOND  # 2026-01-01T00:00Z
    hour = 3600 * SECOND
    seqs = await book.record(
        note("1", at=new_year),
        note("1", at=new_year + 5 * hour - 1),
        note("1", at=new_year + 5 * hour),
        note(at=new_year),
        note("1", at=-1),
    )

    async def years() -> list[tuple[int, int]]:
        return await book.read(lambda reader: reader.years_with_contacts())

    assert await years() == [(2026, 1), (2025, 2), (1969, 1)]

    await book.erase(seqs[2].seq)
    await book.revise(seqs[0].seq, note(Link("file", "f"), at=new_year))

    assert await years() == [(2025, 1), (1969, 1)]


async def test_entities_are_counted_by_type(book: Book) -> None:
    """Deleted entities are not counted, nor those that stand only as somebody's relation."""
    partial = '{"is_partial":true}'

    async def total() -> int:
        return await book.read(lambda reader: reader.total_entities(CONTACT))

    await book.record(note("1", "2", Link("file", "f")))
    await book.put(CONTACT, "3", attrs=partial)
    assert await total() == 2

    await book.put(CONTACT, "3")
    await book.put(CONTACT, "1", attrs=partial)
    await book.put(CONTACT, "4")
    assert await total() == 3

    await book.delete(CONTACT, "4")
    await book.delete(CONTACT, "1")
    assert await total() == 2

    await book.put(CONTACT, "4", attrs=partial)
    await book.put(CONTACT, "1")
    assert await total() == 3
    assert await book.read(lambda reader: reader.total_entities("file")) == 1
    assert await book.read(lambda reader: reader.total_entities("none")) == 0


async def test_timelines_are_summed_up_together(book: Book) -> None:
    """The total and the newest of each; among activities of one instant, the last recorded."""
    busy, calm = [await book.put(CONTACT, id_) for id_ in ("busy", "calm")]
    older, first, last = await book.record(
        note("busy", at=NOON - DAY), note("busy"), note("busy", kind="call.logged")
    )

    async def summaries() -> dict[int, tuple[int, int | None]]:
        by_seq = await book.read(lambda reader: reader.timeline_summaries([busy.seq, calm.seq]))
        return {
            seq: (summary.total, summary.newest.seq if summary.newest else None)
            for seq, summary in by_seq.items()
        }

    assert await summaries() == {busy.seq: (3, last.seq), calm.seq: (0, None)}
    await book.erase(last.seq)
    assert await summaries() == {busy.seq: (2, first.seq), calm.seq: (0, None)}
    await book.erase(first.seq)
    assert await summaries() == {busy.seq: (1, older.seq), calm.seq: (0, None)}


async def test_no_timelines_have_no_summaries(book: Book) -> None:
    """An empty list gives an empty answer."""
    assert await book.read(lambda reader: reader.timeline_summaries([])) == {}
