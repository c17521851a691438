"""Ids that are computed from seqs: a contact's `hash_id`, and the `uuid` of entries without one.

Both are salted with the installation's secret: nobody can guess a seq from them, and no other
installation has them.
"""

import hashlib
import uuid
from functools import lru_cache

from sqids import Sqids
from sqids.constants import DEFAULT_ALPHABET

MIN_HASH_LENGTH = 18
"""How many letters and digits a `hash_id` has at least, `h:` not counted."""

MAX_IDS_KEPT = 4096
"""How many computed ids of each sort are kept, which spares hashing for every document."""


class Identities:
    """The ids of one installation: `hash_id(seq)`, and `uuid(account_id, what, number)`."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._sqids = Sqids(_shuffled(secret), MIN_HASH_LENGTH, blocklist=[])
        self.hash_id = lru_cache(MAX_IDS_KEPT)(self._hash_id)
        self.uuid = lru_cache(MAX_IDS_KEPT)(self._uuid)

    def _hash_id(self, seq: int) -> str:
        return "h:" + self._sqids.encode([seq])

    def _uuid(self, account_id: int, what: str, number: int) -> str:
        name = f"{account_id}:{what}:{number}".encode()
        digest = hashlib.blake2b(name, key=self._secret, digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=5))


def _shuffled(secret: bytes) -> str:
    """The alphabet in an order that follows from the secret."""
    return "".join(
        sorted(
            DEFAULT_ALPHABET,
            key=lambda letter: hashlib.blake2b(letter.encode(), key=secret).digest(),
        )
    )


@lru_cache(maxsize=4)
def identities(secret: bytes) -> Identities:
    """The ids of the installation with this secret."""
    return Identities(secret)
