"""The JSON of people and things: put, changed, listed."""

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.documents.document import EntityDocument, NullableObject
from doings.native.documents.words import EntityJson, IdText, NameText


class EntityInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that may be said about an entity; what is left out is cleared.

    `contact` is the id of the contact it belongs to.
    """

    name: NameText | None = None
    attrs: EntityJson | UnsetType = UNSET
    contact: IdText | None = None


class EntityPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): null clears a member, `attrs` are merged member by member."""

    name: NameText | UnsetType | None = UNSET
    attrs: NullableObject | UnsetType = UNSET
    contact: IdText | UnsetType | None = UNSET


class EntityPage(msgspec.Struct):
    """A stretch of the entities."""

    items: list[EntityDocument]
    next: str | None
    prev: str | None
