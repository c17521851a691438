"""What the documents of entities refer to, so that all of it is looked up at once. Pure."""

from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.text import object_from_text
from doings.dialects.monica.mapping.contact_attributes import facts_of
from doings.dialects.monica.mapping.contact_short import keys_of_attendee
from doings.dialects.monica.mapping.resources.entities import EntityResource
from doings.dialects.monica.mapping.resources.fields import held_values, referred_keys
from doings.dialects.monica.mapping.resources.people import (
    ADDRESSES,
    CONTACT_FIELD_TYPES,
    CONTACT_FIELDS,
)
from doings.dialects.monica.mapping.resources.settings import CATEGORIES, GENDERS, TAGS, TYPES
from doings.dialects.monica.mapping.resources.to_do import REMINDERS, TASKS

RESOURCES: dict[str, EntityResource] = {
    kept.type: kept
    for kept in (
        CATEGORIES,
        TYPES,
        GENDERS,
        TAGS,
        CONTACT_FIELD_TYPES,
        CONTACT_FIELDS,
        ADDRESSES,
        TASKS,
        REMINDERS,
    )
}
"""The resources that are entities, by their type."""


def references_of(entity: Entity) -> list[EntityKey]:
    """The entities that the document of an entity refers to, where it stands in another one."""
    if entity.type == CONTACT:
        return keys_of_attendee(facts_of(entity))
    kept = RESOURCES.get(entity.type)
    if kept is None:
        return []
    contact = None if entity.contact is None else (CONTACT, entity.contact)
    values = held_values(kept.resource, object_from_text(entity.attrs))
    return referred_keys(kept.resource, values, contact)
