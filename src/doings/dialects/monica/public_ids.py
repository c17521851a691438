"""Names that are computed from ids: a contact's `hash_id`, and the `uuid` of what has none stored.

Both are salted with the installation's secret, so that they tell nothing and repeat nowhere else.
"""

import hashlib
import uuid
from functools import lru_cache

from sqids import Sqids
from sqids.constants import DEFAULT_ALPHABET

SHORTEST = 18
"""How many letters and digits a hash has at least."""

REMEMBERED = 4096


class Identities:
    """The names of one installation: `hash_id(seq)`, and `uuid(account_id, what, number)`."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._sqids = Sqids(_shuffled(secret), SHORTEST, blocklist=[])
        self.hash_id = lru_cache(REMEMBERED)(self._hash_id)
        self.uuid = lru_cache(REMEMBERED)(self._uuid)

    def _hash_id(self, seq: int) -> str:
        return "h:" + self._sqids.encode([seq])

    def _uuid(self, account_id: int, what: str, number: int) -> str:
        name = f"{account_id}:{what}:{number}".encode()
        digest = hashlib.blake2b(name, key=self._secret, digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=5))


def _shuffled(secret: bytes) -> str:
    """The alphabet in an order that only the secret tells."""
    return "".join(
        sorted(
            DEFAULT_ALPHABET,
            key=lambda letter: hashlib.blake2b(letter.encode(), key=secret).digest(),
        )
    )


@lru_cache(maxsize=4)
def identities(secret: bytes) -> Identities:
    """The names of the installation with this secret."""
    return Identities(secret)
