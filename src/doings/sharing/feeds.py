"""`/feeds/…`: timelines at secret addresses. Nobody is asked to sign in: to know one is enough.

An address that is not good is unknown: a program that is told to sign in would ask its user for a
password.
"""

import asyncio
from collections.abc import Callable

import msgspec
from starlette.responses import Response

from doings.auth.principal import CALENDAR, FEED, Principal
from doings.core.activity import Activity
from doings.core.clock import datetime_from_instant
from doings.core.entity import Entity
from doings.core.errors import DoingsError, NotFound, Unauthenticated
from doings.core.query import Query
from doings.core.store import Reader
from doings.httpkit.etags import etag_of
from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource
from doings.sharing import atom, calendar
from doings.sharing.entries import Entry, entries_of

Render = Callable[[Entity, list[Entry], str], bytes]


class Format(msgspec.Struct, frozen=True):
    """How a timeline is shown: up to so many activities, by credentials of that scope."""

    scope: str
    media_type: str
    entries: int
    render: Render


def _as_calendar(entity: Entity, entries: list[Entry], key: str) -> bytes:
    return calendar.calendar(_name(entity), key, entries)


def _as_feed(entity: Entity, entries: list[Entry], key: str) -> bytes:
    began_at = datetime_from_instant(entity.created_at)
    return atom.feed(_name(entity), key, began_at=began_at, entries=entries)


FORMATS = {
    "ics": Format(CALENDAR, calendar.MEDIA_TYPE, calendar.ENTRIES, _as_calendar),
    "atom": Format(FEED, atom.MEDIA_TYPE, atom.ENTRIES, _as_feed),
}
"""By the ending of the address."""


async def authenticate(request: Request) -> Principal:
    """Who the address belongs to; raises Unauthenticated and TooManyRequests."""
    secret, _, ending = request.path_params["name"].rpartition(".")
    found = FORMATS.get(ending)
    principal = await request.services.authenticator.by_secret_address(secret, request.address)
    if found is None or found.scope not in principal.scopes:
        raise Unauthenticated("the address is not valid")
    return principal


async def show_feed(request: Request) -> Response:
    """The timeline of the address; raises NotFound once its entity is deleted."""
    principal = request.principal
    view = principal.view
    assert view is not None  # noqa: S101 - that is what an address is
    shown = FORMATS[request.path_params["name"].rpartition(".")[2]]
    query = Query(entities=(view.entity,), kinds=view.kinds, limit=shown.entries)

    async def read(reader: Reader) -> tuple[Entity, list[Activity]]:
        page = await reader.page(query, with_attrs=False)
        return await reader.entity(view.entity), list(page.items)

    entity, activities = await request.timeline.read(read)
    # A calendar of hundreds of events takes too long for the event loop.
    body = await asyncio.to_thread(
        lambda: shown.render(entity, entries_of(activities), principal.key)
    )
    headers = {"ETag": etag_of(body), "X-Robots-Tag": "noindex"}
    return Response(body, headers=headers, media_type=shown.media_type)


def respond_error(error: DoingsError, request: Request) -> Response:
    """A problem; an address that is not good is one that there is not."""
    known = NotFound("address") if isinstance(error, Unauthenticated) else error
    return respond_problem(known, request)


def _name(entity: Entity) -> str:
    return entity.name or f"{entity.type} {entity.id}"


SURFACE = Surface(
    name="feeds",
    resources=(
        resource(
            "/{name}",
            GET=Operation(show_feed, None, is_viewable=True, authenticate=authenticate),
        ),
    ),
    respond_error=respond_error,
    vary="Accept-Encoding",
)
