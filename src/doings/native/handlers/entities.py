"""People and things: listing, showing, putting and deleting them, and their timelines."""

import hashlib

import msgspec
from starlette.responses import Response

from doings.core.cursor import CursorSigner
from doings.core.document import entity_document
from doings.core.entity import Entity, EntityDraft
from doings.core.query import Gap
from doings.core.store import Writer
from doings.core.store.entities import EntityQuery
from doings.httpkit.params import last
from doings.httpkit.request import Request
from doings.native.documents import EntityInput, EntityPage
from doings.native.handlers.timeline import PageLinks, link_header, respond_timeline
from doings.native.http.answer import Answer
from doings.native.http.etags import check_match
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.mapping import entity_draft_from_document
from doings.native.params import entity_key, limit, query_from_params, search, type_in


async def list_entities(request: Request) -> Response:
    """A page of the entities in the order they were first named, by type and by search."""
    query = EntityQuery(
        type=type_in(request.query), q=search(request.query), limit=limit(request.query)
    )
    filters = _fingerprint(request.principal.account.id, query)
    gap = None
    if token := last(request.query, "cursor"):
        gap = request.services.cursors.gap(token, filters)
    step = _step(query, gap)
    found = await request.timeline.read(
        lambda reader: reader.entities(step), bounded=query.q is None
    )
    items, ways = _cut(found, query.limit, gap, (request.services.cursors, filters))
    page = EntityPage([entity_document(one) for one in items], next=ways.next, prev=ways.prev)
    return respond_json(request, encode(page), link_header(request, ways))


def _fingerprint(account_id: int, query: EntityQuery) -> bytes:
    text = encode(("entities", account_id, query.type, query.q))
    return hashlib.blake2b(text, digest_size=8).digest()


def _step(query: EntityQuery, gap: Gap | None) -> EntityQuery:
    """The read from the gap on, one more than is shown."""
    return msgspec.structs.replace(
        query,
        after=gap.seq if gap else None,
        is_descending=gap is not None and gap.side == "older",
        limit=query.limit + 1,
    )


def _cut(
    found: list[Entity], limit: int, gap: Gap | None, signing: tuple[CursorSigner, bytes]
) -> tuple[list[Entity], PageLinks]:
    """The page in order, and the ways on from it; an empty one leads back from its gap."""
    is_back = gap is not None and gap.side == "older"
    has_more = len(found) > limit
    items = found[:limit]
    if is_back:
        items.reverse()
    first = items[0].seq if items else (gap.seq if gap else 0)
    final = items[-1].seq if items else first
    has_next, has_prev = (True, has_more) if is_back else (has_more, gap is not None)
    cursors, filters = signing
    return items, PageLinks(
        next=cursors.token(Gap(0, final, "newer"), filters) if has_next else None,
        prev=cursors.token(Gap(0, first, "older"), filters) if has_prev else None,
    )


async def show_entity(request: Request) -> Response:
    """One entity."""
    key = entity_key(request)
    entity = await request.timeline.read(lambda reader: reader.entity(key))
    return respond_document(request, entity_document(entity))


async def put_entity(request: Request) -> Response:
    """Create (201) or replace (200) an entity, unless it is not what the caller saw."""
    key = (request.path_params["type"], request.path_params["id"])
    body = await request.body()
    draft = entity_draft_from_document(body_of_type(request, body, EntityInput))
    seen = request.header("if-match")

    def replaced(entity: Entity | None) -> EntityDraft:
        _check_seen(seen, entity)
        return draft

    async def put(writer: Writer) -> Answer:
        entity, is_new = await writer.put_entity(key, replaced)
        return written(entity_document(entity), status=201 if is_new else 200)

    return await write_once(request, body, put)


async def delete_entity(request: Request) -> Response:
    """Delete an entity, whose activities stay, unless it is not what the caller saw."""
    key = entity_key(request)
    seen = request.header("if-match")

    async def delete(writer: Writer) -> Answer:
        _check_seen(seen, await writer.delete_entity(key))
        return NO_CONTENT

    return await write_once(request, b"", delete)


async def list_activities_of_entity(request: Request) -> Response:
    """An entity's timeline."""
    key = entity_key(request)
    return await respond_timeline(request, query_from_params(request.query, owner=key), key)


def _check_seen(seen: str | None, entity: Entity | None) -> None:
    if seen is not None:
        check_match(seen, encode(entity_document(entity)) if entity else None)
