"""Answers kept for requests that may come again under the same idempotency key."""

import hashlib

from doings.core.clock import DAY
from doings.core.errors import Conflict
from doings.storage.sql import statements as sql
from doings.storage.transaction import Transaction

KEPT_FOR = DAY
"""How long an answer is kept for a repeated request."""

FORGOTTEN = 10
"""How many older answers are forgotten with each that is kept: more than there come, and so few
that nobody waits for it.
"""


async def recall(transaction: Transaction, key: str, digest: bytes) -> str | None:
    """The answer kept under this key, or None; raises Conflict if its request was another."""
    since = transaction.clock.now() - KEPT_FOR
    # Older versions stored the key as it came.
    keys = [_stored(key), key]
    row = await transaction.fetch_one(sql.IDEMPOTENCY_KEY, keys=keys, since=since)
    if row is None:
        return None
    if row[0] != digest.hex():
        msg = "this Idempotency-Key was used with another request"
        raise Conflict(msg)
    if not row[1]:
        msg = "the request was carried out, and its answer was taken away by an erasure since"
        raise Conflict(msg)
    return str(row[1])


async def remember(transaction: Transaction, key: str, digest: bytes, answer: str) -> None:
    """Keep the answer for 24 hours, and forget some of those that are older."""
    now = transaction.clock.now()
    await transaction.execute(sql.FORGET_IDEMPOTENCY_KEYS, since=now - KEPT_FOR, limit=FORGOTTEN)
    await transaction.execute(
        sql.SET_IDEMPOTENCY_KEY, key=_stored(key), digest=digest.hex(), answer=answer, at=now
    )


def _stored(key: str) -> str:
    """What stands for a key, which may be somebody's address: erasing that could not find it."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
