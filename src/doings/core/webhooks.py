"""What a surface asks of those who deliver to webhooks; they stand above it."""

from collections.abc import Collection
from typing import Protocol

from doings.core.store.webhooks import Attempt, Delivery, Webhook


class Deliveries(Protocol):
    """The deliveries of this process."""

    @property
    def formats(self) -> Collection[str]:
        """The names of the formats there are."""

    def check_url(self, url: str) -> None:
        """Raise Invalid for an address that nothing may be sent to."""

    def wake(self) -> None:
        """Look for work at once, because a webhook or its queue was changed."""

    async def catch_up(self, account_id: int, webhook: Webhook) -> None:
        """Queue what happened up to now by what the webhook asks for now, before that changes."""

    async def chosen(
        self, account_id: int, webhook: Webhook, after: int, until: int
    ) -> tuple[list[Delivery], int]:
        """Deliveries of some changes after a seq, up to another, and the seq to go on after."""

    async def clear(self, account_id: int, webhook_id: str) -> None:
        """Remove the deliveries of a webhook, part by part, before it is removed itself."""

    async def test(self, webhook: Webhook) -> Attempt:
        """Send a test at once, outside the queue; raises Busy."""
