"""What a leaf of the log says of one change, and its hashes.

The statement is JSON text whose members have one order. The digest hides it behind a salt, so that
nobody can guess what was erased: once the salt is gone, the digest says nothing.
"""

from hashlib import sha256
from typing import Any

import msgspec

SALT_BYTES = 32
HASH_BYTES = 32

NO_SALT = bytes(SALT_BYTES)
"""Stands in the place of a salt that was destroyed."""

_LEAF = b"\x00"
_BETWEEN = b"\x00"

Links = tuple[msgspec.Raw | None, list[msgspec.Raw]]
"""The JSON of an activity's actor, and that of each other link."""


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One change: `document` is the whole thing as the change left it, None once deleted."""

    seq: int
    op: str
    at: str
    by: str | None
    kind: str | None
    type: str
    id: str
    document: Any


class ActivityState(msgspec.Struct, gc=False):
    """An activity as a statement shows it: as `/v1` does, less the names of what is linked.

    Names belong to entities, whose own statements tell them. Each value is one that JSON is made
    of, or JSON already.
    """

    id: Any
    seq: Any
    kind: Any
    occurred_at: Any
    time_zone: Any
    summary: Any
    body: Any
    actor: Any
    links: Any
    data: Any
    metadata: Any
    level: Any
    channels: Any
    origin: Any
    external_id: Any
    recorded_at: Any
    updated_at: Any


class EntityState(msgspec.Struct, gc=False):
    """An entity as a statement shows it, which is as `/v1` does."""

    type: str
    id: str
    seq: int
    name: str | None
    attrs: msgspec.Raw
    contact: str | None
    created_at: str
    updated_at: str


text_of = msgspec.json.Encoder().encode
"""The bytes of a statement."""


def with_member(statement: bytes, name: str, value: str) -> bytes:
    """A statement with one more member at its end; the value is JSON."""
    return statement[:-1] + f',"{name}":{value}}}'.encode()


def digest_of(salt: bytes, statement: bytes) -> bytes:
    """The 32 bytes that stand for a statement."""
    return sha256(salt + _BETWEEN + statement).digest()


def digests_of(salts: bytes, statements: list[bytes]) -> bytes:
    """The digests of several statements, one behind the other like their salts."""
    return b"".join(
        [
            sha256(salts[begin : begin + SALT_BYTES] + _BETWEEN + one).digest()
            for begin, one in zip(range(0, len(salts), SALT_BYTES), statements, strict=True)
        ]
    )


def leaf_hash(digest: bytes) -> bytes:
    """RFC 6962: the hash of a leaf, whose data is the digest."""
    return sha256(_LEAF + digest).digest()


def split(run: bytes) -> list[bytes]:
    """The hashes, digests or salts of a run of them; each has 32 bytes."""
    return [run[place : place + HASH_BYTES] for place in range(0, len(run), HASH_BYTES)]
