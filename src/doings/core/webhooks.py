"""What a surface asks of those who deliver to webhooks; they stand above it."""

from typing import Protocol

from doings.core.store.webhooks import Attempt, Delivery, Webhook, WebhookSettings


class Deliveries(Protocol):
    """The deliveries of this process."""

    def check_url(self, url: str) -> None:
        """Raise Invalid for an address that nothing may be sent to."""

    def check_sends(self, settings: WebhookSettings) -> None:
        """Raise Invalid for settings by which nothing would ever be sent."""

    def wake(self) -> None:
        """Look for work at once, because a webhook or its queue was changed."""

    async def catch_up(self, account_id: int, webhook: Webhook) -> None:
        """Queue what happened up to now by what the webhook asks for now, before that changes."""

    async def chosen(
        self, account_id: int, webhook: Webhook, after: int, until: int
    ) -> tuple[list[Delivery], int]:
        """Deliveries of some changes after a seq, up to another, and the seq to go on after."""

    async def clear(self, account_id: int, webhook_id: str) -> None:
        """Switch a webhook off and remove its deliveries, before it is removed; raises NotFound."""

    async def test(self, webhook: Webhook) -> Attempt:
        """Send a test at once, outside the queue; raises Busy."""
