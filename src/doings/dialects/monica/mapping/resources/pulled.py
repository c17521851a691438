"""From what Monica's lists show besides what happened to what a pull keeps of it. Pure.

Settings go by their numbers, so that one that is renamed there is renamed here. A contact comes
with how it is reached and where it lives; what it does not show any more is null, and goes.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from doings.core.activity import Draft, Link
from doings.core.defaults import (
    ACTIVITY_CATEGORY,
    ACTIVITY_TYPE,
    ADDRESS,
    CONTACT_FIELD,
    CONTACT_FIELD_TYPE,
    GENDER,
    KEPT_WITH_CONTACT,
    REMINDER,
    TAG,
    TASK,
)
from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.errors import Invalid
from doings.core.imports import ImportItem, ListedThing, Reference, element_decoder
from doings.core.text import json_text, object_from_text
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.contact_attributes import ContactFacts
from doings.dialects.monica.mapping.resources.activities import ABOUT
from doings.dialects.monica.mapping.resources.entities import default_entities
from doings.dialects.monica.mapping.resources.moments import DAY_LENGTH, moment_of
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES
from doings.dialects.monica.mapping.resources.to_do import COMPLETED_BY
from doings.dialects.monica.mapping.saved import contact_draft, contact_item, contact_key
from doings.dialects.monica.saved_documents.elements import SavedContact, SavedFullContact
from doings.dialects.monica.saved_documents.lists import (
    Kept,
    ListedField,
    ListedName,
    ListedType,
    SavedAddress,
    SavedField,
    SavedReminder,
    SavedTask,
)
from doings.dialects.monica.vocabulary import COMPLETED_KIND, ORIGIN

Attrs = dict[str, Any]

NUMBER = "monica_id"
"""The attribute of a setting that holds its number at the Monica that it was pulled from."""

NOT_SHOWN = frozenset({"email", "first_met_where", "tags"})
"""The facts of a contact that its document does not show as such: they stay as they are here."""

REACHED_BY = ("email", "phone")
"""Ways to reach a contact that are attributes of it, too, as other surfaces look there."""

CLOSE = 4
"""Seconds within which a task is completed and the activity of that is recorded."""


FIELD_TYPES = tuple(
    [(entity.key, entity_draft_of(entity)) for entity in default_entities(CONTACT_FIELD_TYPES, 0)]
)
"""The types of contact fields that every account has, though it may have stored none of them."""

_kept = element_decoder(Kept)
_full = element_decoder(SavedFullContact)


def _setting(type_: str, said: ListedName | ListedField, **attrs: object) -> ListedThing:
    return ListedThing(type_, NUMBER, said.id, said.name, json_text(attrs))


def _field_type(said: ListedField) -> ListedThing:
    return _setting(
        CONTACT_FIELD_TYPE,
        said,
        fontawesome_icon=said.fontawesome_icon,
        protocol=said.protocol,
        delible=said.delible,
        type=said.type,
    )


def _activity_type(said: ListedType) -> ListedThing:
    thing = _setting(ACTIVITY_TYPE, said)
    category = said.activity_type_category
    if category is None:
        return thing
    within = ("category", _setting(ACTIVITY_CATEGORY, category))
    return msgspec.structs.replace(thing, within=within)


_field = element_decoder(ListedField)
_name = element_decoder(ListedName)
_type = element_decoder(ListedType)
_task = element_decoder(SavedTask)
_reminder = element_decoder(SavedReminder)


def _field_type_item(element: bytes) -> ImportItem:
    # Those of every account are stored first: they have the first numbers.
    return ImportItem(draft=None, listed=_field_type(_field(element)), new_entities=FIELD_TYPES)


def _gender_item(element: bytes) -> ImportItem:
    said = _name(element)
    return ImportItem(draft=None, listed=_setting(GENDER, said, type=said.type))


def _category_item(element: bytes) -> ImportItem:
    return ImportItem(draft=None, listed=_setting(ACTIVITY_CATEGORY, _name(element)))


def _type_item(element: bytes) -> ImportItem:
    return ImportItem(draft=None, listed=_activity_type(_type(element)))


def _tag_item(element: bytes) -> ImportItem:
    return ImportItem(draft=None, listed=_setting(TAG, _name(element)))


def _key(type_: str, number: int) -> EntityKey:
    return type_, f"{ORIGIN}-{number}"


def _contact_item(element: bytes, *, is_kept: bool = False) -> ImportItem:
    """A contact, and what is kept with it; raises Invalid."""
    item, kept = contact_item(_full(element), is_kept=is_kept), _kept(element)
    ((key, draft),) = item.entities
    said = object_from_text(draft.attrs)
    shown = [name for name in ContactFacts.__struct_fields__ if name not in NOT_SHOWN]
    attrs = {name: said.get(name) for name in shown} | {"tags": None}
    entities: list[tuple[EntityKey, EntityDraft]] = []
    refers: list[Reference] = []
    whole = []
    if kept.addresses is not None:
        whole.append(ADDRESS)
        entities += [_address(one, key[1]) for one in kept.addresses]
    if kept.contactFields is not None:
        whole.append(CONTACT_FIELD)
        attrs |= _reached_by(kept.contactFields)
        entities += [_contact_field(one, key[1]) for one in kept.contactFields]
        refers += [
            Reference(_key(CONTACT_FIELD, one.id), "contact_field_type", _field_type(type_))
            for one in kept.contactFields
            if (type_ := one.contact_field_type) is not None
        ]
    met = kept.information.how_you_met if kept.information else None
    introducer = met.first_met_through_contact if met else None
    before: tuple[tuple[EntityKey, EntityDraft], ...] = ()
    if introducer is not None:
        refers.append(Reference(key, "first_met_through", contact_key(introducer)))
        before = ((contact_key(introducer), contact_draft(introducer)),)
    contact = EntityDraft(name=draft.name, attrs=json_text(attrs))
    return msgspec.structs.replace(
        item,
        entities=(*before, (key, contact), *entities),
        new_entities=FIELD_TYPES if kept.contactFields else (),
        refers=tuple(refers),
        whole=(key, tuple(whole), f"{ORIGIN}-") if whole else None,
    )


def _reached_by(fields: list[SavedField]) -> Attrs:
    """The first email and the first phone of a contact."""
    first: Attrs = dict.fromkeys(REACHED_BY)
    for one in fields:
        word = (one.contact_field_type.type if one.contact_field_type else None) or ""
        if word in first and first[word] is None:
            first[word] = one.content
    return first


def _contact_field(said: SavedField, contact: str) -> tuple[EntityKey, EntityDraft]:
    labels = [label.type or label.label for label in said.labels]
    attrs = {"labels": [label for label in labels if label] or None}
    draft = EntityDraft(name=said.content, attrs=json_text(attrs), contact=contact)
    return _key(CONTACT_FIELD, said.id), draft


def _address(said: SavedAddress, contact: str) -> tuple[EntityKey, EntityDraft]:
    names = ("street", "city", "province", "postal_code", "latitude", "longitude")
    attrs: Attrs = {name: getattr(said, name) for name in names}
    attrs["country"] = (said.country.iso or said.country.id) if said.country else None
    draft = EntityDraft(name=said.name, attrs=json_text(attrs), contact=contact)
    return _key(ADDRESS, said.id), draft


def _with_contact(
    key: EntityKey, draft: EntityDraft, contact: SavedContact | None
) -> tuple[tuple[EntityKey, EntityDraft], ...]:
    """An entity that belongs to a contact, behind that contact."""
    if contact is None:
        return ((key, draft),)
    owner = contact_key(contact)
    owned = msgspec.structs.replace(draft, contact=owner[1])
    return ((owner, contact_draft(contact)), (key, owned))


def _task_item(element: bytes) -> ImportItem:
    """A task; one that is completed is an activity, too. Raises Invalid."""
    said = _task(element)
    key = _key(TASK, said.id)
    done_at = moment_of(said.completed_at) if said.completed else None
    attrs = {
        "description": said.description,
        "completed": said.completed or None,
        "completed_at": done_at,
    }
    task = EntityDraft(name=said.title, attrs=json_text(attrs))
    return ImportItem(
        draft=_completion(said, key, done_at) if said.completed else None,
        entities=_with_contact(key, task, said.contact),
        noted=(key, COMPLETED_BY),
        known_as=_completed_as(said, done_at),
    )


def _completion(said: SavedTask, key: EntityKey, done_at: str | None) -> Draft:
    """The activity that a task is once it is done; raises Invalid."""
    try:
        occurred_at = instant_from_text(done_at or said.created_at or "")
    except ValueError as error:
        raise Invalid.of("completed_at", str(error)) from None
    about = [] if said.contact is None else [Link(*contact_key(said.contact), ABOUT)]
    return Draft(
        kind=COMPLETED_KIND,
        occurred_at=occurred_at,
        summary=said.title,
        body=said.description,
        links=(*about, Link(*key, TASK)),
        origin=ORIGIN,
        external_id=f"task-{said.id}",
    )


def _completed_as(said: SavedTask, done_at: str | None) -> str | None:
    """What a Doings shows of a completed task among its activities: title, contact, about when."""
    if done_at is None or said.contact is None or len(done_at) == DAY_LENGTH:
        return None
    second = instant_from_text(done_at) // 1_000_000
    return _completion_name(said.title, contact_key(said.contact), second)


def _completion_name(title: str, contact: EntityKey, second: int) -> str:
    return f"task {contact[1]} {second // CLOSE} {title}"


def completions(draft: Draft, made_at: int) -> tuple[str, ...]:
    """What an activity may be called that is the completion of a task; made_at is an instant."""
    people = [link.key for link in draft.links if link.type == CONTACT]
    if len(people) != 1 or not draft.summary:
        return ()
    second = made_at // 1_000_000
    names = [_completion_name(draft.summary, people[0], at) for at in (second, second - CLOSE + 1)]
    return tuple(dict.fromkeys(names))


def _reminder_item(element: bytes) -> ImportItem:
    """A reminder; raises Invalid."""
    said = _reminder(element)
    day = moment_of(said.initial_date)
    if day is None:
        raise Invalid.of("initial_date", "must be a date like 2018-02-02")
    attrs = {
        "description": said.description,
        "frequency_type": said.frequency_type,
        "frequency_number": said.frequency_number,
        "initial_date": day[:DAY_LENGTH],
        "delible": said.delible,
    }
    reminder = EntityDraft(name=said.title, attrs=json_text(attrs))
    key = _key(REMINDER, said.id)
    return ImportItem(draft=None, entities=_with_contact(key, reminder, said.contact))


_READERS: dict[str, Callable[[bytes], ImportItem]] = {
    "contactfieldtype": _field_type_item,
    "gender": _gender_item,
    "activityTypeCategory": _category_item,
    "activityType": _type_item,
    "tag": _tag_item,
    "task": _task_item,
    "reminder": _reminder_item,
}
"""What reads an element, by what it calls itself; raises Invalid."""

CONTACT_OBJECT = "contact"

READ = frozenset({CONTACT_OBJECT, *_READERS})
"""What elements call themselves that `pulled_item` reads."""


def pulled_item(element: bytes, name: str, *, is_kept: bool) -> ImportItem:
    """What an element says that calls itself so; raises Invalid.

    Where numbers are kept the tags of a contact go by theirs.
    """
    if name == CONTACT_OBJECT:
        return _contact_item(element, is_kept=is_kept)
    return _READERS[name](element)


PATHS = {
    "contactfieldtype-": ("contactfieldtypes", CONTACT_FIELD_TYPE),
    "gender-": ("genders", GENDER),
    "category-": ("activitytypecategories", ACTIVITY_CATEGORY),
    "type-": ("activitytypes", ACTIVITY_TYPE),
    "tag-": ("tags", TAG),
    "contact-": ("contacts", CONTACT),
    "task-": ("tasks", TASK),
    "reminder-": ("reminders", REMINDER),
}
"""Where these lists are, and the types of entities, by what stands before their numbers."""

KEPT_TYPES = KEPT_WITH_CONTACT
"""The types of what goes with a contact that is deleted there."""

SETTINGS = ("contactfieldtypes", "genders", "activitytypecategories", "activitytypes", "tags")
"""The lists of what an account names for itself."""


def name_of_person(key: EntityKey) -> str | None:
    """The name under which a contact is listed; None for anybody else."""
    type_, id_ = key
    kind, _, number = id_.partition("-")
    is_theirs = type_ == CONTACT and kind == ORIGIN and number.isdecimal()
    return f"contact-{number}" if is_theirs else None


def thing_of(ref: str) -> EntityKey | ListedThing | None:
    """The entity that a list shows under a name, None for an activity."""
    kind, _, number = ref.rpartition("-")
    path, type_ = PATHS.get(f"{kind}-", ("", ""))
    if not path:
        return None
    if path in SETTINGS:
        return ListedThing(type_, NUMBER, int(number), None)
    return _key(type_, int(number))
