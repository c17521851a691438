"""The vendor's JSON, member by member in the order of its documentation."""

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import DEFAULT_CHANNELS


class ActivityDocument(msgspec.Struct, kw_only=True):
    """One element of the list, and the answer to a post; `level` is there only when it is set."""

    created_at: str
    type: str
    channels: tuple[str, ...]
    level: str | UnsetType = UNSET
    attributes: msgspec.Raw


class SpaceDocument(msgspec.Struct):
    """A space that a user administers."""

    space_subdomain: str
    space_name: str


class UserDocument(msgspec.Struct):
    """The user that makes the request."""

    id: str
    email: str | None
    admin_of: list[SpaceDocument]


MembershipDocument = dict[str, msgspec.Raw]
"""`id, name, email, plan, confirmed_at, canceled_to`, then the entity's further attributes."""


class SubscriptionDocument(msgspec.Struct):
    """A subscription; `url` is its own address."""

    id: str
    event: str
    url: str
    active: bool
    callback_url: str


class ErrorDocument(msgspec.Struct, omit_defaults=True):
    """An error that is a word, as most are; `message` only where the word would not help."""

    error: str
    message: str | None = None


class ScopeErrorDocument(msgspec.Struct):
    """The answer to a credential that lacks a scope."""

    error: str
    scope: str


class FieldErrorsDocument(msgspec.Struct):
    """The fields that are wrong, each with the reasons."""

    errors: dict[str, list[str]]


class SavedActivity(msgspec.Struct, kw_only=True):
    """One element of an answer of a saved answer; what an answer may lack has a default."""

    created_at: str
    type: str
    channels: tuple[str, ...] = DEFAULT_CHANNELS
    level: str | None = None
    attributes: dict[str, msgspec.Raw] = {}
