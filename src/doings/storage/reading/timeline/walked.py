"""The page that a walk through the keys of a timeline comes to. Pure."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from doings.core.query import Key, Query
from doings.core.resuming.cursor import Page, page_of
from doings.storage.engine import Row
from doings.storage.reading.timeline.ranges import gap_behind

T = TypeVar("T")


def seqs_of(query: Query, walked: Sequence[Row]) -> list[int]:
    """The seqs of a page, in the direction of the walk."""
    return [key[1] for key in walked[: query.limit]]


def page_of_walk(
    query: Query, walked: Sequence[Row], items: list[T], covered: int, *, is_whole: bool = False
) -> Page[T]:
    """The page of what a walk gave, in the order asked for.

    `items` are what the first `covered` of its keys lead to. What did not fit follows on the next
    page like what lies behind the limit; for a page that `is_whole`, its seqs are the rest.
    """
    count = min(len(walked), query.limit) if is_whole else covered
    ends = (walked[0][:2], walked[count - 1][:2]) if count else None
    rest = [key[1] for key in walked[covered:count]]
    if (query.side == "older") != query.is_descending:
        items.reverse()
        ends = ends and ends[::-1]
    return page_of(query, items, ends, has_more=count < len(walked), rest=rest)


def cut_page(query: Query, page: Page[T], cut_at: Key) -> Page[T]:
    """A page that stopped at a key, from where it goes on to the side of the query."""
    gap = gap_behind(cut_at, query)
    is_ahead = (query.side == "older") == query.is_descending
    return msgspec.structs.replace(
        page,
        before=page.before if is_ahead else gap,
        after=gap if is_ahead else page.after,
        is_cut=True,
    )
