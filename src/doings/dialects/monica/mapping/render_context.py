"""What rendering takes besides the entry: the account's API, and what the entry refers to."""

from collections.abc import Set as AbstractSet

import msgspec

from doings.core.entity import Entity, EntityKey
from doings.dialects.monica.documents import AccountReference, ContactShort
from doings.dialects.monica.mapping.numbers import OUR_NUMBERS, Numbers
from doings.dialects.monica.mapping.public_ids import Identities
from doings.dialects.monica.versions import DOCUMENT, Version


class AccountApi(msgspec.Struct, frozen=True):
    """The API of one account at the address that the caller uses; `url` is where it begins.

    `version` is which Monica it speaks, `created_at` the instant that the account was made at, and
    `numbers` how it numbers what it shows.
    """

    account: AccountReference
    url: str
    identities: Identities
    version: Version = DOCUMENT
    created_at: int | None = None
    numbers: Numbers = OUR_NUMBERS

    def uuid(self, entity: Entity) -> str:
        """The UUID of an entity."""
        return self.identities.uuid(self.account.id, entity.type, entity.seq)


class RenderContext(msgspec.Struct, frozen=True):
    """What one answer is rendered with: the API, the zone of its days, and entities by key.

    `entities` are those that the documents refer to. One that does not exist is not among them.
    `fleeting` are those of them that are not stored under their key, so that no cache would notice
    a change: what every account has and this one has not stored yet, and what is shown by its seq.
    `contacts` are the short documents made so far, so that each contact is rendered once.
    """

    api: AccountApi
    time_zone: str
    entities: dict[EntityKey, Entity]
    contacts: dict[EntityKey, ContactShort] = {}
    fleeting: AbstractSet[EntityKey] = frozenset()
