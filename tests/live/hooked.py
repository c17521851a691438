"""A webhook of a test, and waiting for its deliveries."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.live.receiver import Received, Receiver
from tests.native.client import Json, Native


async def hook(native: Native, receiver: Receiver, **members: Any) -> Json:  # noqa: ANN401
    """A webhook that leads to the receiver."""
    made = await native.call("POST", "/webhooks", json={"url": receiver.url, **members})
    assert made.status_code == 201, made.text
    document: Json = made.json()
    return document


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - it is another who knows
            await asyncio.sleep(0.02)


async def settled(native: Native, webhook: Json, delivered: int) -> Json:
    """The counts of the webhook, once so many are delivered and nothing is pending."""
    path = f"/webhooks/{webhook['id']}/stats"

    async def is_settled() -> bool:
        found = await native.get(path)
        return bool(found["pending"] == 0 and found["delivered"] == delivered)

    await until(is_settled)
    return await native.get(path)


def seqs(received: list[Received]) -> list[int]:
    """The seqs of the changes, in the order they came."""
    return [one.json["data"]["seq"] for one in received]
