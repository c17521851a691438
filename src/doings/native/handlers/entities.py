"""People and things: listing, showing, changing and deleting them, and their timelines."""

import msgspec
from starlette.responses import Response

from doings.core.defaults import KEPT_WITH_CONTACT, SETTINGS
from doings.core.documents.document import entity_document
from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import NotFound
from doings.core.query import Gap
from doings.core.resuming.cursor import entity_page, filters_digest
from doings.core.store import Reader, Writer
from doings.core.store.entities import Belonging, EntityQuery
from doings.httpkit.request import Request, off_loop
from doings.native.documents.entities import EntityInput, EntityPage, EntityPatch
from doings.native.handlers.timeline import gap_in, link_header, page_links, respond_timeline
from doings.native.http.answer import Answer
from doings.native.http.conditions import Conditions, conditions_of
from doings.native.http.idempotency import answered_before, write_once
from doings.native.http.position import read_shown
from doings.native.http.request_body import (
    LASTING_OF_ENTITIES,
    body_of_type,
    patch_of_type,
)
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.mapping import entity_draft_from_document, entity_draft_from_patch
from doings.native.params import beginnings, entity_key, limit, query_from_params, types_in

KEPT_AT_A_TIME = 200
"""How many things that go with a contact are deleted in one transaction."""


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
        entity, is_new = await writer.put_entity(key, replaced, is_whole=True)
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
    """Delete an entity, whose activities stay, unless it is not what the caller saw.

    A contact may have thousands of things that go with it: they are deleted in parts, and it goes
    with the last.
    """
    key = entity_key(request)
    conditions = conditions_of(request)

    async def has_many(reader: Reader) -> bool:
        entity = (await reader.entities_by_key([key])).get(key)
        return entity is not None and len(await _kept_with(reader, entity)) > KEPT_AT_A_TIME

    async def delete_part(writer: Writer) -> None:
        entity = await writer.entity(key)
        _check_state(conditions, entity, key)
        await _delete_kept(writer, entity)

    async def delete(writer: Writer) -> Answer:
        await delete_part(writer)
        await writer.delete_entity(key)
        return NO_CONTENT

    while await request.timeline.read(has_many):
        before = await answered_before(request, b"")
        if before is not None:
            return before
        await request.timeline.write(delete_part)
    return await write_once(request, b"", delete)


async def _kept_with(reader: Reader, entity: Entity) -> list[Belonging]:
    """What goes with an entity: with a contact how it is reached, where it lives, what is to do."""
    if entity.type != CONTACT:
        return []
    return await reader.belongings([entity.seq], KEPT_WITH_CONTACT)


async def _delete_kept(writer: Writer, entity: Entity) -> None:
    """Delete some of what goes with an entity."""
    kept = (await _kept_with(writer, entity))[:KEPT_AT_A_TIME]
    for type_ in {one.type: None for one in kept}:
        seqs = [one.seq for one in kept if one.type == type_]
        for one in (await writer.entities_by_seq(type_, seqs)).values():
            await writer.delete_entity(one.key)


async def list_activities_of_entity(request: Request) -> Response:
    """An entity's timeline."""
    key = entity_key(request)
    query = query_from_params(request.query, request.principal.account.time_zone, owner=key)
    return await respond_timeline(request, query, key)


def _check_state(conditions: Conditions, entity: Entity | None, key: EntityKey) -> None:
    """Raise Outdated where the caller saw something else: that is who stands for a merged one."""
    if conditions.are_set and not (entity and entity.is_merged):
        conditions.check(entity_document(entity, key) if entity else None)
