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
from doings.dialects.monica.view import Place, number_of


class SettingFacts(msgspec.Struct):
    """The attributes of a setting: a type's category, a gender's type, whether nobody made it."""

    category: str | None = None
    type: str | None = None
    is_default: bool = False


_DECODER = msgspec.json.Decoder(SettingFacts)


def setting_facts(setting: Entity) -> SettingFacts:
    """Read the attributes; those of other types than expected are taken for missing."""
    try:
        return _DECODER.decode(setting.attrs)
    except msgspec.ValidationError:
        return SettingFacts()


def keys_of_type(activity_type: Entity) -> list[EntityKey]:
    """What a type's document refers to: its category."""
    category = setting_facts(activity_type).category
    return [(ACTIVITY_CATEGORY, category)] if category is not None else []


def type_document(activity_type: Entity, category: Entity | None, place: Place) -> TypeDocument:
    """Render a type with its category."""
    is_default = setting_facts(activity_type).is_default
    return TypeDocument(
        id=number_of(activity_type),
        uuid=place.uuid(activity_type),
        object="activityType",
        name=activity_type.name,
        location_type=None,
        activity_type_category=category_document(category, place) if category else None,
        account=place.account,
        created_at=None if is_default else second_from_instant(activity_type.created_at),
        updated_at=None if is_default else second_from_instant(activity_type.updated_at),
    )


def category_document(category: Entity, place: Place) -> CategoryDocument:
    """Render a category."""
    is_default = setting_facts(category).is_default
    return CategoryDocument(
        id=number_of(category),
        uuid=place.uuid(category),
        object="activityTypeCategory",
        name=category.name,
        account=place.account,
        created_at=None if is_default else second_from_instant(category.created_at),
        updated_at=None if is_default else second_from_instant(category.updated_at),
    )


def gender_document(gender: Entity, place: Place) -> GenderDocument:
    """Render a gender."""
    facts = setting_facts(gender)
    return GenderDocument(
        id=number_of(gender),
        object="gender",
        name=gender.name,
        type=facts.type,
        account=place.account,
        created_at=None if facts.is_default else second_from_instant(gender.created_at),
        updated_at=None if facts.is_default else second_from_instant(gender.updated_at),
    )


def tag_document(tag: Entity, place: Place) -> TagDocument:
    """Render a tag."""
    return TagDocument(
        id=number_of(tag),
        object="tag",
        name=tag.name,
        name_slug=re.sub(r"[\W_]+", "-", (tag.name or "").lower()).strip("-"),
        account=place.account,
        created_at=second_from_instant(tag.created_at),
        updated_at=second_from_instant(tag.updated_at),
    )
