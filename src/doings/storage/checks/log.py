"""Checks the log: whether the rows say what was recorded, and the tree is that of its leaves.

What was said of a thing that was erased is not compared: nothing is left to compare it with.
"""

import msgspec

from doings.core.errors import Unavailable
from doings.proof.leaf import HASH_BYTES, NO_SALT, digest_of
from doings.proof.tree import TILE_WIDTH
from doings.storage.checks.statements import LAST_ERASED, LAST_ERASED_ENTITY
from doings.storage.engine import Row
from doings.storage.reading.log import tiles
from doings.storage.reading.log.statements import statements, stretch_end
from doings.storage.sql import log_statements as sql
from doings.storage.sql.erasure_statements import UNFINISHED_OF_ACCOUNT
from doings.storage.transaction import ReadTransaction

_Leaf = tuple[bytes, bytes, str | None]
"""(digest, salt, who made the change)."""

_numbers = msgspec.json.Decoder(list[int]).decode

TOLD = 1_000
"""How many changes that tell of leaves are read at once."""

_END = 1 << 41
"""Greater than the number of every leaf."""


async def leaf_findings(
    transaction: ReadTransaction, first: int, silent: list[int]
) -> tuple[int | None, list[str]]:
    """The leaf to go on with, None at the end, and what is wrong with those before it.

    Those that have no salt are added to `silent`.
    """
    row = await transaction.fetch_one(sql.LOG_SIZE)
    size = int(row[0]) if row else 0
    if first >= size:
        return None, await _past_the_end(transaction, size)
    end = await stretch_end(transaction, first + 1, size + 1) - 1
    rows = await transaction.fetch(sql.LEAVES, first=tiles.tile_start(first), end=end)
    found, findings = _by_number(rows)
    by = {number + 1: author for number, (_, _, author) in found.items()}
    said = await statements(transaction, first + 1, end + 1, by)
    edited = []
    for number in range(first, end):
        if number not in found:
            findings.append(f"leaf {number} of the log is missing")
            continue
        digest, salt, _ = found[number]
        if salt == NO_SALT:
            silent.append(number)
        elif digest_of(salt, said.get(number + 1, b"")) != digest:
            edited.append(f"the rows say of change {number + 1} what its leaf does not")
    # While somebody is erased, rows say less already than leaves that still have their salts.
    if edited and not await unfinished_findings(transaction):
        findings += edited
    return end, findings


async def unfinished_findings(transaction: ReadTransaction) -> list[str]:
    """The erasures of which something is left to do: that is told, not what follows from it."""
    rows = await transaction.fetch(UNFINISHED_OF_ACCOUNT)
    return [
        f"the erasure of {entity} is unfinished: a server goes on with it, and so does `doings"
        " erase` for the same person"
        for (entity,) in rows
    ]


async def salt_findings(transaction: ReadTransaction, silent: list[int]) -> list[str]:
    """Which of these leaves without salts no other leaf tells of.

    Erasures of older versions told of none. They are from before the first leaf that does.
    """
    left, after, first = set(silent), 0, _END
    while rows := await transaction.fetch(sql.FORGOTTEN_AFTER, after=after, limit=TOLD):
        first = min(first, rows[0][0])
        for _, text in rows:
            left.difference_update(_numbers(text))
        after = rows[-1][0]
    older = 0
    for statement in (LAST_ERASED, LAST_ERASED_ENTITY) if left else ():
        row = await transaction.fetch_one(statement, before=first)
        older = max(older, row[0] - 1 if row else 0)
    return [
        f"leaf {number} has lost its salt, and no erasure tells of it"
        for number in sorted(left)
        if number >= older
    ]


def _by_number(rows: list[Row]) -> tuple[dict[int, _Leaf], list[str]]:
    """The leaves of these rows, and those that stand in several."""
    found: dict[int, _Leaf] = {}
    findings = []
    for first, by, digests, salts in rows:
        for place in range(len(digests) // HASH_BYTES):
            part = slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
            if first + place in found:
                findings.append(f"leaf {first + place} of the log is there twice")
            found[first + place] = digests[part], salts[part], by
    return found, findings


async def _past_the_end(transaction: ReadTransaction, size: int) -> list[str]:
    rows = await transaction.fetch(sql.AUTHORS, first=size, end=_END)
    return [f"leaf {leaf} lies outside of the log" for leaf, _ in rows]


async def tile_findings(
    transaction: ReadTransaction, level: int, number: int
) -> tuple[int | None, list[str]]:
    """The tile of this level to go on with, None at the end, and what is wrong with this one.

    The roots that are stored have to be those of the hashes below.
    """
    stored = await transaction.fetch(sql.NODES, level=level + 1, first=number, end=_END)
    row = await transaction.fetch_one(sql.LOG_SIZE)
    full = (int(row[0]) if row else 0) // TILE_WIDTH ** (level + 1)
    findings = []
    place = number
    for place, root in stored[:TILE_WIDTH]:
        if place >= full:
            findings.append(f"the log has a root of tile {level}/{place}, which is not full")
        elif await _root(transaction, level, place) != root:
            findings.append(f"the root of tile {level}/{place} is not that of its hashes")
    return (place + 1 if len(stored) > TILE_WIDTH else None), findings


async def _root(transaction: ReadTransaction, level: int, place: int) -> bytes | None:
    """The root of a tile; None where leaves of it are missing, which is a finding of its own."""
    try:
        return await tiles.tile_root(transaction, level, place)
    except Unavailable:
        return None
