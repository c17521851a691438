"""What rendering takes beside the thing itself: whose it is, where, and what it refers to."""

import msgspec

from doings.core.account import Account
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.dialects.monica.documents import AccountReference
from doings.dialects.monica.identity import Identities

DIGITS = 18
"""How many digits an id has at most."""


class View(msgspec.Struct, frozen=True):
    """An account as one answer shows it; `url` is where the API begins.

    `entities` holds what is referred to by key: categories, genders, tags. `rendered` holds, by
    seq, what is encoded already, so that nothing is rendered twice for one answer.
    """

    account: Account
    url: str
    identities: Identities
    entities: dict[EntityKey, Entity]
    rendered: dict[int, msgspec.Raw] = {}

    @property
    def owner(self) -> AccountReference:
        """Whose it is."""
        return AccountReference(self.account.id)

    def uuid(self, entity: Entity) -> str:
        """The UUID of an entity."""
        return self.identities.uuid(self.account.id, entity.type, entity.seq)


def number_of(entity: Entity) -> int:
    """The id under which Monica knows an entity: of a contact the seq, else its own number."""
    if entity.type != CONTACT and entity.id.isdecimal() and len(entity.id) <= DIGITS:
        return int(entity.id)
    return entity.seq
