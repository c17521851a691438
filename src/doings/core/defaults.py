"""What a new account starts with: kinds of encounters in their categories, and genders.

They are ordinary entities, numbered within their type, and may be changed or deleted.
"""

import msgspec

from doings.core.entity import CONTACT, EntityDraft, EntityKey
from doings.core.text import json_text, object_from_text

ACTIVITY_CATEGORY = "activity_category"
ACTIVITY_TYPE = "activity_type"
GENDER = "gender"
TAG = "tag"
CONTACT_FIELD_TYPE = "contact_field_type"
CONTACT_FIELD = "contact_field"
ADDRESS = "address"
TASK = "task"
REMINDER = "reminder"

KEPT_WITH_CONTACT = (CONTACT_FIELD, ADDRESS, TASK, REMINDER)
"""The types of what is kept with a contact, and goes with it."""

IMPORTED_AS = "imported_as"
"""The attribute that holds a digest of what a file said of a contact last, for when it changes."""

SETTINGS = (
    ACTIVITY_CATEGORY, ACTIVITY_TYPE, GENDER, CONTACT_FIELD_TYPE, CONTACT_FIELD, ADDRESS,
)  # fmt: skip
"""The types of entities that are a vendor's settings, or details of people it keeps by themselves.

They are not the people and things of a business, and are shown where they are asked for by type.
"""

HELD_BY: dict[str, tuple[str, str]] = {
    TAG: (CONTACT, "tags"),
    GENDER: (CONTACT, "gender_id"),
    CONTACT_FIELD_TYPE: (CONTACT_FIELD, "contact_field_type"),
    ACTIVITY_CATEGORY: (ACTIVITY_TYPE, "category"),
}
"""Where ids of entities of a type stand: in entities of which type, and in which attribute."""

HELD_BY_KIND: dict[str, tuple[str, str]] = {
    CONTACT_FIELD_TYPE: ("conversation.logged", "contact_field_type_id"),
}
"""Where such ids stand in activities: of which kind, and in which member of their data."""

INTRODUCER = "first_met_through"
"""The attribute of a contact that holds the seq of the contact who introduced this one."""


def introducer_of(attrs: str) -> int | None:
    """The seq of the contact who introduced the one with these attributes."""
    if INTRODUCER not in attrs:
        return None
    seq = object_from_text(attrs).get(INTRODUCER)
    return seq if type(seq) is int else None


def with_introducer(attrs: str, seq: int | None) -> str:
    """The attributes with that contact as the introducer; None is nobody."""
    members = msgspec.json.decode(attrs, type=dict[str, msgspec.Raw])
    if seq is None:
        members.pop(INTRODUCER, None)
    else:
        members[INTRODUCER] = msgspec.Raw(msgspec.json.encode(seq))
    return json_text(members)


_CATEGORIES = ("Simple activities", "Sport", "Food", "Cultural activities")

_TYPES = (
    ("just hung out", 1),
    ("watched a movie at home", 1),
    ("just talked at home", 1),
    ("played a sport together", 2),
    ("ate at their place", 3),
    ("went to a bar", 3),
    ("ate at home", 3),
    ("picnicked", 3),
    ("ate at a restaurant", 3),
    ("went to the theater", 4),
    ("went to a concert", 4),
    ("went to a play", 4),
    ("went to the museum", 4),
)

_GENDERS = (("Man", "M"), ("Woman", "F"), ("Rather not say", "O"))

IS_DEFAULT = "is_default"
"""The attribute of entities that came with the account; nobody created them."""


def _numbered(
    entity_type: str, drafts: list[tuple[str, dict[str, object]]]
) -> list[tuple[EntityKey, EntityDraft]]:
    return [
        ((entity_type, str(number)), EntityDraft(name=name, attrs=json_text(attrs)))
        for number, (name, attrs) in enumerate(drafts, 1)
    ]


DEFAULTS: tuple[tuple[EntityKey, EntityDraft], ...] = (
    *_numbered(ACTIVITY_CATEGORY, [(name, {IS_DEFAULT: True}) for name in _CATEGORIES]),
    *_numbered(
        ACTIVITY_TYPE,
        [(name, {"category": str(category), IS_DEFAULT: True}) for name, category in _TYPES],
    ),
    *_numbered(GENDER, [(name, {"type": type_, IS_DEFAULT: True}) for name, type_ in _GENDERS]),
)
