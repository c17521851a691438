"""Resources whose entries are entities: from an entity to an entry, and back to a draft. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec

from doings.core.defaults import IS_DEFAULT
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.resources.fields import (
    Document,
    Item,
    Resource,
    Values,
    document_of,
    held_values,
)


class EntityResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource whose entries are entities of its type.

    `named_by` is the field that is the entity's name; the others are its attributes. With
    `is_numbered` entries are numbered within their sort, else by the account's sequence. `defaults`
    are the values of what every account has until it is deleted; the first one is number 1.
    `dates_of_defaults` says whether those have times. With `stays` an update may not give an entry
    to another contact. `dependent` is the type, and the attribute of it, of what goes with what it
    refers to. Members that are `only_new` may be missing in an update. `unknown_to_delete` is the
    message for a DELETE of what there is not; without it that is 404.
    """

    resource: Resource
    named_by: str = "name"
    is_numbered: bool = False
    defaults: tuple[Values, ...] = ()
    dates_of_defaults: bool = True
    stays: bool = False
    dependent: tuple[str, str] | None = None
    only_new: tuple[str, ...] = ()
    unknown_to_delete: str | None = None

    @property
    def type(self) -> str:
        """The type of the entities."""
        return self.resource.type


def item_of(kept: EntityResource, entity: Entity, api: AccountApi) -> Item:
    """The entry that an entity holds."""
    attrs = object_from_text(entity.attrs)
    number = api.numbers.of_entity(entity)
    # Of what every account has the seq is not known before it is stored.
    identity = number if kept.defaults else entity.seq
    is_dated = kept.dates_of_defaults or attrs.get(IS_DEFAULT) is not True
    return Item(
        number=number,
        uuid=api.identities.uuid(api.account.id, kept.type, identity),
        values=held_values(kept.resource, {**attrs, kept.named_by: entity.name}),
        contact=None if entity.contact is None else (CONTACT, entity.contact),
        created_at=entity.created_at if is_dated else None,
        updated_at=entity.updated_at if is_dated else None,
    )


def draft_of_values(
    kept: EntityResource, values: Values, old: Entity | None, contact: str | None
) -> EntityDraft:
    """The entity that is to hold these values; other attributes that it had stay."""
    attrs: dict[str, Any] = object_from_text(old.attrs) if old else {}
    for field in kept.resource.fields:
        value = values[field.name]
        if value is None:
            attrs.pop(field.stored, None)
        else:
            attrs[field.stored] = value
    name = attrs.pop(kept.named_by, None)
    return EntityDraft(name=name, attrs=json_text(attrs), contact=contact)


def default_entities(kept: EntityResource, created_at: int) -> list[Entity]:
    """The entities of what every account has, as long as it has stored none of them itself.

    Their seq is their number, which is that of no entity of this type.
    """
    entities = []
    for number, values in enumerate(kept.defaults, 1):
        draft = default_draft(kept, values)
        entity = Entity(
            number, kept.type, str(number), draft.name, draft.attrs, None,
            created_at, created_at, is_deleted=False,
        )  # fmt: skip
        entities.append(entity)
    return entities


def default_draft(kept: EntityResource, values: Values) -> EntityDraft:
    """The entity of something that every account has."""
    whole = {field.name: values.get(field.name, field.missing) for field in kept.resource.fields}
    draft = draft_of_values(kept, whole, None, None)
    attrs = {**object_from_text(draft.attrs), IS_DEFAULT: True}
    return msgspec.structs.replace(draft, attrs=json_text(attrs))


def entity_document(kept: EntityResource, entity: Entity, context: RenderContext) -> Document:
    """The document of the entry that an entity holds."""
    return document_of(kept.resource, item_of(kept, entity, context.api), context)


def embedded(kept: EntityResource) -> Callable[[Any, RenderContext], Document | None]:
    """How a Field shows the entry whose id it holds; null for one that does not exist."""

    def show(id_: Any, context: RenderContext) -> Document | None:  # noqa: ANN401 - any JSON
        entity = context.entities.get((kept.type, str(id_)))
        return entity_document(kept, entity, context) if entity else None

    return show
