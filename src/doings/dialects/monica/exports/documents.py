"""What is read of an export; what older versions of it lack has a default."""

from typing import Any

import msgspec

Values = list[msgspec.Raw] | dict[str, msgspec.Raw]
"""The entries of a list, which has lost its brackets where some of it was left out."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one type: `contact`, `activity`, `note`…; in contacts, UUIDs of activities."""

    type: str
    values: Values = []


Data = list[Collection] | dict[str, Collection]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A type, a category or a gender that others refer to."""

    uuid: str
    properties: dict[str, Any] = {}


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """The types and genders of the account."""

    activity_types: list[Named] = []
    activity_type_categories: list[Named] = []
    contact_field_types: list[Named] = []
    genders: list[Named] = []
    life_event_types: list[Named] = []


class AccountProperties(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has besides its data."""

    journal_entries: Values = []


class ExportedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The account of an export."""

    data: Data = []
    properties: AccountProperties = AccountProperties()
    instance: Instance = Instance()


class ExportedContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact, as far as it has to be read to cut it apart."""

    uuid: str
    properties: dict[str, Any] = {}
    data: Data = []


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that an element is about, by its UUID, and its name where it has one."""

    uuid: str
    name: str | None = None


LEFT_OUT = "left_out"
"""The type of the element that tells what of an export is not read."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an export says: its place, its type, whom it is about, and its own value.

    `names` are the types and genders that the value refers to by UUIDs: what they say themselves.
    """

    exported: str
    type: str
    about: list[Ref] = []
    names: dict[str, dict[str, Any]] = {}
    value: msgspec.Raw


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The value of an element."""

    uuid: str = ""
    created_at: str | None = None
    properties: dict[str, Any] = {}
