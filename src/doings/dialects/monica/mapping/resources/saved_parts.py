"""From what is kept with contacts, as somebody saved it, to entities. Pure.

It is found in lists of its own and, of addresses and ways to reach somebody, in the contact itself.
The numbers of another server are marked, as they could be those of something else here.
"""

from collections.abc import Callable

import msgspec

from doings.core.account import OWN_NUMBERS
from doings.core.activity import SUBJECT, Draft, Link
from doings.core.defaults import (
    ACTIVITY_CATEGORY,
    ACTIVITY_TYPE,
    ADDRESS,
    CONTACT_FIELD,
    CONTACT_FIELD_TYPE,
    GENDER,
    REMINDER,
    TAG,
    TASK,
)
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.imports import ImportItem, NamedRef, element_decoder
from doings.core.text import json_text
from doings.dialects.monica.mapping.countries import code_of_country
from doings.dialects.monica.mapping.resources.moments import instant_of, moment_of
from doings.dialects.monica.mapping.resources.to_do import FREQUENCIES
from doings.dialects.monica.mapping.saved import contact_draft, contact_item, contact_key, is_said
from doings.dialects.monica.saved_documents.elements import (
    SavedFieldType,
    SavedFullContact,
    SavedPart,
)
from doings.dialects.monica.validation import date_of
from doings.dialects.monica.vocabulary import COMPLETED_KIND, NUMBERS_OF_FIELD_TYPES, ORIGIN

saved_part = element_decoder(SavedPart)
"""One entry of such a list, from JSON; raises Invalid."""

KeyedDraft = tuple[EntityKey, EntityDraft]


def part_item(document: SavedPart, time_zone: str, *, is_kept: bool = False) -> ImportItem:
    """What an entry of a list says; raises Invalid.

    Where numbers are kept, what goes by its name goes by its number, too.
    """
    item = PARTS[document.object](document, time_zone)
    if not is_kept:
        return item
    category = document.activity_type_category
    of_category = None if category is None else category.id
    named = tuple([_numbered(thing, document.id, of_category) for thing in item.named])
    return msgspec.structs.replace(item, named=named)


def _numbered(thing: NamedRef, number: int, category: int | None) -> NamedRef:
    if thing.within is not None and category is not None:
        attribute, other = thing.within
        thing = msgspec.structs.replace(thing, within=(attribute, _numbered(other, category, None)))
    return msgspec.structs.replace(thing, number=number) if 0 < number < OWN_NUMBERS else thing


def full_contact_item(contact: SavedFullContact, *, is_kept: bool = False) -> ImportItem:
    """What a contact that is shown in full says, with where it lives and how it is reached."""
    item = contact_item(contact, is_kept=is_kept)
    ((key, _),) = item.entities
    places = [one for part in contact.addresses for one in _address_draft(part, key[1])]
    ways = [one for part in contact.contact_fields for one in _field_drafts(part, key[1])]
    return msgspec.structs.replace(item, entities=(*item.entities, *places, *ways))


def _key(type_: str, number: int) -> EntityKey:
    return type_, f"{ORIGIN}-{number}"


def _owned(document: SavedPart) -> tuple[str, list[KeyedDraft]]:
    """The id of the contact of an entry, and what the entry says of it; raises Invalid."""
    if document.contact is None:
        raise Invalid.of("contact", f"a {document.object} without any is shown nowhere")
    key = contact_key(document.contact)
    return key[1], [(key, contact_draft(document.contact))]


def _address(document: SavedPart, _: str) -> ImportItem:
    owner, contact = _owned(document)
    return ImportItem(draft=None, entities=(*contact, *_address_draft(document, owner)))


def _address_draft(document: SavedPart, owner: str) -> list[KeyedDraft]:
    country = document.country
    code = country if isinstance(country, str) or country is None else country.iso or country.name
    attrs = {
        "street": document.street,
        "city": document.city,
        "province": document.province,
        "postal_code": document.postal_code,
        "country": code_of_country(code) or code,
        "latitude": document.latitude,
        "longitude": document.longitude,
    }
    known = {name: value for name, value in attrs.items() if value not in (None, "")}
    draft = EntityDraft(name=document.name or None, attrs=json_text(known), contact=owner)
    return [(_key(ADDRESS, document.id), draft)]


def _field(document: SavedPart, _: str) -> ImportItem:
    owner, contact = _owned(document)
    return ImportItem(draft=None, entities=(*contact, *_field_drafts(document, owner)))


def _field_drafts(document: SavedPart, owner: str) -> list[KeyedDraft]:
    """A way to reach a contact, and its type where that is none of those that everybody has."""
    type_ = document.contact_field_type or SavedFieldType()
    attrs: dict[str, object] = {}
    drafts: list[KeyedDraft] = []
    number = NUMBERS_OF_FIELD_TYPES.get((type_.type or type_.name or "").lower())
    if number is not None:
        attrs["contact_field_type"] = number
    elif type_.name is not None:
        key, draft = field_type(type_.name, f"{type_.id or type_.name}", type_)
        drafts.append((key, draft))
        attrs["contact_field_type"] = key[1]
    labels = [one.type or one.label for one in document.labels]
    if any(labels):
        attrs["labels"] = [label for label in labels if label]
    field = EntityDraft(name=document.content, attrs=json_text(attrs), contact=owner)
    return [*drafts, (_key(CONTACT_FIELD, document.id), field)]


def field_type(name: str, id_: str, said: SavedFieldType) -> KeyedDraft:
    """A type of somebody's own, by the id that it had."""
    attrs = {
        "fontawesome_icon": said.fontawesome_icon,
        "protocol": said.protocol,
        "type": said.type,
    }
    known = {key: value for key, value in attrs.items() if value}
    return (CONTACT_FIELD_TYPE, f"{ORIGIN}-{id_}"[:255]), EntityDraft(
        name=name, attrs=json_text(known)
    )


def _field_type(document: SavedPart, _: str) -> ImportItem:
    name = document.name or ""
    if (document.type or name).lower() in NUMBERS_OF_FIELD_TYPES:
        # Every account has these.
        return ImportItem(draft=None)
    said = SavedFieldType(
        fontawesome_icon=document.fontawesome_icon,
        protocol=document.protocol,
        name=name,
        type=document.type,
    )
    return ImportItem(draft=None, new_entities=(field_type(name, str(document.id), said),))


def _named(type_: str, *, may_be_nameless: bool = False) -> Callable[[SavedPart, str], ImportItem]:
    """What goes by its name: it is found by that, or made."""

    def item(document: SavedPart, _: str) -> ImportItem:
        if not document.name and not may_be_nameless:
            raise Invalid.of("name", "is missing")
        category = document.activity_type_category
        within = None
        if category is not None and is_said(category):
            within = ("category", NamedRef(ACTIVITY_CATEGORY, category.name or None))
        return ImportItem(draft=None, named=(NamedRef(type_, document.name or None, within),))

    return item


def _task(document: SavedPart, time_zone: str) -> ImportItem:
    """A task; one that is completed is an activity as well, as it is where it is completed here."""
    key = _key(TASK, document.id)
    owner, contact = (None, []) if document.contact is None else _owned(document)
    at = moment_of(document.completed_at or document.updated_at) if document.completed else None
    attrs = {
        "description": document.description,
        "completed": document.completed or None,
        "completed_at": at,
    }
    known = {name: value for name, value in attrs.items() if value is not None}
    task = EntityDraft(name=document.title, attrs=json_text(known), contact=owner)
    draft = None
    if at is not None:
        about = [] if owner is None else [Link(CONTACT, owner, SUBJECT)]
        draft = Draft(
            kind=COMPLETED_KIND,
            occurred_at=instant_of(at, time_zone),
            summary=document.title,
            body=document.description,
            links=(*about, Link(*key, TASK)),
            origin=ORIGIN,
            external_id=f"task-{document.id}",
        )
    return ImportItem(draft=draft, entities=(*contact, (key, task)))


def _reminder(document: SavedPart, _: str) -> ImportItem:
    owner, contact = _owned(document)
    day = date_of((document.initial_date or "")[:10])
    if day is None:
        raise Invalid.of("initial_date", "must be a date like 2018-02-02")
    if document.frequency_type not in FREQUENCIES:
        raise Invalid.of("frequency_type", f"must be one of {', '.join(FREQUENCIES)}")
    number = document.frequency_number
    attrs = {
        "initial_date": day.isoformat(),
        "frequency_type": document.frequency_type,
        # 0 is taken by the API, too.
        "frequency_number": 1 if number is None else number,
        "description": document.description,
        "delible": None if document.delible else False,
    }
    known = {name: value for name, value in attrs.items() if value is not None}
    draft = EntityDraft(name=document.title, attrs=json_text(known), contact=owner)
    return ImportItem(draft=None, entities=(*contact, (_key(REMINDER, document.id), draft)))


PARTS: dict[str, Callable[[SavedPart, str], ImportItem]] = {
    "address": _address,
    "contactfield": _field,
    "contactfieldtype": _field_type,
    "tag": _named(TAG),
    "activitytype": _named(ACTIVITY_TYPE, may_be_nameless=True),
    "activityType": _named(ACTIVITY_TYPE, may_be_nameless=True),
    "activitytypecategory": _named(ACTIVITY_CATEGORY, may_be_nameless=True),
    "activityTypeCategory": _named(ACTIVITY_CATEGORY, may_be_nameless=True),
    "gender": _named(GENDER),
    "task": _task,
    "reminder": _reminder,
}
"""What is read of lists of what is kept with contacts, by what documents call it."""
