"""The endpoints: a space's activities (list and post), its memberships, and the user."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import WRITE
from doings.core.activity import Activity, Draft
from doings.core.budget import CLEANED_CHARACTERS
from doings.core.documents.rendering import encoded_documents, rendered
from doings.core.entity import Entity
from doings.core.errors import Invalid, NotFound
from doings.core.query import LARGEST_PAGE, Gap, Query
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery, EntityReader
from doings.core.store.rendering import Rendering
from doings.core.text import object_from_text
from doings.dialects.cobot import listing, mapping
from doings.dialects.cobot.auth import authenticate, enter_space
from doings.dialects.cobot.errors import respond_error
from doings.dialects.cobot.listing import list_item
from doings.dialects.cobot.mapping import (
    ActivityInput,
    activity_document,
    draft_from_input,
    membership_document,
    user_document,
)
from doings.dialects.cobot.params import (
    LISTS,
    MEMBERSHIPS_PARAMETERS,
    NO_PARAMETERS,
    PARAMETERS,
    ListParams,
    activities_query,
    input_from_members,
    params_from_query,
)
from doings.dialects.cobot.subscriptions import RESOURCES
from doings.dialects.cobot.vocabulary import MEMBERSHIP
from doings.httpkit.browsers import NOTHING
from doings.httpkit.input.accept import negotiated
from doings.httpkit.request import Request
from doings.httpkit.streaming import (
    JSON_ARRAY,
    Frame,
    document_chunks,
    json_elements,
    respond_list,
)
from doings.httpkit.surface import Operation, Surface, resource

JSON = JSON_ARRAY.media_type
HTML = "text/html"
HTML_LIST = Frame("text/html; charset=utf-8", b"<ul>\n", b"", b"</ul>\n")

MEMBERSHIP_CHUNK = 500
"""How many memberships are read at a time."""

ANYBODYS_SPACE = "www"
"""The label under which clients ask who they are before they know a space."""


async def list_activities(request: Request) -> Response:
    """Activities as JSON or HTML, oldest first; raises NotAcceptable and Invalid."""
    enter_space(request)
    media_type = negotiated(request.header("accept"), (JSON, HTML))
    params = params_from_query(request.query)
    if media_type == JSON:
        chunks = _chunks(request, params, JSON_RENDERING)
        return await respond_list(request, chunks, json_elements, JSON_ARRAY)
    chunks = _chunks(request, params, _html_rendering(_link_base(request)))
    request.headers["Content-Security-Policy"] = NOTHING
    return await respond_list(request, chunks, b"".join, HTML_LIST)


async def _render_json(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
    if sum([len(activity.data) for activity in activities]) > CLEANED_CHARACTERS:
        reader.note_cleaning(sum(map(mapping.characters_to_clean, activities)))
    return encoded_documents(list(map(activity_document, activities)))


JSON_RENDERING = Rendering("cobot", _render_json, reads_attrs=False)


def _html_rendering(link_base: str) -> Rendering:
    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        if sum([len(activity.body or "") for activity in activities]) > CLEANED_CHARACTERS:
            reader.note_cleaning(sum(map(listing.characters_to_clean, activities)))
        return [list_item(activity, link_base).encode() for activity in activities]

    return Rendering(("cobot html", link_base), render, reads_attrs=False)


def _chunks(
    request: Request, params: ListParams, rendering: Rendering
) -> AsyncIterator[list[msgspec.Raw]]:
    query = activities_query(params)
    if params.last is None:
        return document_chunks(request.timeline, query, rendering)
    return _newest(request, query, params.last, rendering)


async def _newest(
    request: Request, query: Query, count: int, rendering: Rendering
) -> AsyncIterator[list[msgspec.Raw]]:
    """The newest `count` activities, oldest first.

    Up to a page of them is read newest first and reversed, if it fits into the bytes of a page. For
    more, the oldest of them is found, and the list is read from there on.
    """
    newest_first = msgspec.structs.replace(query, is_descending=True, limit=1)
    if count <= LARGEST_PAGE:
        newest = msgspec.structs.replace(newest_first, limit=count)
        page = await request.timeline.rendered_page(newest, rendering)
        if len(page.items) == count or page.after is None:
            yield page.items[::-1]
            return
    begin = msgspec.structs.replace(newest_first, skip=count - 1)
    oldest = (await request.timeline.read(lambda reader: reader.page(begin), bounded=False)).items
    if oldest:
        gap = Gap(oldest[0].occurred_at, oldest[0].seq, "newer")
        query = msgspec.structs.replace(query, gap=gap)
    left = count
    async for chunk in document_chunks(request.timeline, query, rendering):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _link_base(request: Request) -> str:
    """The address of the space's pages: the account's setting, or else the caller's address."""
    account = request.principal.account
    link_base = object_from_text(account.settings).get("link_base")
    if isinstance(link_base, str):
        return link_base.rstrip("/")
    is_by_host = "path_prefix" in request.scope
    return request.base_url if is_by_host else f"{request.base_url}/{account.slug}"


async def post_activity(request: Request) -> Response:
    """Record a text; raises Invalid and Malformed."""
    enter_space(request)
    members = await request.members(LISTS)
    now = request.services.clock.now()
    # Cleaning the longest texts takes a second or two, so it runs outside the event loop.
    text_input, draft = await asyncio.to_thread(_input_and_draft, members, now)

    sources = [(MEMBERSHIP, id_) for id_ in text_input.source_ids]
    try:
        activity, _ = await request.timeline.record(draft, requires=sources)
    except NotFound as error:
        reason = f"{error.name} is no membership of this space"
        raise Invalid.of("source_ids", reason) from None
    (document,) = await request.timeline.read(
        lambda reader: rendered(JSON_RENDERING, reader, [activity])
    )
    return Response(document, 201, media_type=JSON)


def _input_and_draft(members: dict[str, Any], now: int) -> tuple[ActivityInput, Draft]:
    text_input = input_from_members(members)
    return text_input, draft_from_input(text_input, now=now)


async def show_user(request: Request) -> Response:
    """The credential of the request, and the space that it administers."""
    space = request.path_params.get("space", ANYBODYS_SPACE)
    if space not in {ANYBODYS_SPACE, request.principal.account.slug}:
        raise NotFound("space", space)
    return Response(msgspec.json.encode(user_document(request.principal)), media_type=JSON)


async def list_memberships(request: Request) -> Response:
    """All memberships of the space, in the order in which they were recorded."""
    enter_space(request)
    return await respond_list(request, _memberships(request), _membership_json, JSON_ARRAY)


async def _memberships(request: Request) -> AsyncIterator[list[Entity]]:
    query = EntityQuery(type=MEMBERSHIP, limit=MEMBERSHIP_CHUNK)
    has_more = True
    while has_more:
        memberships, has_more = await _membership_chunk(request, query)
        if not memberships:
            return
        query = msgspec.structs.replace(query, after=memberships[-1].seq)
        yield memberships


async def _membership_chunk(request: Request, query: EntityQuery) -> tuple[list[Entity], bool]:
    """The next memberships that fit into a chunk, and whether there may be more."""

    async def read(reader: Reader) -> tuple[list[Entity], bool]:
        seqs = await reader.entity_seqs(query)
        memberships, covered = await reader.fitting_entities(seqs)
        return memberships, covered < len(seqs) or len(seqs) == query.limit

    return await request.timeline.read(read, bounded=False)


def _membership_json(memberships: list[Entity]) -> bytes:
    return json_elements([membership_document(membership) for membership in memberships])


async def show_membership(request: Request) -> Response:
    """One membership; raises NotFound."""
    enter_space(request)
    key = (MEMBERSHIP, request.path_params["id"])
    membership = await request.timeline.read(lambda reader: reader.entity(key))
    return Response(msgspec.json.encode(membership_document(membership)), media_type=JSON)


_USER = Operation(show_user, scope=None, parameters=NO_PARAMETERS)

SURFACE = Surface(
    name="cobot",
    resources=(
        resource("/api/user", GET=_USER),
        resource("/{space}/api/user", GET=_USER),
        resource(
            "/{space}/api/activities",
            GET=Operation(list_activities, parameters=PARAMETERS),
            POST=Operation(post_activity, scope=WRITE, parameters=NO_PARAMETERS),
        ),
        resource(
            "/{space}/api/memberships",
            GET=Operation(list_memberships, parameters=MEMBERSHIPS_PARAMETERS),
        ),
        resource(
            "/{space}/api/memberships/{id}",
            GET=Operation(show_membership, parameters=NO_PARAMETERS),
        ),
        *RESOURCES,
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    rate=60,
    vary="Accept, Authorization",
)
