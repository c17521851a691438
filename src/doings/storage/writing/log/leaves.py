"""The leaves of the log, made with the changes that they stand for, in the same transaction.

The leaf of a seq is the one before it in number, as every seq is one change. Leaves that are made
together lie in one row, so a batch of a thousand activities writes five. No row reaches beyond its
tile of 256, so that a tile is a range of rows. What lies above the leaves is stored later
(`settling`): it is half of the hashes, and a reader can do without it.
"""

import os
from collections.abc import Callable, Sequence

import msgspec

from doings.core.text import json_text
from doings.proof.leaf import HASH_BYTES, NO_SALT, SALT_BYTES, digests_of, with_member
from doings.proof.tree import TILE_WIDTH
from doings.storage.engine import Row
from doings.storage.reading.log import tiles
from doings.storage.sql import log_statements as sql
from doings.storage.transaction import Transaction

_numbers = msgspec.json.Decoder(list[int]).decode


async def add(transaction: Transaction, seq: int, made: Callable[[], Sequence[bytes]]) -> None:
    """Add the leaves of changes with seqs in a row from `seq` on; `made` gives their statements.

    Nothing is asked of it while the log of an older account is not whole yet: then they are made
    with the others, from the rows. The first leaf tells of those that have lost their salts in
    this transaction, so that nobody can take a salt away and call it an erasure.
    """
    forgotten = await _note_forgotten(transaction, seq) if transaction.forgotten else None
    if transaction.keeps_log:
        statements = made()
        if forgotten is not None:
            statements = [with_member(statements[0], "forgets", forgotten), *statements[1:]]
        await add_statements(transaction, seq - 1, statements, transaction.by)


async def _note_forgotten(transaction: Transaction, seq: int) -> str:
    """Note that this change tells of leaves without salts; returns their numbers as JSON."""
    text = json_text(sorted(transaction.forgotten))
    transaction.forgotten.clear()
    await transaction.execute(sql.ADD_FORGOTTEN, seq=seq, leaves=text)
    return text


async def add_statements(
    transaction: Transaction, leaf: int, statements: Sequence[bytes], by: str | None
) -> None:
    """Add the leaves of these statements, from the leaf of that number on."""
    salts = os.urandom(len(statements) * SALT_BYTES)
    digests = digests_of(salts, list(statements))
    rows = []
    for first, end in _within_tiles(leaf, leaf + len(statements)):
        begin, stop = (first - leaf) * HASH_BYTES, (end - leaf) * HASH_BYTES
        rows.append((first, by, digests[begin:stop], salts[begin:stop]))
    await transaction.execute_many(sql.ADD_LEAVES, rows)


def _within_tiles(first: int, end: int) -> list[tuple[int, int]]:
    """A stretch of leaves cut where tiles end."""
    starts = [first, *range(tiles.tile_start(first) + TILE_WIDTH, end, TILE_WIDTH)]
    return list(zip(starts, [*starts[1:], end], strict=True))


async def forget_leaves(transaction: Transaction, seqs: Sequence[int]) -> None:
    """Destroy the salts of the leaves of these changes, and what is kept of entities before them.

    The leaves stay, and with them all other proofs. What they said can be neither shown nor
    guessed any more; the rows that say it are the caller's to empty. Seqs without a leaf are left
    out. The caller adds a change afterwards, in the same transaction, whose leaf tells of it.

    One of them may have told of others that had lost theirs before. The later change tells of these
    again, or nothing would any more.
    """
    wanted = sorted({seq - 1 for seq in seqs})
    if not wanted:
        return
    await transaction.execute(sql.FORGET_ENTITY_PAST, seqs=[leaf + 1 for leaf in wanted])
    by_tile: dict[int, list[int]] = {}
    silent: list[int] = []
    for leaf in wanted:
        by_tile.setdefault(tiles.tile_start(leaf), []).append(leaf)
    for begin, leaves in by_tile.items():
        rows = await transaction.fetch(sql.LEAVES, first=begin, end=leaves[-1] + 1)
        changed, forgotten = _without_salts(rows, set(leaves))
        silent += forgotten
        await transaction.execute_many(sql.SET_SALTS, changed)
    if silent:
        seqs = [leaf + 1 for leaf in silent]
        told = await transaction.fetch(sql.FORGOTTEN_BY, seqs=seqs)
        transaction.forgotten.update(silent, *[_numbers(text) for (text,) in told])
        if told:
            await transaction.execute(sql.DROP_FORGOTTEN, seqs=seqs)


def _without_salts(
    rows: Sequence[Row], leaves: set[int]
) -> tuple[list[tuple[bytes, int]], list[int]]:
    """The rows of `sql.SET_SALTS` for those that hold one of the leaves; and which had a salt."""
    changed, forgotten = [], []
    for first, _, _, held in rows:
        salts = bytearray(held)
        for place in range(len(held) // SALT_BYTES):
            part = slice(place * SALT_BYTES, (place + 1) * SALT_BYTES)
            if first + place in leaves and held[part] != NO_SALT:
                salts[part] = NO_SALT
                forgotten.append(first + place)
        if salts != held:
            changed.append((bytes(salts), first))
    return changed, forgotten
