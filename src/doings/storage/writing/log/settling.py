"""What is written to the log behind the changes: leaves of an older account, and roots of tiles.

The leaves of changes that an older version made are made from the rows, the oldest first, so that
the log grows as any log does. Changes that are made meanwhile take their turn behind the others.
"""

from doings.proof.tree import TILE_WIDTH
from doings.storage.reading.log import tiles
from doings.storage.reading.log.statements import statements, stretch_end
from doings.storage.sql import log_statements as sql
from doings.storage.transaction import Transaction
from doings.storage.writing.log import leaves

TILE_CHUNK = 64
"""How many roots of tiles a transaction stores: 20 ms."""


async def settle(transaction: Transaction) -> int:
    """Do the next part of what is left; returns how many leaves there are still to be settled."""
    row = await transaction.fetch_one(sql.LOCKED_LOG_SIZE)
    if row is None:
        return 0
    logged, last_seq = row
    if logged is not None:
        return await _make_leaves(transaction, logged, last_seq)
    return await _store_roots(transaction, last_seq)


async def _make_leaves(transaction: Transaction, logged: int, last_seq: int) -> int:
    """Make the leaves of the next stretch of an older account; returns how many leaves are left."""
    end = await stretch_end(transaction, logged + 1, last_seq + 1)
    # Nobody noted who changed the entities of an older account.
    found = await statements(transaction, logged + 1, end, {})
    # A seq that is no change is an error that the check finds; its leaf says nothing.
    made = [found.get(seq, b"") for seq in range(logged + 1, end)]
    await leaves.add_statements(transaction, logged, made, None)
    is_whole = end > last_seq
    await transaction.execute(sql.SET_LOGGED, logged=None if is_whole else end - 1)
    # One is left at least, as the roots of the tiles are.
    return max(last_seq - end + 1, 1)


async def _store_roots(transaction: Transaction, size: int) -> int:
    """Store the roots of the next full tiles; returns how many leaves have none yet that could."""
    first = await tiles.next_tile(transaction)
    full = size // TILE_WIDTH
    for place in range(first, min(full, first + TILE_CHUNK)):
        await _store_root(transaction, place)
    return max(0, full - first - TILE_CHUNK) * TILE_WIDTH


async def _store_root(transaction: Transaction, place: int) -> None:
    """Store the root of a tile of leaves, and of each tile above that it makes full."""
    level = 0
    is_full = True
    while is_full:
        root = await tiles.tile_root(transaction, level, place)
        level += 1
        await transaction.execute(sql.ADD_NODE, level=level, place=place, hash=root)
        is_full = (place + 1) % TILE_WIDTH == 0
        place //= TILE_WIDTH
