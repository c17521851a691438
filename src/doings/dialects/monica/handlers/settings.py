"""The handlers of what an account may name for itself: activity types, categories, genders, tags.

All four are numbered entities and are handled alike. A Setting says in what they differ.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, GENDER, TAG
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityQuery
from doings.core.text import json_text, object_from_text
from doings.dialects.monica import validation
from doings.dialects.monica.documents import DeletedDocument, TypeDocument
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.setting import (
    category_document,
    gender_document,
    keys_of_type,
    setting_facts,
    tag_document,
    type_document,
)
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.validation import Rejected, Rules, integer_of

ALL_TYPES = 1_000_000
"""More types than an account has: the limit of a look through all of them."""

TYPES_AT_A_TIME = 200
"""How many types are deleted in one transaction."""

Members = Mapping[str, Any]


def _no_keys(entity: Entity) -> list[EntityKey]:  # noqa: ARG001 - a Setting's shape
    return []


def _no_attrs(members: Members) -> dict[str, Any]:  # noqa: ARG001 - a Setting's shape
    return {}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of setting.

    `attrs` makes the attributes of the members that were sent, `keys` gives what a document refers
    to, `created` is the status of an answer to POST. `unknown` is the message for the change of a
    setting that does not exist; without it that is 404, as when it is read.
    """

    type: str
    document: Callable[[Entity, RenderContext], object]
    rules: Rules = {}
    attrs: Callable[[Members], dict[str, Any]] = _no_attrs
    keys: Callable[[Entity], list[EntityKey]] = _no_keys
    unknown: str | None = None
    created: int = 201


def _type_document(activity_type: Entity, context: RenderContext) -> TypeDocument:
    facts = setting_facts(activity_type)
    category = next((context.entities.get(key) for key in keys_of_type(facts)), None)
    return type_document(activity_type, facts, category, context.api)


def _keys_of_type(activity_type: Entity) -> list[EntityKey]:
    return keys_of_type(setting_facts(activity_type))


TYPES = Setting(
    type=ACTIVITY_TYPE,
    document=_type_document,
    rules=validation.TYPE,
    attrs=lambda members: {"category": str(integer_of(members["activity_type_category_id"]))},
    keys=_keys_of_type,
    unknown="The selected activity type id is invalid.",
    created=200,
)
CATEGORIES = Setting(
    type=ACTIVITY_CATEGORY,
    document=lambda category, context: category_document(category, context.api),
    rules=validation.CATEGORY,
    unknown="The selected activity type category id is invalid.",
    created=200,
)
GENDERS = Setting(
    type=GENDER,
    document=lambda gender, context: gender_document(gender, context.api),
    rules=validation.GENDER_OF_ACCOUNT,
    attrs=lambda members: {"type": members.get("type") or "O"},
)
TAGS = Setting(type=TAG, document=lambda tag, context: tag_document(tag, context.api))


async def list_settings(setting: Setting, params: ListParams) -> Response:
    """GET: all settings of the sort, by pages."""
    listing = params.listing
    query = EntityQuery(
        type=setting.type,
        by=listing.by,
        is_descending=listing.is_descending,
        limit=listing.limit,
        with_partial=False,
    )

    async def documents(reader: Reader, seqs: Sequence[int]) -> tuple[list[object], int]:
        entities, covered = await reader.fitting_entities(seqs)
        keys = {key for entity in entities for key in setting.keys(entity)}
        context = await params.render_context(reader, keys)
        return [setting.document(entity, context) for entity in entities], covered

    async def work(reader: Reader) -> Page:
        total = await reader.total_entities(setting.type)
        seqs: list[int] = []
        if listing.skip < total:
            seqs = await reader.entity_seqs(msgspec.structs.replace(query, skip=listing.skip))
        shown, covered = await documents(reader, seqs)
        return Page(documents=shown, rest=seqs[covered:], total=total)

    page = await params.request.timeline.read(work)
    return await respond_list(page, params, params.rest_of(documents))


async def show_setting(setting: Setting, params: ListParams) -> Response:
    """GET /:id: one setting."""

    async def work(reader: Reader) -> object:
        return await _document(setting, params, reader, await reader.entity(_key(setting, params)))

    return respond_one(await params.request.timeline.read(work))


async def create_setting(setting: Setting, params: ListParams) -> Response:
    """POST: make a setting; its id is the next number of its sort."""

    async def work(writer: Writer) -> object:
        await validation.check(setting.rules, params.members, writer)
        draft = _draft(setting, params.members, None)
        (made,) = await writer.number_entities(setting.type, [draft])
        return await _document(setting, params, writer, made)

    return respond_one(await params.request.timeline.write(work), status=setting.created)


async def update_setting(setting: Setting, params: ListParams) -> Response:
    """PUT /:id: change a setting."""

    async def work(writer: Writer) -> object:
        first = await _unknown(setting, params, writer)
        await validation.check(setting.rules, params.members, writer, first=first)
        changed, _ = await writer.put_entity(
            _key(setting, params), lambda old: _draft(setting, params.members, old)
        )
        return await _document(setting, params, writer, changed)

    return respond_one(await params.request.timeline.write(work))


async def delete_setting(setting: Setting, params: ListParams) -> Response:
    """DELETE /:id: what refers to the setting refers to nothing from now on."""
    timeline = params.request.timeline
    left: list[EntityKey] = []
    if setting.type == ACTIVITY_CATEGORY:
        left = await timeline.read(
            lambda reader: _types_of(reader, _key(setting, params)), bounded=False
        )

    async def work(writer: Writer) -> None:
        if unknown := await _unknown(setting, params, writer):
            raise Rejected(unknown)
        for key in await writer.entities_by_key(left[:TYPES_AT_A_TIME]):
            await writer.delete_entity(key)
        if len(left) <= TYPES_AT_A_TIME:
            await writer.delete_entity(_key(setting, params))

    await timeline.write(work)
    while left := left[TYPES_AT_A_TIME:]:
        await timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=params.id))


async def _types_of(reader: Reader, category: EntityKey) -> list[EntityKey]:
    """The types of a category."""
    types = await reader.entities(EntityQuery(type=ACTIVITY_TYPE, limit=ALL_TYPES))
    return [one.key for one in types if category in _keys_of_type(one)]


def _key(setting: Setting, params: ListParams) -> EntityKey:
    return setting.type, str(params.id)


async def _unknown(setting: Setting, params: ListParams, reader: Reader) -> list[str]:
    """The message for an id that nothing has, if any; raises NotFound without a message."""
    key = _key(setting, params)
    if setting.unknown is None:
        await reader.entity(key)
        return []
    return [] if key in await reader.entities_by_key([key]) else [setting.unknown]


def _draft(setting: Setting, members: Members, old: Entity | None) -> EntityDraft:
    attrs = object_from_text(old.attrs) if old else {}
    return EntityDraft(
        name=members.get("name"),
        attrs=json_text({**attrs, **setting.attrs(members)}),
        contact=old.contact if old else None,
    )


async def _document(setting: Setting, params: ListParams, reader: Reader, entity: Entity) -> object:
    return setting.document(entity, await params.render_context(reader, set(setting.keys(entity))))
