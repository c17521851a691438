"""What a webhook is to be told of next: the changes of the feed behind its position."""

from collections.abc import Sequence

import msgspec

from doings.core.budget import WEBHOOK_CHUNK
from doings.core.store import Reader, Writer
from doings.core.store.changes import Change, EntityChange
from doings.core.store.webhooks import Delivery, Queued, Webhook
from doings.live.webhooks import events
from doings.live.webhooks.desk import Desk

WORTH_NOTING = 1_000
"""After how many changes that no webhook is told of its place is written down."""


class Fresh(msgspec.Struct, frozen=True):
    """Changes that are not in the queue yet: those after the seq `seen`, up to `position`."""

    seen: int
    position: int
    deliveries: Sequence[Delivery]

    @property
    def moves(self) -> bool:
        """Whether it is worth a write: for none of them, reading them again costs less."""
        return bool(self.deliveries) or self.position - self.seen >= WORTH_NOTING

    @property
    def queued(self) -> list[Queued]:
        """The deliveries as the queue in memory holds them."""
        return [
            Queued(one.seq, one.message, one.event, one.subject, one.at, one.lane, 0, 0, False)  # noqa: FBT003
            for one in self.deliveries
        ]


async def fresh_of(desk: Desk, account_id: int, webhook: Webhook, after: int) -> Fresh:
    """The next changes after a seq that the webhook is told of; raises NotFound."""

    async def read(reader: Reader) -> tuple[list[Delivery], int]:
        chunk = await reader.feed(after, WEBHOOK_CHUNK)
        deliveries = await _deliveries(desk, webhook, reader, chunk.items)
        return deliveries, max(chunk.through, after)

    deliveries, position = await desk.store.read(account_id, read)
    return Fresh(webhook.position, position, deliveries)


async def _deliveries(
    desk: Desk, webhook: Webhook, reader: Reader, items: Sequence[Change | EntityChange]
) -> list[Delivery]:
    """The deliveries of those changes that the webhook is told of."""
    form, settings = desk.formats[webhook.settings.format], webhook.settings
    changes = [item for item in items if isinstance(item, Change)]
    subjects = await events.subjects(reader, changes)
    deliveries = []
    for item in items:
        message = f"msg_{desk.clock.new_id()}"
        if isinstance(item, EntityChange):
            event = events.entity_event(settings, item) if form.render_entity else None
            if event is not None:
                deliveries.append(events.entity_delivery_of(settings, item, event, message))
            continue
        subject = subjects[item.activity_id]
        event = form.wants(settings, item, subject)
        if event is not None:
            deliveries.append(events.delivery_of(settings, item, subject, event, message))
    return deliveries


async def queue(writer: Writer, webhook_id: str, fresh: Fresh) -> bool:
    """Put changes into the queue; False where another process did."""
    if not await writer.move_webhook(webhook_id, seen=fresh.seen, position=fresh.position):
        return False
    await writer.queue(webhook_id, fresh.deliveries)
    return True
