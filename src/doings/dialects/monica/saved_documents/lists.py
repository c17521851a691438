"""What is read of Monica's lists of settings, of what is kept with people and of what is to do."""

import msgspec

from doings.dialects.monica.saved_documents.elements import SavedContact


class ListedField(msgspec.Struct, kw_only=True):
    """A type of contact fields."""

    id: int
    name: str | None = None
    fontawesome_icon: str | None = None
    protocol: str | None = None
    delible: bool = True
    type: str | None = None


class ListedName(msgspec.Struct, kw_only=True):
    """A gender, a tag or a category; only genders have a type."""

    id: int
    name: str | None = None
    type: str | None = None


class ListedType(ListedName, kw_only=True):
    """A type of activities."""

    activity_type_category: ListedName | None = None


class SavedLabel(msgspec.Struct, kw_only=True):
    """A label of a contact field."""

    type: str | None = None
    label: str | None = None


class SavedField(msgspec.Struct, kw_only=True):
    """How a contact is reached."""

    id: int
    content: str | None = None
    contact_field_type: ListedField | None = None
    labels: list[SavedLabel] = []


class SavedCountry(msgspec.Struct, kw_only=True):
    """The country of an address, by its letters."""

    id: str | None = None
    iso: str | None = None


class SavedAddress(msgspec.Struct, kw_only=True):
    """Where a contact lives."""

    id: int
    name: str | None = None
    street: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    latitude: int | float | None = None
    longitude: int | float | None = None
    country: SavedCountry | None = None


class SavedMeeting(msgspec.Struct, kw_only=True):
    """Through whom one met a contact."""

    first_met_through_contact: SavedContact | None = None


class SavedMeetings(msgspec.Struct, kw_only=True):
    """The part of `information` that says how one met."""

    how_you_met: SavedMeeting | None = None


class Kept(msgspec.Struct, kw_only=True):
    """What stands in the document of a contact and is kept by itself."""

    id: int
    addresses: list[SavedAddress] | None = None
    contactFields: list[SavedField] | None = None  # noqa: N815 - Monica's
    information: SavedMeetings | None = None


class SavedTask(msgspec.Struct, kw_only=True):
    """A task."""

    id: int
    title: str
    description: str | None = None
    completed: bool = False
    completed_at: str | None = None
    created_at: str | None = None
    contact: SavedContact | None = None


class SavedReminder(msgspec.Struct, kw_only=True):
    """A reminder."""

    id: int
    title: str
    description: str | None = None
    frequency_type: str = "one_time"
    frequency_number: int | None = None
    initial_date: str
    delible: bool = True
    contact: SavedContact | None = None
