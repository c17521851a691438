"""What a webhook is to be told of next: the changes of the feed behind its position."""

from collections.abc import Sequence

import msgspec

from doings.core.budget import WEBHOOK_CHUNK
from doings.core.store import Reader, Writer
from doings.core.store.webhooks import Delivery, Queued, Webhook
from doings.live.webhooks.desk import Desk
from doings.live.webhooks.events import deliveries_of_changes

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
    settings = webhook.settings
    form = desk.formats[settings.format]

    async def read(reader: Reader) -> tuple[list[Delivery], int]:
        chunk = await reader.feed(after, WEBHOOK_CHUNK)
        found = deliveries_of_changes(settings, form, chunk, lambda: f"msg_{desk.clock.new_id()}")
        return found, max(chunk.through, after)

    deliveries, position = await desk.store.read(account_id, read)
    return Fresh(webhook.position, position, deliveries)


async def queue(writer: Writer, webhook_id: str, fresh: Fresh) -> bool:
    """Put changes into the queue; False where another process did."""
    if not await writer.move_webhook(webhook_id, seen=fresh.seen, position=fresh.position):
        return False
    await writer.queue(webhook_id, fresh.deliveries)
    return True
