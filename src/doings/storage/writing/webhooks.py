"""Writing the webhooks of an account, and what becomes of their deliveries."""

from collections.abc import Sequence

import msgspec

from doings.core.store.webhooks import Delivery, Made, Outcome, Webhook
from doings.core.text import json_text
from doings.storage.engine import Row
from doings.storage.reading import webhooks as read
from doings.storage.sql import webhook_statements as sql
from doings.storage.sql.rows import attempts_from_text, webhook_from_row
from doings.storage.transaction import Transaction

ATTEMPTS = 20
"""How many attempts of a delivery are kept, the last ones."""


async def add(transaction: Transaction, webhook: Webhook) -> None:
    """Store a webhook."""
    await transaction.execute(
        sql.ADD_WEBHOOK,
        id=webhook.id,
        settings=json_text(webhook.settings),
        secrets=json_text(webhook.secrets),
        signing_key=webhook.key,
        status=webhook.status,
        reason=webhook.reason,
        position=webhook.position,
        due_at=webhook.due_at,
        created_at=webhook.created_at,
        updated_at=webhook.updated_at,
    )


async def change(transaction: Transaction, webhook: Webhook) -> None:
    """Replace what the owner of a webhook decides."""
    await transaction.execute(
        sql.CHANGE_WEBHOOK,
        id=webhook.id,
        settings=json_text(webhook.settings),
        secrets=json_text(webhook.secrets),
        status=webhook.status,
        reason=webhook.reason,
        position=webhook.position,
        due_at=transaction.clock.now(),
        updated_at=webhook.updated_at,
    )


async def delete(transaction: Transaction, webhook_id: str) -> None:
    """Remove a webhook with all its deliveries; raises NotFound."""
    await read.webhook(transaction, webhook_id)
    await transaction.execute(sql.DELETE_WEBHOOK, id=webhook_id)
    await transaction.execute(sql.DELETE_DELIVERIES, webhook=webhook_id)


async def claim(
    transaction: Transaction, webhook_id: str, holder: str, *, until: int, ended: str | None
) -> Webhook | None:
    """Become the process that delivers; None where another one is."""
    row = await transaction.fetch_one(
        sql.CLAIM_WEBHOOK,
        id=webhook_id,
        holder=holder,
        until=until,
        ended=ended or "",
        now=transaction.clock.now(),
    )
    return webhook_from_row(row) if row else None


async def hold(
    transaction: Transaction, webhook_id: str, holder: str, *, until: int
) -> Webhook | None:
    """Stay the process that delivers; None where that is lost."""
    row = await transaction.fetch_one(sql.HOLD_WEBHOOK, id=webhook_id, holder=holder, until=until)
    return webhook_from_row(row) if row else None


async def release(
    transaction: Transaction,
    webhook_id: str,
    holder: str,
    *,
    due_at: int | None,
    oldest_at: int | None,
) -> None:
    """Let others deliver, and say when there is something to do."""
    await transaction.execute(
        sql.RELEASE_WEBHOOK, id=webhook_id, holder=holder, due_at=due_at, oldest_at=oldest_at
    )


async def move(transaction: Transaction, webhook_id: str, *, seen: int, position: int) -> bool:
    """Note up to which seq changes are queued; False where another process did."""
    row = await transaction.fetch_one(sql.MOVE_WEBHOOK, id=webhook_id, seen=seen, position=position)
    return row is not None


async def queue(transaction: Transaction, webhook_id: str, deliveries: Sequence[Delivery]) -> None:
    """Have changes delivered."""
    rows = [
        (webhook_id, one.seq, one.message, one.event, one.subject, one.at, one.lane, one.next_at)
        for one in deliveries
    ]
    await transaction.execute_many(sql.QUEUE_DELIVERY, rows)


async def queue_message(transaction: Transaction, webhook_id: str, message: str, now: int) -> int:
    """Have all deliveries of a message sent again; returns how many."""
    rows = await transaction.fetch(sql.QUEUE_MESSAGE, webhook=webhook_id, message=message, now=now)
    return len(rows)


async def touch(transaction: Transaction, webhook_id: str) -> None:
    """Have the process that delivers look again."""
    now = transaction.clock.now()
    await transaction.execute(sql.TOUCH_WEBHOOK, id=webhook_id, due_at=now)


async def queue_failed(transaction: Transaction, webhook_id: str, now: int) -> None:
    """Have what failed, or waits for its next attempt, sent from now on."""
    for status in ("failed", "pending"):
        await transaction.execute(sql.QUEUE_STATUS, webhook=webhook_id, status=status, now=now)


async def discard(transaction: Transaction, webhook_id: str, *, until: int) -> None:
    """Give up what is not delivered of changes up to a seq."""
    for status in ("failed", "pending"):
        await transaction.execute(
            sql.DISCARD_STATUS, webhook=webhook_id, status=status, until=until
        )


async def note_bodies(transaction: Transaction, webhook_id: str, made: Sequence[Made]) -> None:
    """Keep the bodies of deliveries that are about to be sent."""
    rows = [
        (one.message, one.body, "discarded" if one.body is None else "pending", webhook_id, one.seq)
        for one in made
    ]
    await transaction.execute_many(sql.NOTE_BODY, rows)


async def note_outcomes(
    transaction: Transaction, webhook_id: str, outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Write down what attempts came to; returns it as it stands then."""
    seqs = [outcome.seq for outcome in outcomes]
    rows = await transaction.fetch(sql.TRIED, webhook=webhook_id, seqs=seqs)
    before = {row[0]: row for row in rows}
    noted = [_as_it_stands(one, before[one.seq]) for one in outcomes if one.seq in before]
    values = []
    for one in noted:
        attempts = (*attempts_from_text(before[one.seq][-1]), one.attempt)[-ATTEMPTS:]
        text = json_text(attempts)
        values.append((one.status, one.tries, one.next_at, text, webhook_id, one.seq))
    await transaction.execute_many(sql.NOTE_OUTCOME, values)
    return noted


def _as_it_stands(outcome: Outcome, row: Row) -> Outcome:
    """A failure of what was given up meanwhile, or queued from its beginning, changes no more."""
    _, status, tries, next_at, _ = row
    is_overtaken = status == "discarded" or tries < outcome.tries - 1
    if outcome.status == "delivered" or not is_overtaken:
        return outcome
    return msgspec.structs.replace(outcome, status=status, tries=tries, next_at=next_at)


async def disable(transaction: Transaction, webhook_id: str, reason: str) -> None:
    """Send nothing more until the owner says so."""
    await transaction.execute(
        sql.DISABLE_WEBHOOK, id=webhook_id, reason=reason, updated_at=transaction.clock.now()
    )


async def forget(transaction: Transaction, webhook_id: str, *, before: int, limit: int) -> int:
    """Remove deliveries that are done, of changes before an instant; returns how many."""
    removed = 0
    for status in ("delivered", "discarded"):
        rows = await transaction.fetch(
            sql.OLDEST_DELIVERIES, webhook=webhook_id, status=status, limit=limit
        )
        seqs = [seq for seq, at in rows if at < before]
        if seqs:
            await transaction.execute(sql.FORGET_DELIVERIES, webhook=webhook_id, seqs=seqs)
        removed += len(seqs)
    return removed


async def clear(transaction: Transaction, webhook_id: str, limit: int) -> bool:
    """Remove so many deliveries, whatever became of them; whether there may be more."""
    rows = await transaction.fetch(sql.FIRST_DELIVERIES, webhook=webhook_id, limit=limit)
    seqs = [row[0] for row in rows]
    if seqs:
        await transaction.execute(sql.FORGET_DELIVERIES, webhook=webhook_id, seqs=seqs)
    return len(seqs) == limit
