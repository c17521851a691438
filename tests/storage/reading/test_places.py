"""Where a place lies in a timeline, compared with a walk through all of it."""

from itertools import product
from random import Random

import msgspec
import pytest

from doings.core.activity import Link
from doings.core.clock import DAY
from doings.core.query import Gap, Query
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book

ONE = ("contact", "1")
KINDS = ("note.created", "call.logged", "email.created")


@pytest.fixture
async def filled(book: Book) -> Book:
    """Eighty activities on six days, some at one instant, and on both sides of 1970."""
    random = Random(5)
    instants = [NOON, NOON + 1, NOON - DAY, NOON - 3 * DAY, NOON - DAY // 2, -DAY, -DAY - 5]
    await book.record(
        *[
            note(
                *(["1"] if random.random() < 0.5 else []),
                at=random.choice(instants),
                kind=random.choice(KINDS),
                data="{}",
            )
            for _ in range(80)
        ]
    )
    return book


async def walked(book: Book, query: Query) -> int:
    """How many a walk finds."""
    whole = msgspec.structs.replace(query, limit=200)
    return len((await book.read(lambda reader: reader.page(whole))).items)


FILTERS: list[dict[str, object]] = [
    {},
    {"entities": (ONE,)},
    {"kinds": ("note.*", "call.logged")},
    {"entities": (ONE,), "kinds": ("email.created",)},
    {"entities": (("contact", "none"),)},
    {"kinds": ("none.*",)},
]
BOUNDS = [(None, None), (NOON, None), (None, NOON + 1), (NOON - DAY, NOON), (NOON, NOON - DAY)]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
async def test_counts_what_a_walk_finds(filled: Book, filters: dict[str, object]) -> None:
    """With any bounds, and on either side of any place."""
    seqs = await filled.seqs()
    gaps: list[Gap | None] = [None]
    for at, side in product((NOON, NOON - DAY, -DAY), ("older", "newer")):
        gaps += [Gap(at, 0, side), Gap(at, seqs[40], side)]  # type: ignore[arg-type]

    for (since, until), gap in product(BOUNDS, gaps):
        query = Query(**filters, since=since, until=until, gap=gap)  # type: ignore[arg-type]
        counted = await filled.read(lambda reader, query=query: reader.count(query))  # type: ignore[misc]
        assert counted == await walked(filled, query), query


async def test_days_and_kinds_come_to_the_same(filled: Book) -> None:
    """The sums of both are the number of all."""
    query = Query(entities=(ONE,))

    days = await filled.read(lambda reader: reader.sums_by_day(query))
    kinds = await filled.read(lambda reader: reader.totals_by_kind(ONE))

    assert days == await filled.read(lambda reader: reader.counts_by_day(query))
    assert kinds == await filled.read(lambda reader: reader.counts_by_kind(query))
    assert await filled.read(lambda reader: reader.sums_by_day(Query(kinds=()))) == []
    assert await filled.read(lambda reader: reader.totals_by_kind(("contact", "none"))) == []


async def test_the_newest_revision_of_each(book: Book) -> None:
    """What it replaced, unless that is large; what was never changed is left out."""
    same, changed, large = await book.record(note(), note(summary="a"), note(body="x" * 100))
    await book.revise(changed.seq, note(summary="b"))
    await book.revise(changed.seq, note(Link("contact", "1"), summary="c"))
    await book.revise(large.seq, note())
    seqs = [same.seq, changed.seq, large.seq]

    newest = await book.read(lambda reader: reader.newest_revisions(seqs, 60))

    assert {seq: change.before for seq, change in newest.items()} == {
        changed.seq: '{"summary":"b","links":[]}',
        large.seq: None,
    }
    assert await book.read(lambda reader: reader.newest_revisions([], 60)) == {}
