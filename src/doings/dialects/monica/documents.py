"""Monica's JSON as types: the members in the vendor's order, under the vendor's names."""

from datetime import datetime
from typing import Any, Literal

import msgspec


class AccountReference(msgspec.Struct, frozen=True):
    """The account that a document belongs to."""

    id: int


class EmotionDocument(msgspec.Struct):
    """`emotion`."""

    id: int
    object: Literal["emotion"]
    name: str


class SpecialDate(msgspec.Struct):
    """A birth or death date; all null where it is not known."""

    is_age_based: bool | None
    is_year_unknown: bool | None
    date: str | None


class OldBirthdate(msgspec.Struct):
    """The birth date as older clients read it."""

    name: Literal["birthdate"]
    is_birthdate_approximate: Literal["exact", "approximate", "unknown"]
    birthdate: str | None


class Avatar(msgspec.Struct):
    """A picture."""

    url: str
    source: str
    default_avatar_color: str


class ShortInformation(msgspec.Struct):
    """`information` of an attendee; Monica 4.1 has no list of dates."""

    dates: list[OldBirthdate] | msgspec.UnsetType
    birthdate: SpecialDate
    deceased_date: SpecialDate
    avatar: Avatar


class ContactShort(msgspec.Struct):
    """`contact`, as attendees are shown."""

    id: int
    uuid: str
    object: Literal["contact"]
    hash_id: str
    first_name: str
    last_name: str | None
    nickname: str | None
    complete_name: str
    initials: str
    gender: str | None
    gender_type: str | None
    is_starred: bool
    is_partial: bool
    is_active: bool
    is_dead: bool
    is_me: bool
    information: ShortInformation
    url: str
    account: AccountReference


class Relatives(msgspec.Struct):
    """Contacts that are related in one way; Doings keeps no relationships."""

    total: int
    contacts: list[ContactShort]


class Relationships(msgspec.Struct):
    """The relatives of a contact by how close they are."""

    love: Relatives
    family: Relatives
    friend: Relatives
    work: Relatives


class SpecialDates(msgspec.Struct):
    """The dates of a life."""

    birthdate: SpecialDate
    deceased_date: SpecialDate


class Career(msgspec.Struct):
    """What somebody does for a living."""

    job: str | None
    company: str | None


class HowYouMet(msgspec.Struct):
    """How one met the contact, and through whom."""

    general_information: str | None
    first_met_date: SpecialDate
    first_met_through_contact: ContactShort | None


class Information(msgspec.Struct):
    """`information` of a contact in full."""

    relationships: Relationships
    dates: SpecialDates
    career: Career
    avatar: Avatar
    food_preferences: str | None
    how_you_met: HowYouMet


class Statistics(msgspec.Struct):
    """How many entries a contact has; of these Doings keeps activities only."""

    number_of_calls: int
    number_of_notes: int
    number_of_activities: int
    number_of_reminders: int
    number_of_tasks: int
    number_of_gifts: int
    number_of_debts: int


class ContactDocument(msgspec.Struct, kw_only=True):
    """`contact`, in full; with how it is reached where that is asked for."""

    id: int
    uuid: str
    object: Literal["contact"]
    hash_id: str
    first_name: str
    last_name: str | None
    nickname: str | None
    complete_name: str
    initials: str
    description: str | None
    gender: str | None
    gender_type: str | None
    is_starred: bool
    is_partial: bool
    is_active: bool
    is_dead: bool
    is_me: bool
    last_called: datetime | None
    last_activity_together: str | None
    stay_in_touch_frequency: int | None
    stay_in_touch_trigger_date: str | None
    information: Information
    addresses: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    statistics: Statistics
    contactFields: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Monica's
    notes: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    url: str
    account: AccountReference
    created_at: datetime
    updated_at: datetime


class Attendees(msgspec.Struct):
    """The contacts who attended: each a ContactShort, encoded once for an answer."""

    total: int
    contacts: list[msgspec.Raw]


class ActivityDocument(msgspec.Struct):
    """`activity`; its type is encoded once for an answer."""

    id: int
    uuid: str
    object: Literal["activity"]
    summary: str
    description: str | None
    happened_at: str
    activity_type: msgspec.Raw | None
    attendees: Attendees
    emotions: list[EmotionDocument]
    url: str
    account: AccountReference
    created_at: datetime
    updated_at: datetime


class UserDocument(msgspec.Struct):
    """`user`: the account that the credential belongs to."""

    id: int
    uuid: str
    object: Literal["user"]
    first_name: str
    last_name: str | None
    name: str
    email: str | None
    me_contact: None
    timezone: str
    currency: None
    locale: str
    is_policy_compliant: bool
    account: AccountReference
    created_at: datetime
    updated_at: datetime


class DeletedDocument(msgspec.Struct):
    """The answer to DELETE."""

    deleted: bool
    id: int


class One(msgspec.Struct):
    """The envelope of a single document."""

    data: Any


class Links(msgspec.Struct):
    """Where the pages of a list are."""

    first: str
    last: str
    prev: str | None
    next: str | None


class PageLink(msgspec.Struct):
    """One of the links between pages as they stand below a list; `...` leads nowhere."""

    url: str | None
    label: str
    active: bool


class Meta(msgspec.Struct, omit_defaults=True):
    """Which page this is. Years are in `statistics` where activities are listed, `[]` for none."""

    current_page: int
    from_: int | None = msgspec.field(name="from")
    last_page: int
    links: list[PageLink]
    path: str
    per_page: int
    to: int | None
    total: int
    statistics: dict[str, int] | list[None] | msgspec.UnsetType = msgspec.UNSET
    query: str | msgspec.UnsetType = msgspec.UNSET


class Many(msgspec.Struct):
    """The envelope of a list."""

    data: list[Any]
    links: Links
    meta: Meta


class ErrorMember(msgspec.Struct):
    """What went wrong: one sentence, or a list of them for input that broke rules."""

    message: str | list[str]
    error_code: int


class ErrorDocument(msgspec.Struct):
    """The shape of Monica's own errors."""

    error: ErrorMember


class MessageDocument(msgspec.Struct):
    """The shape of errors of the framework that Monica is written in."""

    message: str


class TokenDocument(msgspec.Struct):
    """What `/oauth/token` gives; `expires_in` is in seconds."""

    token_type: Literal["Bearer"]
    expires_in: int
    access_token: str
    refresh_token: str


class OAuthErrorDocument(msgspec.Struct):
    """Why `/oauth/token` gives nothing; the message is the description once more."""

    error: str
    error_description: str
    hint: str | msgspec.UnsetType
    message: str


class Success(msgspec.Struct):
    """A greeting."""

    message: str


class WelcomeDocument(msgspec.Struct):
    """What the root of the API answers."""

    success: Success
    links: dict[str, str]
