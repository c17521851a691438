"""Answering with a timeline: a page of it, or the whole of it streamed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from doings.core.documents.document import ActivityDocument, activity_documents
from doings.core.documents.rendering import json_rendering
from doings.core.entity import EntityKey
from doings.core.presentation.viewed import viewed_rendering
from doings.core.query import Gap, Query
from doings.core.resuming.cursor import Page, fingerprint
from doings.core.store import Reader
from doings.core.store.rendering import Rendering
from doings.httpkit.input.accept import negotiated
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.viewing import narrowed
from doings.native.documents.activities import ActivityPage
from doings.native.formats import activitystreams
from doings.native.formats.export import CSV, NDJSON, respond_stream
from doings.native.http.position import read_shown
from doings.native.http.request_body import JSON
from doings.native.http.responses import encode, respond_bytes
from doings.native.params import has_byte_order_mark

T = TypeVar("T")

DocumentPage = Page[msgspec.Raw]
ReadPage = Callable[[Reader], Awaitable[DocumentPage]]

OFFERED = (JSON, activitystreams.MEDIA_TYPE, CSV, NDJSON)


async def respond_timeline(
    request: Request, query: Query, owner: EntityKey | None = None
) -> Response:
    """Answer with what the query finds, in the format the caller likes best.

    `owner` is the entity whose timeline it is. Raises NotFound, NotAcceptable and Malformed, and
    Forbidden for a viewer of another one.
    """
    view = request.principal.view
    query = narrowed(query, view)
    # The other formats show ids; a viewer is shown none but its own.
    media_type = negotiated(request.header("accept"), OFFERED if view is None else (JSON,))
    has_mark = has_byte_order_mark(request.query)  # checked whatever the format is
    filters = fingerprint(request.principal.account.id, query)
    query = msgspec.structs.replace(query, gap=gap_in(request, filters))
    if media_type in {CSV, NDJSON}:
        return await respond_stream(request, query, media_type, owner, has_mark=has_mark)
    reading = _reading(query, owner, _rendering(request, media_type))
    page = await read_shown(request, reading, bounded=query.is_bounded)
    links = page_links(request, page, filters)
    body = _json(page, links) if media_type == JSON else _activity_streams(request, page, links)
    return respond_bytes(body, media_type, link_header(request, links))


RENDERING = json_rendering("native", activity_documents, reads_attrs=False)


def _rendering(request: Request, media_type: str) -> Rendering:
    view = request.principal.view
    if view is not None:
        return viewed_rendering(view.entity)
    return RENDERING if media_type == JSON else activitystreams.rendering(request.base_url)


class PageLinks(msgspec.Struct, frozen=True):
    """The cursors that lead on from a page."""

    next: str | None
    prev: str | None


def gap_in(request: Request, filters: bytes) -> Gap | None:
    """The gap of the request's cursor, None without one; raises Malformed."""
    token = last(request.query, "cursor")
    return request.services.cursors.gap(token, filters) if token else None


def page_links(request: Request, page: Page[T], filters: bytes) -> PageLinks:
    """The cursors to the next and the previous page of the list with these filters."""
    return PageLinks(
        next=_token(request, page.after, filters), prev=_token(request, page.before, filters)
    )


def _token(request: Request, gap: Gap | None, filters: bytes) -> str | None:
    return None if gap is None else request.services.cursors.token(gap, filters)


def _reading(query: Query, owner: EntityKey | None, rendering: Rendering) -> ReadPage:
    async def read(reader: Reader) -> DocumentPage:
        page = await reader.rendered_page(query, rendering)
        if owner is not None and not page.items:
            await reader.entity(owner)
        return page

    return read


def _json(page: DocumentPage, links: PageLinks) -> bytes:
    items = cast("list[ActivityDocument]", page.items)  # encoded already
    return encode(ActivityPage(items, next=links.next, prev=links.prev))


def _activity_streams(request: Request, page: DocumentPage, links: PageLinks) -> bytes:
    return encode(
        activitystreams.page_document(
            page.items,
            here=url_of(request, last(request.query, "cursor")),
            whole=url_of(request, None),
            next_url=links.next and url_of(request, links.next),
            prev_url=links.prev and url_of(request, links.prev),
        )
    )


def link_header(request: Request, links: PageLinks) -> dict[str, str]:
    """The `Link` header (RFC 8288) to the next and the previous page, where there are any."""
    cursors = (("next", links.next), ("prev", links.prev))
    parts = [f'<{url_of(request, cursor)}>; rel="{name}"' for name, cursor in cursors if cursor]
    return {"Link": ", ".join(parts)} if parts else {}


def url_of(request: Request, cursor: str | None) -> str:
    """The URL of the request with another cursor."""
    scope = request.scope
    raw_path: bytes | None = scope.get("raw_path")
    path = raw_path.decode("latin-1") if raw_path else quote(scope["path"])
    query: str = scope["query_string"].decode("latin-1")
    parts = [part for part in query.split("&") if part and not part.startswith("cursor=")]
    if cursor:
        parts.append(f"cursor={cursor}")
    return f"{request.origin_url}{path}{'?' if parts else ''}{'&'.join(parts)}"
