"""The tree over an account's leaves: read tile by tile, so that a proof takes few short reads.

The hashes of leaves are made of their digests when they are asked for. Of what lies above, the
roots of full tiles are stored, a little later; all between is made of a tile's hashes.
"""

from collections.abc import Iterable, Sequence

from doings.core.errors import NotFound, Unavailable
from doings.core.resuming.position import first_epoch
from doings.core.store.log import LogState, Stretch
from doings.proof.leaf import HASH_BYTES, leaf_hash, split
from doings.proof.tree import TILE_HEIGHT, TILE_WIDTH, Node, full_root, nodes_of, stretch_hash
from doings.storage.sql import log_statements as sql
from doings.storage.transaction import ReadTransaction

MADE_INLINE = 8
"""How many roots of tiles may be made on the event loop; each takes 0.3 ms."""


async def state(transaction: ReadTransaction) -> LogState:
    """How long the log is; raises NotFound for no account."""
    row = await transaction.fetch_one(sql.LOG_SIZE)
    if row is None:
        raise NotFound("account")
    size, last_seq, epoch = row
    if not epoch:
        epoch = first_epoch(transaction.account_id, (await transaction.account()).created_at)
    return LogState(size, last_seq, epoch)


async def is_settled(transaction: ReadTransaction) -> bool:
    """Whether nothing is left to be written to the log behind the changes."""
    row = await transaction.fetch_one(sql.LOG_SIZE)
    if row is None:
        return True
    size, last_seq, _ = row
    return bool(size == last_seq) and await next_tile(transaction) >= size // TILE_WIDTH


async def stretch_hashes(transaction: ReadTransaction, stretches: Sequence[Stretch]) -> list[bytes]:
    """The hash of each of these stretches of the tree."""
    found = await nodes(transaction, nodes_of(stretches))
    return [stretch_hash(stretch, found) for stretch in stretches]


async def digests(transaction: ReadTransaction, first: int, end: int) -> bytes:
    """The digests of a stretch of leaves, one behind the other; raises Unavailable for a gap."""
    found = bytearray()
    begin = tile_start(first)
    for leaf, held in await transaction.fetch(sql.DIGESTS, first=begin, end=end):
        if leaf != begin + len(found) // HASH_BYTES:
            break
        found += held
    if len(found) < (end - begin) * HASH_BYTES:
        missing = begin + len(found) // HASH_BYTES
        raise Unavailable(f"the log lacks leaf {missing}; `doings check` says more")
    return bytes(found[(first - begin) * HASH_BYTES : (end - begin) * HASH_BYTES])


def tile_start(leaf: int) -> int:
    """The first leaf of the tile that a leaf is in. No row of leaves begins before it."""
    return leaf - leaf % TILE_WIDTH


async def hashes(transaction: ReadTransaction, level: int, first: int, end: int) -> list[bytes]:
    """Hashes of one tile of a level, from one place to before another."""
    if level == 0:
        return [leaf_hash(digest) for digest in split(await digests(transaction, first, end))]
    rows = await transaction.fetch(sql.NODES, level=level, first=first, end=end)
    found: dict[int, bytes] = dict(rows)
    missing = [place for place in range(first, end) if place not in found]
    if len(missing) > MADE_INLINE:
        transaction.announce_walk()
    for place in missing:
        found[place] = await tile_root(transaction, level - 1, place)
    return [found[place] for place in range(first, end)]


async def tile_root(transaction: ReadTransaction, level: int, number: int) -> bytes:
    """The root over the 256 hashes of a full tile."""
    first = number * TILE_WIDTH
    return full_root(await hashes(transaction, level, first, first + TILE_WIDTH))


async def next_tile(transaction: ReadTransaction) -> int:
    """The first tile of leaves whose root is not stored."""
    row = await transaction.fetch_one(sql.LAST_NODE)
    return int(row[0]) + 1 if row else 0


async def nodes(transaction: ReadTransaction, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """The hashes of full nodes; what lies in one tile is read together."""
    by_tile: dict[tuple[int, int], list[Node]] = {}
    for node in wanted:
        level, first, _ = _place(node)
        by_tile.setdefault((level, first // TILE_WIDTH), []).append(node)
    found: dict[Node, bytes] = {}
    for (level, _), held in by_tile.items():
        places = {node: _place(node)[1:] for node in held}
        begin = min(first for first, _ in places.values())
        last = max(end for _, end in places.values())
        tile = await hashes(transaction, level, begin, last)
        for node, (first, end) in places.items():
            found[node] = full_root(tile[first - begin : end - begin])
    return found


def _place(node: Node) -> tuple[int, int, int]:
    """The level of the tile that a node is in, and the hashes there that it covers."""
    height, index = node
    level, above = divmod(height, TILE_HEIGHT)
    return level, index << above, (index + 1) << above
