"""The envelope of lists: a page's documents, the links between pages, and where it stands."""

from collections.abc import Sequence
from typing import Any

import msgspec

from doings.dialects.monica.documents import Links, Many, Meta, PageLink
from doings.dialects.monica.params import Listing

HEAD = b'{"data":['
"""How the envelope of a list begins."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of documents; `years` where activities are listed, `query` where one was searched.

    `rest` are the seqs of what belongs to the page and did not fit into what is read at once: its
    documents are sent as they are read.
    """

    documents: list[Any]
    total: int
    rest: Sequence[int] = ()
    years: list[tuple[int, int]] | None = None
    query: str | None = None


def list_document(page: Page, listing: Listing, url: str) -> Many:
    """Put a page into its envelope; `url` is the list's own, without parameters."""
    last_page = max(1, -(-page.total // listing.limit))
    count = len(page.documents) + len(page.rest)
    number = listing.page
    return Many(
        data=page.documents,
        links=Links(
            first=f"{url}?page=1",
            last=f"{url}?page={last_page}",
            prev=f"{url}?page={number - 1}" if number > 1 else None,
            next=f"{url}?page={number + 1}" if number < last_page else None,
        ),
        meta=Meta(
            current_page=number,
            from_=listing.skip + 1 if count else None,
            last_page=last_page,
            links=page_links(number, last_page, url),
            path=url,
            per_page=listing.limit,
            to=listing.skip + count if count else None,
            total=page.total,
            statistics=msgspec.UNSET if page.years is None else _statistics(page.years),
            query=msgspec.UNSET if page.query is None else page.query,
        ),
    )


NEAR = 3
"""How many pages are named on either side of the present one."""

ENDS = 2
"""How many pages are always named at either end."""

PREVIOUS, NEXT, LEFT_OUT = "\u276e Previous", "Next \u276f", "..."


def page_links(number: int, last_page: int, url: str) -> list[PageLink]:
    """The links below a list, as Monica's framework makes them: of many pages some are left out."""
    links = [_page_link(PREVIOUS, number - 1 if number > 1 else None, url)]
    before = 0
    for page in _named_pages(number, last_page):
        if page != before + 1:
            links.append(PageLink(None, LEFT_OUT, active=False))
        links.append(_page_link(str(page), page, url, is_present=page == number))
        before = page
    return [*links, _page_link(NEXT, number + 1 if number < last_page else None, url)]


def _named_pages(number: int, last_page: int) -> list[int]:
    """The pages that have a link: all of few, else those at the ends and near the present one."""
    window = 2 * NEAR + 4
    if last_page < window + 4:
        return list(range(1, last_page + 1))
    first, last = [*range(1, ENDS + 1)], [*range(last_page - ENDS + 1, last_page + 1)]
    if number <= NEAR + 4:
        return [*range(1, window + 1), *last]
    if number > last_page - NEAR - 4:
        return [*first, *range(last_page - window + 1, last_page + 1)]
    return [*first, *range(number - NEAR, number + NEAR + 1), *last]


def _page_link(label: str, page: int | None, url: str, *, is_present: bool = False) -> PageLink:
    return PageLink(None if page is None else f"{url}?page={page}", label, is_present)


def _statistics(years: list[tuple[int, int]]) -> dict[str, int] | list[None]:
    return {str(year): count for year, count in years} or []
