"""What is written down of an attempt, and when it is the last one."""

from collections.abc import Iterable, Sequence

import msgspec

from doings.core.budget import WEBHOOK_DELIVERY_DAYS
from doings.core.clock import DAY
from doings.core.store import Writer
from doings.core.store.webhooks import DeliveryStatus, Outcome, Webhook
from doings.live.webhooks import schedule
from doings.live.webhooks.desk import Desk, is_success
from doings.live.webhooks.destination import Answer
from doings.live.webhooks.lanes import Item

GONE = 410
"""The status by which a receiver says that it wants nothing more."""

FORGET = 200
"""How many deliveries that are done are removed at a time."""


class Result(msgspec.Struct, frozen=True):
    """What came of sending an item."""

    item: Item
    answer: Answer


def outcomes_of(desk: Desk, result: Result) -> list[Outcome]:
    """What is written down of each delivery of an item."""
    item, attempt = result.item, result.answer.attempt
    tries = item.tries + 1
    status: DeliveryStatus = "delivered"
    next_at: int | None = 0
    if attempt.status == GONE:
        status = "failed"
    elif not is_success(attempt):
        next_at = schedule.next_at(
            desk.steps,
            tries,
            now=desk.clock.now(),
            retry_after=result.answer.retry_after,
        )
        status = "failed" if next_at is None else "pending"
    return [Outcome(part.seq, status, tries, next_at or 0, attempt) for part in item.parts]


async def note(
    writer: Writer, sent_to: Webhook, held: Webhook, outcomes: Sequence[Outcome]
) -> bool:
    """Write down what attempts came to; whether nothing more is sent because of it.

    `held` is the webhook as it is by now. Failures at an address that it does not have any more say
    nothing of the new one, which gets what failed from the beginning on.
    """
    if held.settings.url != sent_to.settings.url:
        outcomes = [_from_beginning(one) for one in outcomes]
    reason = reason_to_end(await writer.note_outcomes(held.id, outcomes))
    if reason is None or held.status != "active":
        return False
    await writer.disable_webhook(held.id, reason)
    return True


def _from_beginning(outcome: Outcome) -> Outcome:
    if outcome.status == "delivered":
        return outcome
    return msgspec.structs.replace(outcome, status="pending", tries=0, next_at=outcome.attempt.at)


def reason_to_end(outcomes: Iterable[Outcome]) -> str | None:
    """Why nothing more is sent to the webhook; None where it goes on."""
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if not failed:
        return None
    return "gone" if any(one.attempt.status == GONE for one in failed) else "failing"


async def forget_old(desk: Desk, account_id: int, webhook_id: str) -> bool:
    """Remove some deliveries that were done long ago; whether there are still more of them."""
    before = desk.clock.now() - WEBHOOK_DELIVERY_DAYS * DAY
    removed = await desk.store.write(
        account_id,
        lambda writer: writer.forget_deliveries(webhook_id, before=before, limit=FORGET),
    )
    return removed >= FORGET
