"""Answering with a timeline: a page of it, or the whole of it streamed."""

from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from doings.core.cursor import Page, fingerprint
from doings.core.document import ActivityDocument, activity_documents
from doings.core.entity import EntityKey
from doings.core.query import Gap, Query
from doings.core.rendering import json_rendering
from doings.core.store import Reader, Rendering
from doings.httpkit.accept import negotiated
from doings.httpkit.params import last
from doings.httpkit.request import Call
from doings.native.documents import ActivityPage
from doings.native.formats import activitystreams
from doings.native.formats.export import CSV, NDJSON, answer_stream
from doings.native.http.request_body import JSON
from doings.native.http.responses import answer_bytes, encode

DocumentPage = Page[msgspec.Raw]
ReadPage = Callable[[Reader], Awaitable[DocumentPage]]

OFFERED = (JSON, activitystreams.MEDIA_TYPE, CSV, NDJSON)


async def answer_timeline(call: Call, query: Query, owner: EntityKey | None = None) -> Response:
    """Answer with what the query finds, in the format the caller likes best.

    `owner` is the entity whose timeline it is. Raises NotFound, NotAcceptable and Malformed.
    """
    media_type = negotiated(call.header("accept"), OFFERED)
    filters = fingerprint(call.principal.account.id, query)
    if token := last(call.query, "cursor"):
        query = msgspec.structs.replace(query, gap=call.services.cursors.gap(token, filters))
    if media_type in {CSV, NDJSON}:
        return await answer_stream(call, query, media_type, owner)
    rendering = RENDERING if media_type == JSON else activitystreams.rendering(call.base_url)
    page = await call.timeline.read(_reading(query, owner, rendering), bounded=query.is_bounded)
    ways = Ways(
        next=_token(call, page.after, filters),
        prev=_token(call, page.before, filters),
    )
    body = _json(page, ways) if media_type == JSON else _activity_streams(call, page, ways)
    return answer_bytes(call, body, media_type, link_header(call, ways))


RENDERING = json_rendering("native", activity_documents)


class Ways(msgspec.Struct, frozen=True):
    """The cursors that lead on from a page."""

    next: str | None
    prev: str | None


def _token(call: Call, gap: Gap | None, filters: bytes) -> str | None:
    return None if gap is None else call.services.cursors.token(gap, filters)


def _reading(query: Query, owner: EntityKey | None, rendering: Rendering) -> ReadPage:
    async def read(reader: Reader) -> DocumentPage:
        page = await reader.rendered_page(query, rendering)
        if owner is not None and not page.items:
            await reader.entity(owner)
        return page

    return read


def _json(page: DocumentPage, ways: Ways) -> bytes:
    items = cast("list[ActivityDocument]", page.items)  # encoded already
    return encode(ActivityPage(items, next=ways.next, prev=ways.prev))


def _activity_streams(call: Call, page: DocumentPage, ways: Ways) -> bytes:
    return encode(
        activitystreams.page_document(
            page.items,
            here=url_of(call, last(call.query, "cursor")),
            whole=url_of(call, None),
            next_url=ways.next and url_of(call, ways.next),
            prev_url=ways.prev and url_of(call, ways.prev),
        )
    )


def link_header(call: Call, ways: Ways) -> dict[str, str]:
    """The `Link` header (RFC 8288) to the pages beside this one, where there are any."""
    named = (("next", ways.next), ("prev", ways.prev))
    links = [f'<{url_of(call, cursor)}>; rel="{name}"' for name, cursor in named if cursor]
    return {"Link": ", ".join(links)} if links else {}


def url_of(call: Call, cursor: str | None) -> str:
    """The URL of the request with another cursor."""
    scope = call.scope
    raw_path: bytes | None = scope.get("raw_path")
    path = raw_path.decode("latin-1") if raw_path else quote(scope["path"])
    query: str = scope["query_string"].decode("latin-1")
    parts = [part for part in query.split("&") if part and not part.startswith("cursor=")]
    if cursor:
        parts.append(f"cursor={cursor}")
    return f"{call.origin_url}{path}{'?' if parts else ''}{'&'.join(parts)}"
