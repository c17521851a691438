"""Counts from the tallies."""

from starlette.responses import Response

from doings.core.clock import date_from_day
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.core.store import Reader
from doings.httpkit.input.params import QueryString, one_of
from doings.httpkit.request import Request
from doings.httpkit.viewing import narrowed
from doings.native.documents.stats import DayCount, DayStats, KindCount, KindStats
from doings.native.http.position import read_shown
from doings.native.http.responses import encode, respond_json
from doings.native.params import instant, kinds_in, links_in


async def show_stats(request: Request) -> Response:
    """How much happened, by UTC day or by kind; raises Forbidden for a viewer of something else."""
    by = one_of(request.query, "by", ("day", "kind"))
    principal = request.principal
    query = narrowed(tallied_query(request.query, principal.account.time_zone), principal.view)

    async def read(reader: Reader) -> bytes:
        # Encoded here, on a thread: an account may have as many days and kinds as it likes.
        if by == "kind":
            return encode(_by_kind(await reader.counts_by_kind(query)))
        return encode(_by_day(await reader.counts_by_day(query)))

    return respond_json(request, await read_shown(request, read, bounded=False))


def tallied_query(params: QueryString, time_zone: str) -> Query:
    """The filters that tallies are kept for; raises Malformed."""
    links = links_in(params)
    if len(links) > 1:
        raise Malformed("counts are kept for one thing at a time", "link")
    return Query(
        entities=links,
        kinds=kinds_in(params),
        since=instant(params, "since", time_zone),
        until=instant(params, "until", time_zone),
    )


def _by_day(counts: list[tuple[int, int]]) -> DayStats:
    items = [DayCount(date_from_day(day).isoformat(), count) for day, count in counts]
    return DayStats(items, sum(count for _, count in counts))


def _by_kind(counts: list[tuple[str, int]]) -> KindStats:
    items = [KindCount(kind, count) for kind, count in counts]
    return KindStats(items, sum(count for _, count in counts))
