"""Activity types, their categories, genders and tags as Monica's documents. Pure."""

import re

import msgspec

from doings.core.clock import second_from_instant
from doings.core.defaults import ACTIVITY_CATEGORY
from doings.core.entity import Entity, EntityKey
from doings.dialects.monica.documents import (
    CategoryDocument,
    GenderDocument,
    TagDocument,
    TypeDocument,
)
from doings.dialects.monica.mapping.render_context import AccountApi, number_of


class SettingFacts(msgspec.Struct):
    """The attributes of a setting: a type's category, a gender's type, whether it is a default."""

    category: str | None = None
    type: str | None = None
    is_default: bool = False


_DECODER = msgspec.json.Decoder(SettingFacts)


def setting_facts(setting: Entity) -> SettingFacts:
    """Read the attributes; if one of them has another type than expected, all are missing."""
    try:
        return _DECODER.decode(setting.attrs)
    except msgspec.ValidationError:
        return SettingFacts()


def keys_of_type(facts: SettingFacts) -> list[EntityKey]:
    """What the document of a type with these attributes refers to: its category."""
    return [(ACTIVITY_CATEGORY, facts.category)] if facts.category is not None else []


def type_document(
    activity_type: Entity, facts: SettingFacts, category: Entity | None, api: AccountApi
) -> TypeDocument:
    """Render a type with its category; `facts` are the type's attributes, decoded."""
    is_default = facts.is_default
    return TypeDocument(
        id=number_of(activity_type),
        uuid=api.uuid(activity_type),
        object="activityType",
        name=activity_type.name,
        location_type=None,
        activity_type_category=category_document(category, api) if category else None,
        account=api.account,
        created_at=None if is_default else second_from_instant(activity_type.created_at),
        updated_at=None if is_default else second_from_instant(activity_type.updated_at),
    )


def category_document(category: Entity, api: AccountApi) -> CategoryDocument:
    """Render a category."""
    is_default = setting_facts(category).is_default
    return CategoryDocument(
        id=number_of(category),
        uuid=api.uuid(category),
        object="activityTypeCategory",
        name=category.name,
        account=api.account,
        created_at=None if is_default else second_from_instant(category.created_at),
        updated_at=None if is_default else second_from_instant(category.updated_at),
    )


def gender_document(gender: Entity, api: AccountApi) -> GenderDocument:
    """Render a gender."""
    facts = setting_facts(gender)
    return GenderDocument(
        id=number_of(gender),
        object="gender",
        name=gender.name,
        type=facts.type,
        account=api.account,
        created_at=None if facts.is_default else second_from_instant(gender.created_at),
        updated_at=None if facts.is_default else second_from_instant(gender.updated_at),
    )


def tag_document(tag: Entity, api: AccountApi) -> TagDocument:
    """Render a tag."""
    return TagDocument(
        id=number_of(tag),
        object="tag",
        name=tag.name,
        name_slug=re.sub(r"[\W_]+", "-", (tag.name or "").lower()).strip("-"),
        account=api.account,
        created_at=second_from_instant(tag.created_at),
        updated_at=second_from_instant(tag.updated_at),
    )
