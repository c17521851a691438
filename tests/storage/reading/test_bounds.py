"""Pages within two times: what they hold, and that a walk never begins at its start again."""

import re

import msgspec
import pytest

from doings.core.clock import DAY, SECOND
from doings.core.query import Gap, Query, Side
from doings.storage.sql.select import keys_in_order
from tests.builders import note
from tests.clocks import NOON
from tests.storage.book import Book

SINCE, UNTIL = NOON, NOON + DAY


@pytest.mark.parametrize(
    ("side", "at", "kept"),
    [
        ("newer", SINCE - 1, {":since", ":until"}),
        ("newer", SINCE, {":until"}),
        ("newer", SINCE + 1, {":until"}),
        ("older", UNTIL + 1, {":since", ":until"}),
        ("older", UNTIL, {":since", ":until"}),
        ("older", UNTIL - 1, {":since"}),
    ],
)
def test_bound_behind_the_gap_is_left_out(side: Side, at: int, kept: set[str]) -> None:
    """Or SQLite would enter the index there, and walk to the gap again for every page."""
    query = Query(since=SINCE, until=UNTIL, gap=Gap(at, 5, side))

    statement, values = keys_in_order(query, entities=[0], kinds=None)

    assert set(re.findall(r":(?:since|until)\b", statement)) == kept
    assert {f":{name}" for name in values} & {":since", ":until"} == kept


@pytest.mark.parametrize("is_descending", [False, True])
async def test_walk_finds_what_lies_between(book: Book, is_descending: bool) -> None:  # noqa: FBT001
    """The first instant included, the last excluded, however small the pages."""
    moments = [SINCE - 1, SINCE, SINCE, SINCE + SECOND, UNTIL - 1, UNTIL - 1, UNTIL, UNTIL + 1]
    recorded = await book.record(*[note(at=at) for at in moments])
    expected = [one.seq for one in recorded[1:6]]
    query = Query(since=SINCE, until=UNTIL, is_descending=is_descending, limit=1)

    found: list[int] = []
    page = await book.read(lambda reader: reader.page(query))
    while True:
        found += [activity.seq for activity in page.items]
        if page.after is None:
            break
        step = msgspec.structs.replace(query, gap=page.after)
        page = await book.read(lambda reader, step=step: reader.page(step))  # type: ignore[misc]

    assert found == (expected[::-1] if is_descending else expected)


@pytest.mark.parametrize(("side", "at"), [("older", UNTIL), ("newer", SINCE - DAY)])
async def test_gap_outside_of_the_bounds_moves_none(book: Book, side: Side, at: int) -> None:
    """What lies on or beyond a bound stays out."""
    recorded = await book.record(*[note(at=at) for at in (SINCE - 1, SINCE, UNTIL - 1, UNTIL)])

    found = await book.seqs(since=SINCE, until=UNTIL, gap=Gap(at, 1 << 40, side))

    assert sorted(found) == [one.seq for one in recorded[1:3]]
