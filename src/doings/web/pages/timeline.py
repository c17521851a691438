"""The timeline: a page of it, parts that scripts ask for, and what happens meanwhile."""

import asyncio
from datetime import date

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.account import Account
from doings.core.clock import date_from_day, local_date
from doings.core.kinds.rules import kind_named
from doings.core.resuming.position import position_from_text
from doings.core.store import Reader
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.live.sse import HEADERS
from doings.web.display import zone_of
from doings.web.page import HTML, render, respond_compressed, respond_page
from doings.web.session import session_of
from doings.web.timeline.articles import entity_url
from doings.web.timeline.calendar import histogram_of, year_of
from doings.web.timeline.feed import EVENTS, PART, feed_of, place_of
from doings.web.timeline.filters import (
    Asked,
    Filters,
    Place,
    address_of,
    asked_from,
    asked_from_params,
    params_of,
    query_of,
)
from doings.web.timeline.reading import (
    Choice,
    Overview,
    Part,
    find_people,
    read_overview,
    read_part,
)

FREE = Parameters(is_free=True)
"""The page reads its address itself: what it cannot read it says, and shows the rest."""

KINDS = 100
"""How many kinds are offered, the most frequent ones."""


class Chip(msgspec.Struct, frozen=True):
    """A filter that is on, in words, and the address without it."""

    name: str
    value: str
    url: str


class KindOption(msgspec.Struct, frozen=True):
    """A kind that can be filtered for."""

    kind: str
    title: str
    count: int
    is_chosen: bool


async def show_timeline(request: Request) -> Response:
    """The page, from the place that the address names."""
    asked = asked_from(request)
    time_zone = zone_of(request)
    now = request.services.clock.now()

    async def read(reader: Reader) -> tuple[Part, Overview]:
        choices = await find_people(reader, asked)
        part = await read_part(reader, asked, time_zone, now)
        return part, await read_overview(reader, asked.filters, choices)

    part, overview = await request.timeline.read(read, bounded=False)
    context = _context(request, asked, part, overview)
    return await respond_page(request, "timeline.html", context)


async def show_part(request: Request) -> Response:
    """More articles, to be put into a page that is shown."""
    asked = asked_from(request)
    time_zone = zone_of(request)
    now = request.services.clock.now()

    async def read(reader: Reader) -> Part:
        choices: list[Choice] = await find_people(reader, asked)
        del choices
        return await read_part(reader, asked, time_zone, now)

    part = await request.timeline.read(read, bounded=False)
    context = {"part": part, "older": place_of(part.after), "newer": place_of(part.before)}
    text = await asyncio.to_thread(render, "part.html", context)
    return await respond_compressed(request, text.encode(), HTML)


async def stream_events(request: Request) -> Response:
    """What happens from a position on, as far as a stream can filter; raises Busy."""
    asked = asked_from(request)
    if request.method == "HEAD":
        return Response(headers=HEADERS)
    query = msgspec.structs.replace(
        query_of(asked, "UTC"), since=None, until=None, words=None, gap=None
    )
    text = request.header("last-event-id") or last(request.query, "after") or ""
    start = position_from_text(text) or request.principal.position
    session, clock = session_of(request), request.services.clock

    def is_good(account: Account) -> bool:
        return session.is_good(account, clock.now())

    return request.services.streams.respond(request.principal, query, start, is_good)


def _context(request: Request, asked: Asked, part: Part, overview: Overview) -> dict[str, object]:
    """What `timeline.html` shows."""
    filters = asked.filters

    def url(*place: tuple[str, str]) -> str:
        return address_of(filters, *place)

    today = local_date(request.services.clock.now(), zone_of(request))
    year = asked.place.year or _year_shown(asked, part, overview, today)
    return {
        **feed_of(filters, part, str(request.principal.position)),
        "filters": filters,
        "asked": asked,
        "chips": _chips(filters, overview),
        "remarks": asked.remarks,
        "meant": overview.choices,
        "kinds": _kind_options(filters, overview),
        "title": _title(filters, overview),
        "names": overview.names,
        "origins": overview.origins,
        "newest": sum([count for _, count in overview.origins]),
        "zone": zone_of(request),
        "account_zone": request.principal.account.time_zone,
        "year": year_of(overview.sums, year, url),
        "histogram": histogram_of(overview.sums, url, (filters.first_on, filters.last_on)),
        "jump_fields": params_of(filters),
        "about_url": _about_url(filters, overview),
        "erase_url": _erase_url(request, asked),
        "is_filtered": filters.are_any,
        "clear_url": address_of(Filters()),
    }


def _year_shown(asked: Asked, part: Part, overview: Overview, today: date) -> int:
    """The year of what is shown first and is no plan, else of the last day with activities so far.

    A year that lies ahead is shown where somebody asks for it.
    """
    place: Place = asked.place
    if place.on is not None:
        return place.on.year
    shown = [date.fromisoformat(article.day) for article in part.articles]
    happened = [date_from_day(day) for day, count in overview.sums if count > 0]
    days = [*shown, *reversed(happened)]
    return next((day for day in days if day <= today), today).year


def _title(filters: Filters, overview: Overview) -> str:
    if filters.person is None:
        return "Timeline"
    return overview.names.get(filters.person, ":".join(filters.person))


def _about_url(filters: Filters, overview: Overview) -> str | None:
    """Where the person is shown whose timeline it is."""
    is_known = filters.person in overview.names
    return entity_url(filters.person) if filters.person and is_known else None


def _erase_url(request: Request, asked: Asked) -> str | None:
    """Where a person is erased who was deleted, and so has no page."""
    person = asked.filters.person
    if person not in asked.gone or ADMIN not in request.principal.scopes:
        return None
    return f"{entity_url(person)}/erase"


def _chips(filters: Filters, overview: Overview) -> list[Chip]:
    """The filters that are on, each with the address without it."""
    pairs = params_of(filters)
    chips = []
    for name, value in pairs:
        rest = [pair for pair in pairs if pair != (name, value)]
        asked = asked_from_params(_params(rest))
        key = {"person": filters.person, "actor": filters.actor}.get(name)
        shown = overview.names.get(key, value) if key else value
        if name == "kind" and not value.endswith(".*"):
            shown = kind_named(value).title
        chips.append(Chip(name, shown, address_of(asked.filters)))
    return chips


def _params(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    params: dict[str, list[str]] = {}
    for name, value in pairs:
        params.setdefault(name, []).append(value)
    return params


def _kind_options(filters: Filters, overview: Overview) -> list[KindOption]:
    """The kinds that occur most, and those that are filtered for though they do not."""
    counts = dict(overview.kinds)
    often = [kind for kind, _ in overview.kinds[:KINDS]]
    others = [kind for kind in filters.kinds if kind not in often]
    return [
        KindOption(
            kind,
            kind if kind.endswith(".*") else kind_named(kind).title,
            counts.get(kind, 0),
            kind in filters.kinds,
        )
        for kind in [*others, *often]
    ]


RESOURCES = (
    resource("/timeline", GET=Operation(show_timeline, parameters=FREE)),
    resource(PART, GET=Operation(show_part, parameters=FREE)),
    resource(EVENTS, GET=Operation(stream_events, parameters=FREE)),
)
