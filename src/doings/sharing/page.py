"""`/embed`: one timeline as a page without a script, for a frame on a page of another site."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from itertools import groupby
from urllib.parse import urlencode

import jinja2
import msgspec
from markupsafe import Markup
from starlette.responses import Response

from doings.auth.principal import Principal
from doings.core.activity import Activity
from doings.core.clock import zone
from doings.core.entity import Entity
from doings.core.errors import DoingsError, Unauthenticated
from doings.core.query import LARGEST_PAGE, Gap, Query
from doings.core.resuming.cursor import Page, fingerprint
from doings.core.store import Reader
from doings.httpkit.errors import STATUS, value_for
from doings.httpkit.etags import etag_of
from doings.httpkit.input.params import Parameters, integer, last, one_of
from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource
from doings.httpkit.viewing import beyond, origins_of, viewer_of
from doings.sharing.entries import Entry, entries_of

HTML = "text/html"
LIMIT = 50
THEMES = ("auto", "light", "dark")

ANY_SITE = ("*",)


async def authenticate(request: Request) -> Principal:
    """Who the token in the query, or the bearer token, belongs to; raises what `viewer_of` does."""
    token = request.bearer or last(request.query, "token")
    if token is None:
        raise Unauthenticated
    return await viewer_of(request, token)


async def show_page(request: Request) -> Response:
    """The page; raises Forbidden for another entity than the token's, Malformed, and NotFound."""
    principal = request.principal
    view = principal.view
    assert view is not None  # noqa: S101 - that is what a viewer is
    if last(request.query, "entity") not in {None, ":".join(view.entity)}:
        raise beyond(view)
    theme = one_of(request.query, "theme", THEMES) or THEMES[0]
    query = Query(
        entities=(view.entity,),
        kinds=view.kinds,
        limit=integer(request.query, "limit", LIMIT, least=1, most=LARGEST_PAGE),
    )
    filters = fingerprint(principal.account.id, query)
    query = msgspec.structs.replace(query, gap=_gap(request, filters))

    async def read(reader: Reader) -> tuple[Entity, Page[Activity]]:
        page = await reader.page(query, with_attrs=False)
        return await reader.entity(view.entity), page

    entity, page = await request.timeline.read(read)
    entries = entries_of(page.items)
    style = _style(theme, entries)
    text = _template("embed.html").render(
        name=entity.name or f"{entity.type} {entity.id}",
        days=_days(entries, principal.account.time_zone),
        style=Markup(style),  # noqa: S704 - our own, and colours that were checked
        older=_link(request, page.after, filters),
        newer=_link(request, page.before, filters),
    )
    return _html(text, style, origins_of(view, principal.account))


def _gap(request: Request, filters: bytes) -> Gap | None:
    token = last(request.query, "cursor")
    return request.services.cursors.gap(token, filters) if token else None


def _link(request: Request, gap: Gap | None, filters: bytes) -> str | None:
    """The query of the page on from a gap, with the parameters of this one."""
    if gap is None:
        return None
    kept = {name: values[-1] for name, values in request.query.items() if name != "cursor"}
    return "?" + urlencode(kept | {"cursor": request.services.cursors.token(gap, filters)})


Days = list[tuple[str, list[tuple[str, str, Entry]]]]
"""Each day in words, with its entries, each behind its time for programs and for people."""


def _days(entries: Sequence[Entry], time_zone: str) -> Days:
    """The entries by the days of the account's calendar."""
    here = zone(time_zone)
    moments = [(entry.occurred_at.astimezone(here), entry) for entry in entries]
    days = groupby(moments, key=lambda one: f"{one[0]:%A}, {one[0].day} {one[0]:%B %Y}")
    return [
        (day, [(moment.isoformat(), f"{moment:%H:%M}", entry) for moment, entry in group])
        for day, group in days
    ]


def _style(theme: str, entries: Sequence[Entry]) -> str:
    """The style of a page: a frame cannot be styled from outside, except for the theme."""
    scheme = "light dark" if theme == "auto" else theme
    colours = sorted({entry.colour for entry in entries if entry.colour})
    rules = [f".c{colour[1:]}{{--kind:{colour}}}" for colour in colours]
    return f":root{{color-scheme:{scheme}}}\n{_file('embed.css')}{''.join(rules)}"


def _html(text: str, style: str, origins: tuple[str, ...] | None, status: int = 200) -> Response:
    """A page that loads nothing, and stands in frames of these sites only."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    ancestors = " ".join(("'self'", *(ANY_SITE if origins is None else origins)))
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        f" frame-ancestors {ancestors}"
    )
    body = text.encode()
    headers = {
        "Content-Security-Policy": policy,
        "ETag": etag_of(body),
        "X-Robots-Tag": "noindex",
    }
    return Response(body, status, headers=headers, media_type=f"{HTML}; charset=utf-8")


def respond_error(error: DoingsError, request: Request) -> Response:
    """A page for people, a problem for programs."""
    if HTML not in (request.header("accept") or ""):
        return respond_problem(error, request)
    status = value_for(STATUS, error)
    style = _style("auto", [])
    text = _template("problem.html").render(
        style=Markup(style),  # noqa: S704 - our own
        title=_TITLES.get(status) or HTTPStatus(status).phrase,
    )
    response = _html(text, style, None, status)
    del response.headers["ETag"]
    return response


_TITLES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "This view has ended. Load the page around it again.",
    HTTPStatus.FORBIDDEN: "This timeline may not be shown here.",
    HTTPStatus.NOT_FOUND: "There is nothing to show.",
}
"""What people can do with an error; to others the phrase of HTTP has to do."""


@cache
def _file(name: str) -> str:
    return (files("doings.sharing") / "static" / name).read_text()


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("doings.sharing"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


PARAMETERS = Parameters(
    singles=frozenset({"entity", "token", "theme", "limit", "cursor"}), is_closed=True
)

SURFACE = Surface(
    name="embed",
    resources=(
        resource("/", GET=Operation(show_page, None, is_viewable=True, parameters=PARAMETERS)),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    vary="Accept, Authorization, Origin",
)
