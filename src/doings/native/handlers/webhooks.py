"""Webhooks: made, changed and tried, with what became of each delivery."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import cast

import msgspec
from starlette.responses import Response

from doings.core.budget import WEBHOOK_REDELIVER
from doings.core.clock import datetime_from_instant
from doings.core.errors import Invalid, NotFound, Problem, TooMuch
from doings.core.query import Gap
from doings.core.resuming.cursor import filters_digest
from doings.core.resuming.position import Position
from doings.core.store import Reader, Writer
from doings.core.store.webhooks import Delivery, DeliveryStatus, Webhook, WebhookSettings
from doings.httpkit.input.params import last, one_of
from doings.httpkit.request import Request
from doings.live.webhooks.settings import (
    DELIVERY_STATUSES,
    REMOVED,
    ROTATION,
    add_webhook,
    check_alone,
    new_webhook,
    rotated,
    switched,
)
from doings.native.documents import webhooks as wire
from doings.native.handlers.timeline import url_of
from doings.native.http.answer import Answer
from doings.native.http.conditions import Conditions, conditions_of
from doings.native.http.idempotency import answered_before, write_once
from doings.native.http.position import read_shown
from doings.native.http.request_body import body_of_type, patch_of_type
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.params import limit
from doings.native.webhooks import (
    delivery_document,
    has_filters,
    seq_from_position,
    settings_from_input,
    settings_from_patch,
    webhook_document,
)


async def list_webhooks(request: Request) -> Response:
    """The account's webhooks, without secrets."""
    request.keep_no_answer()
    webhooks = await read_shown(request, lambda reader: reader.webhooks())
    return respond_document(request, wire.WebhookList([webhook_document(one) for one in webhooks]))


async def show_webhook(request: Request) -> Response:
    """One webhook, without its secret; raises NotFound."""
    request.keep_no_answer()
    id_ = request.path_params["id"]
    webhook = await read_shown(request, lambda reader: reader.webhook(id_))
    return respond_document(request, webhook_document(webhook))


async def create_webhook(request: Request) -> Response:
    """Make a webhook; its secret is in this answer and nowhere else. Raises Invalid and TooMuch."""
    body = await request.body()
    wanted = body_of_type(request, body, wire.WebhookInput)
    settings = settings_from_input(wanted)
    request.services.deliveries.check_url(settings.url)
    request.services.deliveries.check_sends(settings)
    made = new_webhook(settings, clock=request.services.clock, is_enabled=wanted.enabled)
    location = f"{request.base_url}/webhooks/{made.id}"
    epoch = request.principal.position.epoch

    async def add(writer: Writer) -> Answer:
        end = Position(epoch, await writer.last_seq())
        position = end.seq if wanted.after is None else seq_from_position(wanted.after, end)
        await add_webhook(writer, made, position)
        document = webhook_document(made, secret=made.secrets[0].text)
        return written(document, status=201, Location=location)

    def without_secret(_: Answer) -> Answer:
        redacted = msgspec.structs.replace(webhook_document(made), secret=None)
        return written(redacted, status=201, Location=location)

    return _waking(request, await write_once(request, body, add, kept=without_secret))


async def patch_webhook(request: Request) -> Response:
    """Change a webhook, or switch it off and on.

    Raises Invalid, NotFound, Outdated, and Conflict for a vendor's setting that is there already.
    """
    body = await request.body()
    patch = patch_of_type(request, body, wire.WebhookPatch)
    deliveries, now = request.services.deliveries, request.services.clock.now()
    conditions, epoch = conditions_of(request), request.principal.position.epoch
    if patch.url is not msgspec.UNSET:
        deliveries.check_url(patch.url)

    def patched(settings: WebhookSettings) -> WebhookSettings:
        found = settings_from_patch(settings, patch)
        if has_filters(patch):
            deliveries.check_sends(found)
        return found

    before = await _webhook(request)
    patched(before.settings)
    if before.status == "active":
        # What happened up to now is told by the filters as they are, whatever becomes of the patch.
        await deliveries.catch_up(request.principal.account.id, before)

    async def change(writer: Writer) -> Answer:
        webhook = await writer.webhook(before.id)
        _check_state(conditions, webhook)
        changed = msgspec.structs.replace(
            webhook, settings=patched(webhook.settings), updated_at=now
        )
        await check_alone(writer, webhook, changed.settings)
        changed = await _switched(writer, changed, patch, epoch=epoch, now=now)
        await writer.change_webhook(changed)
        return written(webhook_document(changed))

    return _waking(request, await write_once(request, body, change))


async def _switched(
    writer: Writer, webhook: Webhook, patch: wire.WebhookPatch, *, epoch: str | None, now: int
) -> Webhook:
    """The webhook where the patch has it begin, on or off, and its queue as that wants it."""
    changed = webhook
    if patch.after is not msgspec.UNSET:
        position = seq_from_position(patch.after, Position(epoch, await writer.last_seq()))
        await writer.discard(webhook.id, until=position)
        changed = msgspec.structs.replace(changed, position=position)
    if patch.enabled is msgspec.UNSET:
        return changed
    return await switched(writer, changed, is_enabled=patch.enabled, now=now)


async def delete_webhook(request: Request) -> Response:
    """Remove a webhook with all its deliveries; raises NotFound and Outdated."""
    webhook_id, conditions = request.path_params["id"], conditions_of(request)

    async def end(writer: Writer) -> None:
        _check_state(conditions, await writer.webhook(webhook_id))
        await writer.disable_webhook(webhook_id, REMOVED)

    async def delete(writer: Writer) -> Answer:
        await writer.delete_webhook(webhook_id)
        return NO_CONTENT

    # One that is gone was perhaps removed by this request, which is sent again.
    with suppress(NotFound):
        await request.timeline.write(end)
        await request.services.deliveries.clear(request.principal.account.id, webhook_id)
    return await write_once(request, b"", delete)


async def rotate_secret(request: Request) -> Response:
    """Make a new secret; the one before signs for a day.

    Raises NotFound, Outdated, and Conflict where too many sign.
    """
    webhook_id, now = request.path_params["id"], request.services.clock.now()
    conditions = conditions_of(request)
    previous_until = datetime_from_instant(now + ROTATION)

    async def rotate(writer: Writer) -> Answer:
        webhook = await writer.webhook(webhook_id)
        _check_state(conditions, webhook)
        changed = rotated(webhook, now=now)
        await writer.change_webhook(changed)
        return written(wire.RotatedSecret(changed.secrets[0].text, previous_until))

    def without_secret(_: Answer) -> Answer:
        return written(wire.RotatedSecret(None, previous_until))

    return await write_once(request, b"", rotate, kept=without_secret)


def _check_state(conditions: Conditions, webhook: Webhook) -> None:
    if conditions.are_set:
        conditions.check(webhook_document(webhook))


async def test_webhook(request: Request) -> Response:
    """Send a test at once, and say what the receiver answered; raises NotFound and Busy."""
    attempt = await request.services.deliveries.test(await _webhook(request))
    error = msgspec.UNSET if attempt.error is None else attempt.error
    document = wire.WebhookTestResult(attempt.ms, attempt.status, attempt.response, error)
    return respond_json(request, encode(document))


async def list_deliveries(request: Request) -> Response:
    """A page of deliveries, those of the newest changes first; raises NotFound and Malformed."""
    request.keep_no_answer()
    webhook_id, count = request.path_params["id"], limit(request.query)
    status = cast("DeliveryStatus | None", one_of(request.query, "status", DELIVERY_STATUSES))
    filters = filters_digest(request.principal.account.id, webhook_id, status)
    token = last(request.query, "cursor")
    gap = request.services.cursors.gap(token, filters) if token else None
    is_back = gap is not None and gap.side == "newer"

    async def read(reader: Reader) -> list[Delivery]:
        await reader.webhook(webhook_id)
        return await reader.deliveries(
            webhook_id,
            status=status,
            before=None if gap is None or is_back else gap.seq,
            after=gap.seq if gap is not None and is_back else None,
            limit=count + 1,
        )

    found = await read_shown(request, read)
    has_more = len(found) > count
    items = (found[-count:] if is_back else found[:count]) if has_more else found
    older = Gap(0, items[-1].seq, "older") if items and (has_more or is_back) else None
    newer = Gap(0, items[0].seq, "newer") if items and (has_more or not is_back) and gap else None
    links = (older, newer)
    cursors = request.services.cursors
    tokens = [None if one is None else cursors.token(one, filters) for one in links]
    page = wire.DeliveryPage([delivery_document(one) for one in items], *tokens)
    named = zip(("next", "prev"), tokens, strict=True)
    parts = [f'<{url_of(request, one)}>; rel="{name}"' for name, one in named if one]
    return respond_json(request, encode(page), {"Link": ", ".join(parts)} if parts else {})


async def redeliver(request: Request) -> Response:
    """Send deliveries again; raises Invalid, NotFound and TooMuch."""
    body = await request.body()
    wanted = body_of_type(request, body, wire.RedeliverInput)
    if (wanted.delivery is None) == (wanted.after is None):
        raise Invalid.of("body", "must hold either delivery or after")
    if wanted.delivery is not None and wanted.until is not None:
        raise Invalid.of("until", "goes with after, not with delivery")
    webhook = await _webhook(request)
    if wanted.delivery is not None:
        return await _redeliver_one(request, body, webhook, wanted.delivery)
    return await _redeliver_range(request, body, webhook, wanted)


async def _redeliver_one(request: Request, body: bytes, webhook: Webhook, message: str) -> Response:
    now = request.services.clock.now()

    async def queue(writer: Writer) -> Answer:
        count = await writer.queue_message(webhook.id, message, now)
        if not count:
            raise NotFound("delivery", message)
        await writer.touch_webhook(webhook.id)
        return written(wire.QueuedCount(count), status=202)

    return _waking(request, await write_once(request, body, queue))


async def _redeliver_range(
    request: Request, body: bytes, webhook: Webhook, wanted: wire.RedeliverInput
) -> Response:
    """Queue the deliveries of a range of changes, chunk by chunk."""
    account_id, deliveries = request.principal.account.id, request.services.deliveries
    last_seq = await request.timeline.read(lambda reader: reader.last_seq())
    end = Position(request.principal.position.epoch, last_seq)
    after, until = seq_from_position(wanted.after or 0, end), last_seq
    if wanted.until is not None:
        until = seq_from_position(wanted.until, end, field="until")
    if until < after:
        raise Invalid.of("until", "is before after")
    if until - after > WEBHOOK_REDELIVER:
        reason = f"is more than {WEBHOOK_REDELIVER} behind after; take it in parts"
        raise TooMuch("webhook_redeliver", Problem("until", reason))
    if (before := await answered_before(request, body)) is not None:
        return before
    queued = 0
    while after < until:
        chosen, after = await deliveries.chosen(account_id, webhook, after, until)
        await request.timeline.write(partial(_queue, webhook.id, chosen))
        queued += len(chosen)

    async def finish(writer: Writer) -> Answer:
        await writer.touch_webhook(webhook.id)
        return written(wire.QueuedCount(queued), status=202)

    return _waking(request, await write_once(request, body, finish))


async def _queue(webhook_id: str, chosen: Sequence[Delivery], writer: Writer) -> None:
    await writer.webhook(webhook_id)
    await writer.queue(webhook_id, chosen)


async def show_stats(request: Request) -> Response:
    """How many deliveries there are of each status; raises NotFound."""
    request.keep_no_answer()
    webhook_id = request.path_params["id"]

    async def read(reader: Reader) -> wire.WebhookStats:
        await reader.webhook(webhook_id)
        counts = await reader.delivery_counts(webhook_id)
        first = await reader.queued(webhook_id, 1)
        return wire.WebhookStats(
            **counts,
            oldest_at=datetime_from_instant(first[0].at) if first else None,
        )

    return respond_document(request, await read_shown(request, read, bounded=False))


def _waking(request: Request, response: Response) -> Response:
    """The answer to a write, after which there may be something to deliver."""
    request.services.deliveries.wake()
    return response


async def _webhook(request: Request) -> Webhook:
    """The webhook that the path names; raises NotFound."""
    return await request.timeline.read(lambda reader: reader.webhook(request.path_params["id"]))
