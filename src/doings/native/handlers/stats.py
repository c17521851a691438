"""Counts from the tallies."""

from starlette.responses import Response

from doings.core.clock import date_from_day
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.core.store import Reader
from doings.core.store.entities import EntityReader
from doings.httpkit.params import QueryString, one_of
from doings.httpkit.request import Request
from doings.native.documents import DayCount, DayStats, KindCount, KindStats
from doings.native.http.responses import respond_document
from doings.native.params import instant, kinds_in, links_in


async def show_stats(request: Request) -> Response:
    """How much happened, by UTC day or by kind."""
    by = one_of(request.query, "by", ("day", "kind"))
    query = tallied_query(request.query)

    async def read(reader: Reader) -> DayStats | KindStats:
        if not await _is_known(reader, query):
            return _by_kind([]) if by == "kind" else _by_day([])
        if by == "kind":
            return _by_kind(await reader.counts_by_kind(query))
        return _by_day(await reader.counts_by_day(query))

    return respond_document(request, await request.timeline.read(read, bounded=False))


def tallied_query(params: QueryString) -> Query:
    """The filters that tallies are kept for; raises Malformed."""
    links = links_in(params)
    if len(links) > 1:
        raise Malformed("counts are kept for one thing at a time", "link")
    return Query(
        entities=links,
        kinds=kinds_in(params),
        since=instant(params, "since"),
        until=instant(params, "until"),
    )


async def _is_known(reader: EntityReader, query: Query) -> bool:
    """Whether what the query names exists: what does not has no activities, as in a list."""
    return not query.entities or bool(await reader.entities_by_key(query.entities))


def _by_day(counts: list[tuple[int, int]]) -> DayStats:
    items = [DayCount(date_from_day(day).isoformat(), count) for day, count in counts]
    return DayStats(items, sum(count for _, count in counts))


def _by_kind(counts: list[tuple[str, int]]) -> KindStats:
    items = [KindCount(kind, count) for kind, count in counts]
    return KindStats(items, sum(count for _, count in counts))
