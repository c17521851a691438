"""The endpoints: a space's activities, read and posted, and what clients read before them."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
from starlette.responses import Response

from doings.auth.principal import WRITE
from doings.core.activity import Activity
from doings.core.entity import Entity
from doings.core.errors import Invalid, NotFound
from doings.core.query import LARGEST_PAGE, Gap, Query
from doings.core.rendering import json_rendering
from doings.core.store import EntityQuery, Ledger, Reader, Rendering
from doings.core.text import object_from_text
from doings.dialects.cobot.auth import authenticate, enter_space
from doings.dialects.cobot.errors import answer_error
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
    Asked,
    activities_query,
    asked_from_query,
    input_from_members,
)
from doings.dialects.cobot.vocabulary import MEMBERSHIP
from doings.httpkit.accept import negotiated
from doings.httpkit.request import Call
from doings.httpkit.streaming import (
    JSON_ARRAY,
    Frame,
    answer_list,
    document_chunks,
    json_elements,
)
from doings.httpkit.surface import Operation, Surface, resource

JSON = JSON_ARRAY.media_type
HTML = "text/html"
HTML_LIST = Frame("text/html; charset=utf-8", b"<ul>\n", b"", b"</ul>\n")

MEMBERSHIPS = 500
"""How many memberships are read at a time."""

ANYBODYS_SPACE = "www"
"""The label under which clients ask who they are before they know a space."""


async def list_activities(call: Call) -> Response:
    """Activities as JSON or HTML, oldest first; raises NotAcceptable and Invalid."""
    enter_space(call)
    call.headers["Vary"] = "Accept"
    media_type = negotiated(call.header("accept"), (JSON, HTML))
    asked = asked_from_query(call.query)
    if media_type == JSON:
        chunks = await _chunks(call, asked, JSON_RENDERING)
        return await answer_list(call, chunks, json_elements, JSON_ARRAY)
    chunks = await _chunks(call, asked, _html_rendering(_link_base(call)))
    return await answer_list(call, chunks, b"".join, HTML_LIST)


JSON_RENDERING = json_rendering("cobot", lambda activities: map(activity_document, activities))


def _html_rendering(link_base: str) -> Rendering:
    async def render(reader: Reader, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return [list_item(activity, link_base).encode() for activity in activities]

    return Rendering((HTML, link_base), render)


async def _chunks(
    call: Call, asked: Asked, rendering: Rendering
) -> AsyncIterator[list[msgspec.Raw]]:
    sources = asked.sources
    if sources:
        found = await call.timeline.read(lambda reader: reader.entities_by_key(asked.sources))
        sources = tuple(found)
    query = activities_query(asked, sources)
    if asked.last is None:
        return document_chunks(call.timeline, query, rendering)
    return _newest(call, query, asked.last, rendering)


async def _newest(
    call: Call, query: Query, count: int, rendering: Rendering
) -> AsyncIterator[list[msgspec.Raw]]:
    """The newest, oldest first: a page of them turned round, more from where they begin."""
    newest_first = msgspec.structs.replace(query, is_descending=True, limit=1)
    if count <= LARGEST_PAGE:
        newest = msgspec.structs.replace(newest_first, limit=count)
        page = await call.timeline.rendered_page(newest, rendering)
        yield page.items[::-1]
        return
    begin = msgspec.structs.replace(newest_first, skip=count - 1)
    oldest = (await call.timeline.read(lambda reader: reader.page(begin), bounded=False)).items
    if oldest:
        gap = Gap(oldest[0].occurred_at, oldest[0].seq, "newer")
        query = msgspec.structs.replace(query, gap=gap)
    left = count
    async for chunk in document_chunks(call.timeline, query, rendering):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _link_base(call: Call) -> str:
    """Where the space's pages are: as the account says, else where the caller found the space."""
    account = call.principal.account
    link_base = object_from_text(account.settings).get("link_base")
    if isinstance(link_base, str):
        return link_base.rstrip("/")
    is_by_host = "path_prefix" in call.scope["doings"]
    return call.base_url if is_by_host else f"{call.base_url}/{account.slug}"


async def post_activity(call: Call) -> Response:
    """Record a text; raises Invalid and Malformed."""
    enter_space(call)
    members = await call.members(LISTS)
    # Cleaning takes a second or two for the longest of texts: not in the event loop.
    given = await asyncio.to_thread(input_from_members, members)
    draft = draft_from_input(given, now=call.services.clock.now())

    async def work(ledger: Ledger) -> Activity:
        await _check_sources(ledger, given)
        recorded = (await ledger.record([draft]))[0]
        return await ledger.activity(recorded.seq)

    activity = await call.timeline.write(work)
    content = msgspec.json.encode(activity_document(activity))
    return Response(content, 201, media_type=JSON)


async def _check_sources(ledger: Ledger, given: ActivityInput) -> None:
    known = await ledger.entities_by_key([(MEMBERSHIP, id_) for id_ in given.source_ids])
    for source_id in given.source_ids:
        if (MEMBERSHIP, source_id) not in known:
            raise Invalid.of("source_ids", f"{source_id} is no membership of this space")


async def show_user(call: Call) -> Response:
    """Who makes the call, and the space they administer."""
    space = call.path_params.get("space", ANYBODYS_SPACE)
    if space not in {ANYBODYS_SPACE, call.principal.account.slug}:
        raise NotFound("space", space)
    return Response(msgspec.json.encode(user_document(call.principal)), media_type=JSON)


async def list_memberships(call: Call) -> Response:
    """All memberships of the space, in the order they came."""
    enter_space(call)
    return await answer_list(call, _memberships(call), _membership_json, JSON_ARRAY)


async def _memberships(call: Call) -> AsyncIterator[list[Entity]]:
    query = EntityQuery(type=MEMBERSHIP, limit=MEMBERSHIPS)
    while found := await _membership_chunk(call, query):
        yield found
        if len(found) < MEMBERSHIPS:
            return
        query = msgspec.structs.replace(query, after=found[-1].seq)


async def _membership_chunk(call: Call, query: EntityQuery) -> list[Entity]:
    return await call.timeline.read(lambda reader: reader.entities(query), bounded=False)


def _membership_json(memberships: list[Entity]) -> bytes:
    return json_elements([membership_document(membership) for membership in memberships])


async def show_membership(call: Call) -> Response:
    """One membership; raises NotFound."""
    enter_space(call)
    key = (MEMBERSHIP, call.path_params["id"])
    membership = await call.timeline.read(lambda reader: reader.entity(key))
    return Response(msgspec.json.encode(membership_document(membership)), media_type=JSON)


_USER = Operation(show_user, scope=None)

SURFACE = Surface(
    name="cobot",
    resources=(
        resource("/api/user", GET=_USER),
        resource("/{space}/api/user", GET=_USER),
        resource(
            "/{space}/api/activities",
            GET=Operation(list_activities),
            POST=Operation(post_activity, scope=WRITE),
        ),
        resource("/{space}/api/memberships", GET=Operation(list_memberships)),
        resource("/{space}/api/memberships/{id}", GET=Operation(show_membership)),
    ),
    authenticate=authenticate,
    answer_error=answer_error,
    rate="60/minute",
)
