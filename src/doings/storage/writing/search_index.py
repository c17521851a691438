"""Making the full text of what is recorded already, a stretch of seqs in a transaction."""

from doings.storage.reading import texts
from doings.storage.sql import statements as sql
from doings.storage.transaction import Transaction

SEQS = 500
"""How many seqs are indexed in a transaction at most."""


async def extend(transaction: Transaction) -> int:
    """Index the newest stretch that is not indexed; returns the last seq that is left, or 0.

    What was changed since is in the full text already, and is put there again.
    """
    last = await texts.unindexed(transaction)
    if not last:
        return 0
    ranges = await texts.stretches(transaction, max(1, last - SEQS + 1), last + 1)
    first, end = ranges[-1]
    await _index(transaction, first, end)
    await transaction.execute(sql.SET_UNINDEXED, unindexed=first - 1)
    return first - 1


async def _index(transaction: Transaction, first: int, end: int) -> None:
    search, account_id = transaction.search, transaction.account_id
    activities = await texts.of_activities(transaction, first, end)
    entities = await texts.of_entities(transaction, first, end)
    for remove, add, found in (
        (search.remove_activity, search.add_activity, activities),
        (search.remove_entity, search.add_entity, entities),
    ):
        await transaction.execute_many(remove, [(seq,) for seq in found])
        rows = [(seq, *search.indexed(account_id, *text)) for seq, text in found.items()]
        await transaction.execute_many(add, rows)
