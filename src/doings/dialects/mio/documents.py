"""The vendor's JSON, member by member in the order of its documentation; undocumented ones last.

Instants are milliseconds since 1970.
"""

from typing import Any, Literal

import msgspec
from msgspec import UnsetType


class MemberDocument(msgspec.Struct):
    """The other party; numbers are as they were recorded, null for what is none."""

    id: str
    name: str | None
    cifcode: str | None
    type: str
    avatar: str | None
    score: msgspec.Raw
    scoring_level: msgspec.Raw
    social_media: list[Any]
    created_at: int
    unregistered: bool


class ItemDocument(msgspec.Struct):
    """A part of a requirement."""

    code: str | None
    type: str | None


class RequirementDocument(msgspec.Struct):
    """A piece of information that is asked for or offered."""

    code: str | None
    type: str | None
    category: str | None
    items: list[ItemDocument]


class AcceptedItemDocument(msgspec.Struct):
    """A part of a requirement, with its data."""

    code: str | None
    type: str | None
    data: Any


class AcceptedRequirementDocument(msgspec.Struct):
    """A requirement that was granted, with its data until that expires."""

    code: str | None
    type: str | None
    category: str | None
    data: Any
    items: list[AcceptedItemDocument]


class EntryDocument(msgspec.Struct):
    """When an activity reached a status."""

    status: str | None
    at: int | None


class SpanDocument(msgspec.Struct):
    """How long shared data can be seen."""

    seconds: int


class ActivityDocument(msgspec.Struct):
    """An activity; `accepted_requirements` are in the detail only."""

    id: str
    type: str
    type_name: str
    in_out_bound: str
    description: str | None
    status: str
    notification_message: str | None
    time_zone: str
    valid_until: int | None
    attended_at: int | None
    completed_at: int | None
    expires_at: int | None
    created_at: int
    updated_at: int
    entity: MemberDocument | None
    requirements: list[RequirementDocument]
    accepted_requirements: list[AcceptedRequirementDocument] | UnsetType
    declined_requirements: list[RequirementDocument]
    timeline: list[EntryDocument]
    expires_in: SpanDocument | None


class ActivityListDocument(msgspec.Struct):
    """A page of the list, the activities encoded."""

    has_next: bool
    activities: list[msgspec.Raw]


class TokenDocument(msgspec.Struct):
    """A JWT and how many seconds it is valid."""

    token: str
    token_type: str
    expires_in: int


class ErrorDocument(msgspec.Struct):
    """Any error."""

    code: str
    message: str


class CredentialsDocument(msgspec.Struct, frozen=True):
    """The user name and password that a webhook is called with."""

    username: str
    password: str


class AuthorizationDocument(msgspec.Struct, frozen=True):
    """The sign-in that a webhook is called with."""

    type: Literal["BASIC_AUTH"]
    value: CredentialsDocument


class WebhookDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the account's events are sent, as it is sent in, stored and shown."""

    type: Literal["ACTIVITY_EVENT"]
    url: str
    secret: str | None = None
    authorization: AuthorizationDocument | None = None
    headers: dict[str, str] | None = None


NOTHING = msgspec.Raw(b"null")


class SavedMember(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The other party; what follows the type are the entity's attributes.

    `score` is a number, as it was written.
    """

    id: str
    name: str | None = None
    type: str = "INDIVIDUAL"
    cifcode: str | None = None
    avatar: str | None = None
    score: msgspec.Raw = NOTHING
    scoring_level: str | int | None = None
    social_media: list[Any] = []
    unregistered: bool = False


class SavedActivity(msgspec.Struct, kw_only=True):
    """An activity of a saved answer; what an answer may lack has a default."""

    id: str
    type: str
    in_out_bound: Literal["IN", "OUT"] = "OUT"
    created_at: int
    description: str | None = None
    time_zone: str | None = None
    entity: SavedMember | None = None
    status: str | None = None
    notification_message: str | None = None
    valid_until: int | None = None
    attended_at: int | None = None
    completed_at: int | None = None
    expires_at: int | None = None
    requirements: msgspec.Raw = NOTHING
    accepted_requirements: msgspec.Raw = NOTHING
    declined_requirements: msgspec.Raw = NOTHING
    timeline: msgspec.Raw = NOTHING
    expires_in: msgspec.Raw = NOTHING
