"""The webhooks of an account, and what became of their deliveries."""

from collections.abc import Sequence
from operator import itemgetter
from typing import get_args

from doings.core.errors import NotFound
from doings.core.store.changes import Change
from doings.core.store.webhooks import Delivery, DeliveryStatus, Queued, Webhook
from doings.storage.reading import changes
from doings.storage.sql import webhook_statements as sql
from doings.storage.sql.rows import delivery_from_row, queued_from_row, webhook_from_row
from doings.storage.transaction import ReadTransaction

LAST = 1 << 62
"""A seq behind all others."""

STATUSES: tuple[DeliveryStatus, ...] = get_args(DeliveryStatus)


async def webhooks(transaction: ReadTransaction) -> list[Webhook]:
    """All webhooks, oldest first."""
    return [webhook_from_row(row) for row in await transaction.fetch(sql.WEBHOOKS_OF_ACCOUNT)]


async def webhook(transaction: ReadTransaction, webhook_id: str) -> Webhook:
    """One webhook; raises NotFound."""
    row = await transaction.fetch_one(sql.WEBHOOK_BY_ID, id=webhook_id)
    if row is None:
        raise NotFound("webhook", webhook_id)
    return webhook_from_row(row)


async def deliveries(  # noqa: PLR0913 - one for each thing that narrows the list
    transaction: ReadTransaction,
    webhook_id: str,
    *,
    status: DeliveryStatus | None,
    before: int | None,
    after: int | None,
    limit: int,
) -> list[Delivery]:
    """Deliveries, newest change first, before a seq or next after one."""
    if after is not None:
        statement = sql.DELIVERIES_OF_STATUS_AFTER if status else sql.DELIVERIES_AFTER
    else:
        statement = sql.DELIVERIES_OF_STATUS_BEFORE if status else sql.DELIVERIES_BEFORE
    seq = after if after is not None else LAST if before is None else before
    values = {"webhook": webhook_id, "seq": seq, "limit": limit}
    rows = await transaction.fetch(statement, **values, **({"status": status} if status else {}))
    if after is not None:
        rows.reverse()
    return [delivery_from_row(row) for row in rows]


async def queued(transaction: ReadTransaction, webhook_id: str, limit: int) -> list[Queued]:
    """The first deliveries of the queue, by seq."""
    rows = await transaction.fetch(sql.QUEUED, webhook=webhook_id, limit=limit)
    return [queued_from_row(row) for row in rows]


async def bodies(
    transaction: ReadTransaction, webhook_id: str, seqs: Sequence[int]
) -> dict[int, str]:
    """The bodies that were made, by seq."""
    rows = await transaction.fetch(sql.BODIES, webhook=webhook_id, seqs=list(seqs))
    return {row[0]: row[1] for row in rows}


async def counts(transaction: ReadTransaction, webhook_id: str) -> dict[DeliveryStatus, int]:
    """How many deliveries are in each status."""
    found: dict[DeliveryStatus, int] = {}
    for status in STATUSES:
        rows = await transaction.fetch(sql.COUNT_DELIVERIES, webhook=webhook_id, status=status)
        found[status] = int(rows[0][0])
    return found


async def changes_by_seq(transaction: ReadTransaction, seqs: Sequence[int]) -> list[Change]:
    """The first of some changes, oldest first, as many as a page may hold; one at least."""
    most = transaction.page_bytes // max(len(seqs), 1)
    rows = await transaction.fetch(sql.CHANGES_BY_SEQ, seqs=list(seqs), most=most)
    rows.sort(key=itemgetter(0))
    return await changes.with_activities(transaction, rows, with_attrs=True)
