"""What is read of answers that somebody saved; what older answers lack has a default."""

from typing import Any

import msgspec

from doings.dialects.monica.documents import OldBirthdate, SpecialDate


class SavedCategory(msgspec.Struct, kw_only=True):
    """The category of a type in an answer that somebody saved."""

    id: int | None = None
    name: str | None = None


class SavedType(msgspec.Struct, kw_only=True):
    """An activity type in an answer that somebody saved."""

    id: int | None = None
    name: str | None = None
    activity_type_category: SavedCategory | None = None


class SavedAvatar(msgspec.Struct, kw_only=True):
    """The picture of a contact in an answer that somebody saved."""

    url: str | None = None
    source: str | None = None


class SavedInformation(msgspec.Struct, kw_only=True):
    """`information` of an attendee; older answers have the birth date among `dates` only."""

    dates: list[OldBirthdate] = []
    birthdate: SpecialDate | None = None
    deceased_date: SpecialDate | None = None
    avatar: SavedAvatar | None = None


class SavedPerson(msgspec.Struct, kw_only=True):
    """What every document of a contact says; what older answers lack has a default."""

    id: int
    first_name: str | None = None
    last_name: str | None = None
    nickname: str | None = None
    complete_name: str | None = None
    gender: str | None = None
    gender_type: str | None = None
    is_starred: bool = False
    is_partial: bool = False
    is_active: bool = True
    is_dead: bool = False


class SavedContact(SavedPerson, kw_only=True):
    """An attendee."""

    information: SavedInformation | None = None


class SavedFieldType(msgspec.Struct, kw_only=True):
    """A way in which people are reached; `type` is a word of Monica's own."""

    id: int | None = None
    name: str | None = None
    type: str | None = None
    fontawesome_icon: str | None = None
    protocol: str | None = None
    delible: bool | None = None


class SavedCountry(msgspec.Struct, kw_only=True):
    """The country of an address."""

    name: str | None = None
    iso: str | None = None


class SavedLabel(msgspec.Struct, kw_only=True):
    """What an address or a way to reach somebody is for; `type` is a word of Monica's own."""

    type: str | None = None
    label: str | None = None


class SavedPart(msgspec.Struct, kw_only=True):
    """What is kept with contacts, and what they refer to; each sort has members of its own."""

    id: int
    object: str
    contact: SavedContact | None = None
    name: str | None = None
    street: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: SavedCountry | str | None = None
    latitude: float | None = None
    longitude: float | None = None
    content: str | None = None
    contact_field_type: SavedFieldType | None = None
    labels: list[SavedLabel] = []
    type: str | None = None
    fontawesome_icon: str | None = None
    protocol: str | None = None
    activity_type_category: SavedCategory | None = None
    title: str | None = None
    description: str | None = None
    completed: bool = False
    completed_at: str | None = None
    updated_at: str | None = None
    initial_date: str | None = None
    frequency_type: str | None = None
    frequency_number: int | None = None
    delible: bool = True


class SavedDates(msgspec.Struct, kw_only=True):
    """The dates of a contact that is shown in full."""

    birthdate: SpecialDate | None = None
    deceased_date: SpecialDate | None = None


class SavedCareer(msgspec.Struct, kw_only=True):
    """What a contact that is shown in full does for a living."""

    job: str | None = None
    company: str | None = None


class SavedTag(msgspec.Struct, kw_only=True):
    """A tag, which goes by its name, or by its number where numbers are kept."""

    id: int | None = None
    name: str


class SavedHowYouMet(msgspec.Struct, kw_only=True):
    """How one met a contact; through whom is not read, as that is a number of another server."""

    general_information: str | None = None
    first_met_date: SpecialDate | None = None


class SavedFullInformation(msgspec.Struct, kw_only=True):
    """`information` of a contact that is shown in full."""

    dates: SavedDates | list[Any] | None = None
    career: SavedCareer | None = None
    avatar: SavedAvatar | None = None
    food_preferences: str | None = None
    how_you_met: SavedHowYouMet | None = None


class SavedFullContact(SavedPerson, kw_only=True):
    """A contact that is shown in full."""

    description: str | None = None
    information: SavedFullInformation | None = None
    tags: list[SavedTag] = []
    addresses: list[SavedPart] = []
    contact_fields: list[SavedPart] = msgspec.field(default_factory=list, name="contactFields")


class SavedAttendees(msgspec.Struct, kw_only=True):
    """The contacts who attended an activity."""

    contacts: list[SavedContact]


class SavedEmotion(msgspec.Struct, kw_only=True):
    """An emotion, which goes by its id."""

    id: int


class SavedActivity(msgspec.Struct, kw_only=True):
    """An activity of an answer that somebody saved; what older answers lack has a default."""

    id: int
    uuid: str | None = None
    summary: str | None = None
    description: str | None = None
    happened_at: str
    activity_type: SavedType | None = None
    attendees: SavedAttendees
    emotions: list[SavedEmotion] = []


class SavedMessage(msgspec.Struct, kw_only=True):
    """A message of a conversation."""

    id: int | None = None
    content: str | None = None
    written_at: str | None = None
    written_by_me: bool = False


class SavedLifeEventType(msgspec.Struct, kw_only=True):
    """The type of a life event; Monica's own types have a key."""

    name: str | None = None
    default_life_event_type_key: str | None = None


class SavedEntry(msgspec.Struct, kw_only=True):
    """An entry of a list beside that of activities; each sort has members of its own."""

    id: int
    object: str
    uuid: str | None = None
    created_at: str | None = None
    contact: SavedContact | None = None
    body: str | None = None
    is_favorited: bool = False
    favorited_at: str | None = None
    called_at: str | None = None
    content: str | None = None
    contact_called: bool = False
    emotions: list[SavedEmotion] = []
    happened_at: str | None = None
    messages: list[SavedMessage] = []
    contact_field_type: SavedFieldType | None = None
    life_event_type: SavedLifeEventType | None = None
    name: str | None = None
    note: str | None = None
    title: str | None = None
    post: str | None = None
    date: str | None = None
