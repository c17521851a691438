"""What rendering takes beside the thing itself: whose it is, where, and what it refers to."""

import msgspec

from doings.core.entity import CONTACT, Entity, EntityKey
from doings.dialects.monica.documents import AccountReference
from doings.dialects.monica.public_ids import Identities

DIGITS = 18
"""How many digits an id has at most."""


class Place(msgspec.Struct, frozen=True):
    """An account as callers at one address see it; `url` is where the API begins."""

    account: AccountReference
    url: str
    identities: Identities

    def uuid(self, entity: Entity) -> str:
        """The UUID of an entity."""
        return self.identities.uuid(self.account.id, entity.type, entity.seq)


class View(msgspec.Struct, frozen=True):
    """What one answer shows: the place, its days' zone, and by key what documents refer to."""

    place: Place
    time_zone: str
    entities: dict[EntityKey, Entity]


def number_of(entity: Entity) -> int:
    """The id under which Monica knows an entity: of a contact the seq, else its own number."""
    if entity.type != CONTACT and entity.id.isdecimal() and len(entity.id) <= DIGITS:
        return int(entity.id)
    return entity.seq
