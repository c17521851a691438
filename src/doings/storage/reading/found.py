"""Everything that the full text finds, in chunks."""

from collections.abc import AsyncIterator

from doings.storage.transaction import ReadTransaction

FOUND_CHUNK = 2000
"""How many seqs are looked at in one go."""

GROWTH = 8
"""How many times as many a statement finds as the one before it."""

MOST_FOUND = 128_000
"""How many a statement finds at most: about 10 MB of rows."""


async def found_in_chunks(
    transaction: ReadTransaction, statement: str, words: str
) -> AsyncIterator[list[int]]:
    """The seqs that a statement of `engine.SearchSql` finds, in their order.

    For the beginning of a word SQLite puts together a list of all that begins with it, again for
    each statement. So there are few of them: each finds more than the one before.
    """
    after, limit = 0, FOUND_CHUNK
    while True:
        rows = await transaction.fetch(statement, words=words, after=after, limit=limit)
        seqs = [row[0] for row in rows]
        for first in range(0, len(seqs), FOUND_CHUNK):
            yield seqs[first : first + FOUND_CHUNK]
        if len(seqs) < limit:
            return
        after, limit = seqs[-1], min(limit * GROWTH, MOST_FOUND)
