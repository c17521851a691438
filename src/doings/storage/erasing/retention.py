"""What retention removes, a part in each transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from doings.core.clock import DAY
from doings.storage.erasing import activities
from doings.storage.erasing.job import Job
from doings.storage.reading import activities as read
from doings.storage.reading import erasures
from doings.storage.transaction import Transaction


class Part(NamedTuple):
    """How many of the seqs given are done with, and how many activities were erased.

    `is_recent` says that one of them was recorded or changed in the last day, so that an answer
    which is kept may show it.
    """

    covered: int
    erased: int
    is_recent: bool


async def erase_due(transaction: Transaction, seqs: Sequence[int], now: int, count: int) -> Part:
    """Erase the first `count` of these activities that still are due at this instant."""
    rules = await erasures.retention(transaction)
    held = await erasures.held(transaction, now)
    found, covered = await read.fitting(transaction, seqs[:count], with_attrs=False)
    due = [
        one
        for one in found
        if erasures.is_due(rules, one, now)
        and held.isdisjoint(link.entity.seq for link in one.links)
    ]
    job = Job(transaction)
    # Where changes are left, the activities are due again in the next transaction.
    is_done = await activities.erase(job, due)
    if transaction.forgotten:
        # Leaves lost their salts, and nothing tells of that before the activities themselves go.
        await activities.tell(job, [(due[0].seq, due[0].id, due[0].kind)])
    if due:
        await transaction.connection.note_remains()
    is_recent = any(one.updated_at > now - DAY for one in due)
    return Part(covered if is_done else 0, job.counts.activities_erased, is_recent)
