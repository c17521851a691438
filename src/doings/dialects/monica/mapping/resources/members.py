"""The members that documents of several resources have in common. Pure."""

from datetime import datetime

from doings.core.clock import second_from_instant
from doings.core.entity import Entity
from doings.dialects.monica.documents import AccountReference, ContactShort
from doings.dialects.monica.mapping.contact_attributes import facts_of
from doings.dialects.monica.mapping.contact_short import contact_short, keys_of_attendee
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources.fields import Item, Resource, Shown


def _account(resource: Resource, item: Item, context: RenderContext) -> AccountReference:  # noqa: ARG001 - a Shown's shape
    return context.api.account


def _contact(resource: Resource, item: Item, context: RenderContext) -> ContactShort | None:  # noqa: ARG001 - a Shown's shape
    if item.contact is None:
        return None
    contact = context.entities.get(item.contact)
    return contact_in(contact, context) if contact else context.contacts.get(item.contact)


def contact_in(contact: Entity, context: RenderContext) -> ContactShort:
    """The short document of a contact, whose gender is in the context; it is made once."""
    if contact.key not in context.contacts:
        facts = facts_of(contact)
        gender = next((context.entities.get(key) for key in keys_of_attendee(facts)), None)
        context.contacts[contact.key] = contact_short(contact, facts, gender, context.api)
    return context.contacts[contact.key]


def shown_time(instant: int | None) -> datetime | None:
    """An instant as documents show it."""
    return None if instant is None else second_from_instant(instant)


ID = Shown("id", lambda _, item, __: item.number)
UUID = Shown("uuid", lambda _, item, __: item.uuid)
OBJECT = Shown("object", lambda resource, _, __: resource.object)
URL = Shown(
    "url", lambda resource, item, context: f"{context.api.url}{resource.path}/{item.number}"
)
ACCOUNT = Shown("account", _account)
CONTACT = Shown("contact", _contact)
CREATED_AT = Shown("created_at", lambda _, item, __: shown_time(item.created_at))
UPDATED_AT = Shown("updated_at", lambda _, item, __: shown_time(item.updated_at))
