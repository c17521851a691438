"""Walking a timeline from page to page: everything once, in order, whatever happens meanwhile."""

from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doings.core.activity import Activity, Draft
from doings.core.entity import CONTACT
from doings.core.query import Query, Side, Word
from doings.core.resuming.cursor import Page
from doings.storage.database import Database
from doings.storage.reading import counts
from doings.storage.reading.timeline import search
from tests.builders import contact, note
from tests.clocks import NOON
from tests.storage.book import Book

INSTANTS = [NOON, NOON, NOON + 1, NOON - 86_400_000_000]
"""So few that most activities share theirs."""

drafts = st.builds(
    lambda links, **members: note(*links, **members),
    st.lists(st.sampled_from([contact("1"), contact("2", "actor"), contact("2")]), max_size=2),
    at=st.sampled_from(INSTANTS),
    kind=st.sampled_from(["note.created", "note.updated", "text.posted"]),
    summary=st.sampled_from([None, "red", "green"]),
    origin=st.sampled_from(["api", "crm"]),
)
queries = st.builds(
    Query,
    entities=st.sampled_from([(), ((CONTACT, "1"),), ((CONTACT, "1"), (CONTACT, "2"))]),
    kinds=st.sampled_from([None, None, ("note.*",), ("note.created", "text.posted")]),
    actor=st.sampled_from([None, None, (CONTACT, "2")]),
    origin=st.sampled_from([None, None, "api"]),
    words=st.sampled_from([None, None, (Word("red"),)]),
    until=st.sampled_from([None, NOON + 1]),
    is_descending=st.booleans(),
    limit=st.integers(1, 4),
)
SIDES: tuple[Side, Side] = ("older", "newer")
held = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Interruption(NamedTuple):
    """What happens between two pages: drafts recorded, and activities erased by their place."""

    recorded: list[Draft]
    erased: list[int]


interruptions = st.lists(
    st.builds(
        Interruption, st.lists(drafts, max_size=3), st.lists(st.integers(0, 100), max_size=2)
    ),
    max_size=8,
)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store go in steps so small that a page takes many of them."""
    monkeypatch.setattr(search, "KEY_CHUNK", 3)
    monkeypatch.setattr(counts, "TALLY_CHUNK", 3)


@pytest.fixture
def slugs() -> Iterator[str]:
    """A name for every example's account."""
    return (f"walk-{number}" for number in range(10_000))


async def opened(database: Database, slugs: Iterator[str], before: list[Draft]) -> Book:
    """A fresh account with these activities."""
    account = await database.create_account(next(slugs), name="Walk", time_zone="UTC")
    book = Book(database, account)
    await book.record(*before)
    return book


async def walked(book: Book, query: Query, side: Side) -> AsyncIterator[Page[Activity]]:
    """The pages to one side, from gap to gap, until there is none."""
    while True:
        page = await book.read(lambda reader: reader.page(query))  # noqa: B023 - called at once
        yield page
        ahead = page.after if (side == "older") == query.is_descending else page.before
        if ahead is None:
            return
        query = msgspec.structs.replace(query, gap=ahead)


def place(activity: Activity) -> tuple[int, int]:
    """The place of an activity in every timeline."""
    return activity.occurred_at, activity.seq


async def everything(book: Book, query: Query) -> list[Activity]:
    """What a query is about, by looking at each activity by itself."""
    page = await book.read(lambda reader: reader.page(Query(limit=10_000)))
    found = [activity for activity in page.items if is_meant(activity, query)]
    return sorted(found, key=place, reverse=query.is_descending)


def is_meant(activity: Activity, query: Query) -> bool:
    """Whether a query is about an activity."""
    keys = {link.entity.key for link in activity.links}
    actors = {link.entity.key for link in activity.links if "actor" in link.roles}
    noun = activity.kind.partition(".")[0]
    return (
        (not query.entities or not keys.isdisjoint(query.entities))
        and (query.kinds is None or not {activity.kind, f"{noun}.*"}.isdisjoint(query.kinds))
        and (query.actor is None or query.actor in actors)
        and query.origin in (None, activity.origin)
        and all(word.text == activity.summary for word in query.words or ())
        and (query.until is None or activity.occurred_at < query.until)
    )


@held
@given(before=st.lists(drafts, max_size=14), query=queries)
async def test_walk_in_either_direction_gives_the_whole_answer(
    database: Database, slugs: Iterator[str], before: list[Draft], query: Query
) -> None:
    """Forth from the start, and from the last page back again, page by page the same."""
    book = await opened(database, slugs, before)
    expected = await everything(book, query)
    forth: Side = "older" if query.is_descending else "newer"
    back: Side = "newer" if query.is_descending else "older"

    pages = [page async for page in walked(book, query, forth)]
    shown = [activity for page in pages for activity in page.items]
    returning = msgspec.structs.replace(query, gap=pages[-1].before)
    returned = [page async for page in walked(book, returning, back)] if len(pages) > 1 else []

    assert shown == expected
    assert all(len(page.items) == query.limit for page in pages[:-1])
    assert pages[0].before is None
    assert pages[-1].after is None
    assert [page.items for page in returned] == [page.items for page in pages[-2::-1]][
        : len(returned)
    ]
    assert [activity for page in returned[::-1] for activity in page.items] == expected[
        : (len(pages) - 1) * query.limit
    ]


@held
@given(before=st.lists(drafts, max_size=14), query=queries, meanwhile=interruptions)
async def test_walk_shows_once_whatever_stays(
    database: Database,
    slugs: Iterator[str],
    before: list[Draft],
    query: Query,
    meanwhile: list[Interruption],
) -> None:
    """What exists from the first page to the last is seen exactly once, and nothing twice."""
    book = await opened(database, slugs, before)
    at_first = {activity.seq for activity in await everything(book, query)}
    interrupting = iter(meanwhile)
    shown: list[Activity] = []

    async for page in walked(book, query, "older" if query.is_descending else "newer"):
        shown += page.items
        await interrupt(book, next(interrupting, Interruption([], [])))

    at_last = {activity.seq for activity in await everything(book, query)}
    seqs = [activity.seq for activity in shown]
    places = [place(activity) for activity in shown]
    assert len(seqs) == len(set(seqs))
    assert places == sorted(places, reverse=query.is_descending)
    assert at_first & at_last <= set(seqs)


async def interrupt(book: Book, interruption: Interruption) -> None:
    """Record and erase."""
    await book.record(*interruption.recorded)
    for number in interruption.erased:
        seqs = await book.seqs(limit=10_000)
        if seqs:
            await book.erase(seqs[number % len(seqs)])


@held
@given(before=st.lists(drafts, min_size=1, max_size=10), query=queries, side=st.sampled_from(SIDES))
async def test_gap_stays_where_it_is_when_what_it_touches_is_deleted(
    database: Database, slugs: Iterator[str], before: list[Draft], query: Query, side: Side
) -> None:
    """Erasing the activities on both sides of a gap changes nothing for those beyond them."""
    book = await opened(database, slugs, before)
    first = await book.read(lambda reader: reader.page(query))
    gap = first.after
    if gap is None:
        return
    beyond = msgspec.structs.replace(query, limit=100, gap=msgspec.structs.replace(gap, side=side))
    expected = (await book.read(lambda reader: reader.page(beyond))).items
    erased = first.items[-1].seq

    await book.erase(erased)

    found = (await book.read(lambda reader: reader.page(beyond))).items
    assert [one.seq for one in found] == [one.seq for one in expected if one.seq != erased]
    assert all(one < two for one, two in pairwise(sorted(map(place, found))))
