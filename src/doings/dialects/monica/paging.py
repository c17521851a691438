"""The envelope of lists: a page's documents, the links between pages, and where it stands."""

from collections.abc import Sequence
from typing import Any

import msgspec

from doings.dialects.monica.documents import Links, Many, Meta
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
            path=url,
            per_page=listing.limit,
            to=listing.skip + count if count else None,
            total=page.total,
            statistics=msgspec.UNSET if page.years is None else _statistics(page.years),
            query=msgspec.UNSET if page.query is None else page.query,
        ),
    )


def _statistics(years: list[tuple[int, int]]) -> dict[str, int] | list[None]:
    return {str(year): count for year, count in years} or []
