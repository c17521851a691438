"""Leaves with what they say."""

from doings.core.errors import Unavailable
from doings.core.store.log import Leaf
from doings.proof.leaf import HASH_BYTES, NO_SALT
from doings.storage.reading.log.statements import statements, stretch_end
from doings.storage.reading.log.tiles import tile_start
from doings.storage.sql import log_statements as sql
from doings.storage.transaction import ReadTransaction


async def leaves(transaction: ReadTransaction, first: int, end: int) -> list[Leaf]:
    """The first of these leaves, at least one of them, as many as fit into memory.

    Raises Unavailable for a leaf that is missing.
    """
    end = await stretch_end(transaction, first + 1, end + 1) - 1
    by: dict[int, str | None] = {}
    found: list[tuple[int, bytes, bytes]] = []
    for number, author, digests, salts in await transaction.fetch(
        sql.LEAVES, first=tile_start(first), end=end
    ):
        for place in range(len(digests) // HASH_BYTES):
            if first <= number + place < end:
                part = slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
                found.append((number + place, digests[part], salts[part]))
                by[number + place + 1] = author
    if [number for number, _, _ in found] != list(range(first, end)):
        raise Unavailable("the log lacks leaves; `doings check` says more")
    said = await statements(transaction, first + 1, end + 1, by)
    return [
        Leaf(
            number,
            digest,
            None if salt == NO_SALT else salt,
            None if salt == NO_SALT else said.get(number + 1, b""),
        )
        for number, digest, salt in found
    ]
