"""People and things: listing, showing, changing and deleting them, and their timelines."""

import msgspec
from starlette.responses import Response

from doings.core.defaults import SETTINGS
from doings.core.documents.document import entity_document
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.errors import NotFound
from doings.core.query import Gap
from doings.core.resuming.cursor import entity_page, filters_digest
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.httpkit.request import Request, off_loop
from doings.native.documents.entities import EntityInput, EntityPage, EntityPatch
from doings.native.handlers.timeline import gap_in, link_header, page_links, respond_timeline
from doings.native.http.answer import Answer
from doings.native.http.conditions import Conditions, conditions_of
from doings.native.http.idempotency import write_once
from doings.native.http.position import read_shown
from doings.native.http.request_body import (
    LASTING_OF_ENTITIES,
    body_of_type,
    patch_of_type,
)
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.mapping import entity_draft_from_document, entity_draft_from_patch
from doings.native.params import beginnings, entity_key, limit, query_from_params, types_in


async def list_entities(request: Request) -> Response:
    """A page of the entities in the order they were first named, by type and by search."""
    params = request.query
    types, without = types_in(params)
    query = EntityQuery(types=types, without=without, q=beginnings(params), limit=limit(params))
    filters = filters_digest(
        "entities", request.principal.account.id, query.types, query.without, query.q
    )
    gap = gap_in(request, filters)
    step = _step(query, gap)

    async def read(reader: Reader) -> tuple[list[Entity], bool]:
        seqs = await reader.entity_seqs(step)
        entities, covered = await reader.fitting_entities(seqs[: query.limit])
        return entities, covered < len(seqs)

    entities, has_more = await read_shown(request, read, bounded=_is_bounded(query))
    page = entity_page(entities, gap, has_more=has_more)
    links = page_links(request, page, filters)
    documents = [entity_document(entity) for entity in page.items]
    body = encode(EntityPage(documents, next=links.next, prev=links.prev))
    return respond_json(request, body, link_header(request, links))


def _is_bounded(query: EntityQuery) -> bool:
    """Whether a page takes no longer where there is more: settings that are left out are few."""
    return query.q is None and query.without in {(), SETTINGS}


def _step(query: EntityQuery, gap: Gap | None) -> EntityQuery:
    """The read from the gap on, of one more than is shown."""
    if gap is None:
        return msgspec.structs.replace(query, limit=query.limit + 1)
    is_back = gap.side == "older"
    # A gap has the entity of its own seq on its newer side; `after` leaves its seq out either way.
    after = gap.seq if is_back else gap.seq - 1
    return msgspec.structs.replace(query, after=after, is_descending=is_back, limit=query.limit + 1)


async def show_entity(request: Request) -> Response:
    """One entity."""
    key = entity_key(request)
    entity = await read_shown(request, lambda reader: reader.entity(key))
    return respond_document(request, entity_document(entity, key))


async def put_entity(request: Request) -> Response:
    """Create (201) or replace (200) an entity, unless it is not what the caller saw."""
    key = (request.path_params["type"], request.path_params["id"])
    body = await request.body()
    draft = await off_loop(
        body, lambda: entity_draft_from_document(body_of_type(request, body, EntityInput))
    )
    conditions = conditions_of(request)

    def replaced(entity: Entity | None) -> EntityDraft:
        _check_state(conditions, entity, key)
        return draft

    async def put(writer: Writer) -> Answer:
        entity, is_new = await writer.put_entity(key, replaced)
        return written(entity_document(entity, key), status=201 if is_new else 200)

    return await write_once(request, body, put)


async def patch_entity(request: Request) -> Response:
    """Change an entity by a merge patch, unless it is not what the caller saw."""
    key = entity_key(request)
    body = await request.body()
    patch = patch_of_type(request, body, EntityPatch, lasting=LASTING_OF_ENTITIES)
    conditions = conditions_of(request)

    def patched(entity: Entity | None) -> EntityDraft:
        if entity is None:
            raise NotFound(*key)
        _check_state(conditions, entity, key)
        return entity_draft_from_patch(entity, patch)

    async def change(writer: Writer) -> Answer:
        entity, _ = await writer.put_entity(key, patched)
        return written(entity_document(entity, key))

    return await write_once(request, body, change)


async def delete_entity(request: Request) -> Response:
    """Delete an entity, whose activities stay, unless it is not what the caller saw."""
    key = entity_key(request)
    conditions = conditions_of(request)

    async def delete(writer: Writer) -> Answer:
        _check_state(conditions, await writer.delete_entity(key), key)
        return NO_CONTENT

    return await write_once(request, b"", delete)


async def list_activities_of_entity(request: Request) -> Response:
    """An entity's timeline."""
    key = entity_key(request)
    query = query_from_params(request.query, request.principal.account.time_zone, owner=key)
    return await respond_timeline(request, query, key)


def _check_state(conditions: Conditions, entity: Entity | None, key: EntityKey) -> None:
    """Raise Outdated where the caller saw something else: that is who stands for a merged one."""
    if conditions.are_set and not (entity and entity.is_merged):
        conditions.check(entity_document(entity, key) if entity else None)
