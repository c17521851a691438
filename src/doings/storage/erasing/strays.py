"""Deliveries that name a person though the change that they are of is about others.

While others were merged into somebody, what was sent about them named the one who stood for them.
Once they are parted, nothing but the stored body says so. So after an erasure all that webhooks
keep is looked through, where the person ever stood for others.
"""

from doings.core.budget import fitting_count
from doings.core.erasing.redaction import tells_of
from doings.storage.erasing.job import Job
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql.rows import attempts_from_text
from doings.storage.transaction import ReadTransaction

DELIVERIES = 500
"""How many deliveries are looked at in one step."""

Place = tuple[str, int]
"""A webhook, and the seq of a delivery of it."""

START: Place = ("", 0)
"""Before every delivery."""


async def found(
    transaction: ReadTransaction, job: Job, place: Place
) -> tuple[list[int], Place | None]:
    """The seqs of those of the next deliveries that tell of a member; and where to go on."""
    seqs = [member.entity for member in job.members]
    if await transaction.fetch_one(sql.STOOD_FOR_OTHERS, seqs=seqs) is None:
        return [], None
    webhook, seq = place
    sizes = await transaction.fetch(
        sql.SIZES_OF_DELIVERIES, webhook=webhook, seq=seq, limit=DELIVERIES
    )
    if not sizes:
        return [], None
    count = fitting_count([size for *_, size in sizes])
    rows = await transaction.fetch(sql.KEPT_BY_DELIVERIES, webhook=webhook, seq=seq, limit=count)
    stray = [seq for seq, body, attempts in rows if _tells(job, body, attempts)]
    is_end = count == len(sizes) < DELIVERIES
    return stray, None if is_end else (sizes[count - 1][0], sizes[count - 1][1])


def _tells(job: Job, body: str | None, attempts: str) -> bool:
    """Whether what a delivery keeps tells of a member: its body, or what a receiver answered."""
    texts = [body, *[one.response for one in attempts_from_text(attempts)]]
    return any(text and tells_of(text, job.opaque, job.pattern) for text in texts)
