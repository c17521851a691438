"""What all deliveries of a process share, and sending one request with it."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from doings.core.budget import PROCESS_WEBHOOK_REQUESTS
from doings.core.clock import Clock
from doings.core.store import Store
from doings.core.store.webhooks import Attempt, Webhook
from doings.live.webhooks.destination import Answer, Channel, Post, Sender
from doings.live.webhooks.events import Format

OK = 200
REDIRECT = 300

Outcomes = Callable[[str, int], None]
"""Told how many deliveries came to "delivered", "failed" (an attempt), "disabled"."""


class Slots:
    """How many requests are under way in this process."""

    def __init__(self, most: int = PROCESS_WEBHOOK_REQUESTS) -> None:
        self.most = most
        self.taken = 0
        self.bytes = 0
        """Of their bodies, about."""


class Desk(msgspec.Struct, frozen=True):
    """What all deliveries of a process share."""

    store: Store
    clock: Clock
    holder: str
    formats: Mapping[str, Format]
    sender: Sender
    steps: tuple[float, ...]
    count: Outcomes
    slots: Slots


def is_success(attempt: Attempt) -> bool:
    """Whether the receiver has it."""
    return attempt.status is not None and OK <= attempt.status < REDIRECT and not attempt.error


async def posted(desk: Desk, webhook: Webhook, channel: Channel, message: str, text: str) -> Answer:
    """Send one text to a receiver as the webhook's format has it."""
    now = desk.clock.now()
    headers, body = desk.formats[webhook.settings.format].request(webhook, message, text, now)
    return await channel.post(Post(headers, body), clock_now=now)


async def posted_lines(
    desk: Desk, webhook: Webhook, channel: Channel, message: str, lines: Sequence[str]
) -> Answer:
    """Send one request for each line until one fails; returns the last answer."""
    answer = Answer(Attempt(desk.clock.now(), 0, error="there is nothing to send"))
    for line in lines:
        answer = await posted(desk, webhook, channel, message, line)
        if not is_success(answer.attempt):
            break
    return answer
