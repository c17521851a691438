"""The handlers of what an account may name for itself: activity types, their categories, genders.

All three are numbered entities and are handled alike; a Setting is what sets them apart.
"""

from collections.abc import Callable, Mapping
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
from doings.dialects.monica.mapping.setting import (
    category_document,
    gender_document,
    keys_of_type,
    tag_document,
    type_document,
)
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page
from doings.dialects.monica.validation import Rejected, Rules, integer_of
from doings.dialects.monica.view import View

ALL = 1_000_000

Members = Mapping[str, Any]


def _no_keys(entity: Entity) -> list[EntityKey]:  # noqa: ARG001 - a Setting's shape
    return []


def _no_attrs(members: Members) -> dict[str, Any]:  # noqa: ARG001 - a Setting's shape
    return {}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One sort of setting.

    `attrs` are those that are sent, `keys` is what a document refers to. `unknown` is said when one
    that does not exist is to be changed or deleted; without it that is 404, as when it is read.
    """

    type: str
    document: Callable[[Entity, View], object]
    rules: Rules = {}
    attrs: Callable[[Members], dict[str, Any]] = _no_attrs
    keys: Callable[[Entity], list[EntityKey]] = _no_keys
    unknown: str | None = None
    created: int = 201


def _type_document(activity_type: Entity, view: View) -> TypeDocument:
    category = next((view.entities.get(key) for key in keys_of_type(activity_type)), None)
    return type_document(activity_type, category, view.place)


TYPES = Setting(
    type=ACTIVITY_TYPE,
    document=_type_document,
    rules=validation.TYPE,
    attrs=lambda members: {"category": str(integer_of(members["activity_type_category_id"]))},
    keys=keys_of_type,
    unknown="The selected activity type id is invalid.",
    created=200,
)
CATEGORIES = Setting(
    type=ACTIVITY_CATEGORY,
    document=lambda category, view: category_document(category, view.place),
    rules=validation.CATEGORY,
    unknown="The selected activity type category id is invalid.",
    created=200,
)
GENDERS = Setting(
    type=GENDER,
    document=lambda gender, view: gender_document(gender, view.place),
    rules=validation.GENDER_OF_ACCOUNT,
    attrs=lambda members: {"type": members.get("type") or "O"},
)
TAGS = Setting(type=TAG, document=lambda tag, view: tag_document(tag, view.place))


async def list_settings(setting: Setting, asked: ListParams) -> Response:
    """GET: all of them, by pages."""
    listing = asked.listing
    query = EntityQuery(
        type=setting.type,
        by=listing.by,
        is_descending=listing.is_descending,
        limit=listing.limit,
        with_partial=False,
    )

    async def work(reader: Reader) -> Page:
        total = await reader.total_entities(setting.type)
        found: list[Entity] = []
        if listing.skip < total:
            found = await reader.entities(msgspec.structs.replace(query, skip=listing.skip))
        view = await asked.view(reader, {key for one in found for key in setting.keys(one)})
        return Page(documents=[setting.document(one, view) for one in found], total=total)

    return respond_list(await asked.request.timeline.read(work), asked)


async def show_setting(setting: Setting, asked: ListParams) -> Response:
    """GET /:id."""

    async def work(reader: Reader) -> object:
        return await _document(setting, asked, reader, await reader.entity(_key(setting, asked)))

    return respond_one(await asked.request.timeline.read(work))


async def create_setting(setting: Setting, asked: ListParams) -> Response:
    """POST."""

    async def work(writer: Writer) -> object:
        await validation.check(setting.rules, asked.members, writer)
        made = await writer.number_entity(setting.type, _draft(setting, asked.members, None))
        return await _document(setting, asked, writer, made)

    return respond_one(await asked.request.timeline.write(work), status=setting.created)


async def update_setting(setting: Setting, asked: ListParams) -> Response:
    """PUT /:id."""

    async def work(writer: Writer) -> object:
        first = await _unknown(setting, asked, writer)
        await validation.check(setting.rules, asked.members, writer, first=first)
        changed, _ = await writer.put_entity(
            _key(setting, asked), lambda old: _draft(setting, asked.members, old)
        )
        return await _document(setting, asked, writer, changed)

    return respond_one(await asked.request.timeline.write(work))


async def delete_setting(setting: Setting, asked: ListParams) -> Response:
    """DELETE /:id: what refers to it refers to nothing from now on."""

    async def work(writer: Writer) -> None:
        if unknown := await _unknown(setting, asked, writer):
            raise Rejected(unknown)
        await writer.delete_entity(_key(setting, asked))
        if setting.type == ACTIVITY_CATEGORY:
            await _delete_types(writer, _key(setting, asked))

    await asked.request.timeline.write(work)
    return answer(DeletedDocument(deleted=True, id=asked.id))


async def _delete_types(writer: Writer, category: EntityKey) -> None:
    """Delete the types of a category."""
    for activity_type in await writer.entities(EntityQuery(type=ACTIVITY_TYPE, limit=ALL)):
        if category in keys_of_type(activity_type):
            await writer.delete_entity(activity_type.key)


def _key(setting: Setting, asked: ListParams) -> EntityKey:
    return setting.type, str(asked.id)


async def _unknown(setting: Setting, asked: ListParams, reader: Reader) -> list[str]:
    """What is said of an id that nothing has; raises NotFound where nothing particular is."""
    key = _key(setting, asked)
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


async def _document(setting: Setting, asked: ListParams, reader: Reader, entity: Entity) -> object:
    return setting.document(entity, await asked.view(reader, set(setting.keys(entity))))
