"""Checks what was noted about imports: an undo takes back what lies in their ranges of seqs."""

from doings.storage.checks import statements as sql
from doings.storage.transaction import ReadTransaction


async def findings(transaction: ReadTransaction) -> list[str]:
    """Ranges and changes that belong to no import, ranges that cannot be, changes of nothing."""
    ranges = await transaction.fetch(sql.WRONG_IMPORT_RANGES)
    changes = await transaction.fetch(sql.WRONG_IMPORT_CHANGES)
    return [
        *[f"import {run} has a range of seqs, {first} to {last}, that cannot be its own"
          for run, first, last in ranges],
        *[f"import {run} changed {thing} {seq}, and one of the two is not there"
          for run, thing, seq in changes],
    ]  # fmt: skip
