"""The texts that full text is made of, in stretches of seqs that fit into memory."""

from doings.storage.engine import Texts
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import search_text
from doings.storage.transaction import ReadTransaction

CHARACTERS = 1_000_000
"""How many characters of text a stretch holds at most; a single seq may have more."""


async def stretches(transaction: ReadTransaction, first: int, end: int) -> list[tuple[int, int]]:
    """The seqs from `first` to before `end`, cut into stretches (first, end), the oldest first."""
    starts, characters = [first], 0
    for seq, length in await transaction.fetch(sql.TEXT_LENGTHS, first=first, end=end):
        if characters and characters + length > CHARACTERS:
            starts.append(seq)
            characters = 0
        characters += length
    return list(zip(starts, [*starts[1:], end], strict=True))


async def of_activities(transaction: ReadTransaction, first: int, end: int) -> dict[int, Texts]:
    """Summary and body of each activity that has one, by seq."""
    rows = await transaction.fetch(sql.ACTIVITY_TEXTS, first=first, end=end)
    return {seq: (summary, body) for seq, summary, body in rows}


async def of_entities(transaction: ReadTransaction, first: int, end: int) -> dict[int, Texts]:
    """What each entity that is not deleted is found by, by seq."""
    rows = await transaction.fetch(sql.ENTITY_TEXTS, first=first, end=end)
    return {seq: (search_text(name, id_, attrs),) for seq, name, id_, attrs in rows}


async def unindexed(transaction: ReadTransaction) -> int:
    """The last seq whose texts are not in the full text yet; 0 where all are."""
    row = await transaction.fetch_one(sql.UNINDEXED)
    return int(row[0]) if row else 0
