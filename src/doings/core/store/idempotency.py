"""The part of the port that is about requests sent again: the answers to them, kept as text."""

from typing import Protocol


class IdempotencyWriter(Protocol):
    """Keeping the answer to a request in the transaction of the request itself.

    The store does not read an answer: it is text that only the surface which wrote it understands.
    """

    async def recall(self, key: str, digest: bytes) -> str | None:
        """The answer that was given under an idempotency key, or None.

        `digest` stands for the request; raises Conflict if the answer was given to another one.
        """

    async def remember(self, key: str, digest: bytes, answer: str) -> None:
        """Keep an answer for 24 hours under an idempotency key and the digest of its request."""
