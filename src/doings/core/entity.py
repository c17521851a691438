"""Entities: the people and things that activities are about."""

import re
from functools import lru_cache

import msgspec

from doings.core.errors import Invalid
from doings.core.text import checked_json, checked_text

TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
ID_LENGTH = 255
NAME_LENGTH = 1000
ATTRS_LENGTH = 262_144

CONTACT = "contact"
"""The type of the people that timelines are kept for."""

PEOPLE = frozenset({CONTACT, "individual", "client", "membership"})
"""The types of entities that are people: two of one type may turn out to be one person."""

SELF = "business"
"""The type of the entity that stands for the account itself; its id is the account's slug."""

EntityKey = tuple[str, str]
"""(type, id), which names an entity within its account."""


class Entity(msgspec.Struct, frozen=True, gc=False):
    """One person or thing as stored; `attrs` is JSON text in the order it was given.

    `contact` is the id of the contact it belongs to. A deleted entity is in no list of entities. It
    stays stored, because activities are still linked to it, and is read without name and attrs. One
    that `is_erased` is deleted, too, and its id says nothing of who it was.

    `group_seq` is the seq of the entity that stands for it and for others that are the same person;
    None where there are no others.
    """

    seq: int
    type: str
    id: str
    name: str | None
    attrs: str
    contact: str | None
    created_at: int
    updated_at: int
    is_deleted: bool
    is_erased: bool = False
    group_seq: int | None = None

    @property
    def is_merged(self) -> bool:
        """Whether another entity stands for it."""
        return self.group_seq is not None and self.group_seq != self.seq

    @property
    def key(self) -> EntityKey:
        """(type, id)."""
        return self.type, self.id


class EntityDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The members of an entity that a caller sets; the constructor refuses values not allowed."""

    name: str | None = None
    attrs: str = "{}"
    contact: str | None = None

    def __post_init__(self) -> None:
        """Raise Invalid."""
        checked_text(self.name, field="name", most=NAME_LENGTH)
        checked_json(self.attrs, field="attrs", most=ATTRS_LENGTH)
        if self.contact is not None:
            checked_id(self.contact, field="contact")


@lru_cache(maxsize=4096)
def checked_type(entity_type: str, *, field: str = "type") -> str:
    """The type itself; raises Invalid for one that may not exist."""
    if not TYPE.fullmatch(entity_type):
        raise Invalid.of(field, "a lower-case word: letters, digits and _")
    return entity_type


def checked_id(entity_id: str, *, field: str = "id") -> str:
    """The id itself; raises Invalid for one that may not exist."""
    if not entity_id or len(entity_id) > ID_LENGTH or "\0" in entity_id:
        raise Invalid.of(field, f"text of 1 to {ID_LENGTH} characters without NUL")
    return entity_id


def checked_contact(contact: str | None, *, field: str = "contact") -> str | None:
    """The id of the contact that an entity belongs to; raises Invalid for one named like a link."""
    if contact is not None and contact.startswith(f"{CONTACT}:"):
        raise Invalid.of(field, "a contact is named by its id alone, like 8 and not contact:8")
    return contact


def draft_of(entity: Entity) -> EntityDraft:
    """The draft that would store this entity again, to be changed."""
    return EntityDraft(name=entity.name, attrs=entity.attrs, contact=entity.contact)
