"""The answer to a write: sent now, and kept for the request that is sent again.

The store keeps an answer as text. Databases hold such texts, so the members and their names stay.
"""

import msgspec
from starlette.responses import Response

from doings.core.store.idempotency import IdempotencyWriter


class Answer(msgspec.Struct, frozen=True):
    """Status, headers and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes


_decode = msgspec.json.Decoder(Answer).decode


def response_of(answer: Answer) -> Response:
    """The answer as it is sent."""
    return Response(answer.body, status_code=answer.status, headers=answer.headers)


async def recall_answer(writer: IdempotencyWriter, key: str, digest: bytes) -> Answer | None:
    """The answer kept under this key, or None; raises Conflict if it is another request's."""
    text = await writer.recall(key, digest)
    return None if text is None else _decode(text)


async def remember_answer(
    writer: IdempotencyWriter, key: str, digest: bytes, answer: Answer
) -> None:
    """Keep the answer under this key, for the request of this digest."""
    await writer.remember(key, digest, msgspec.json.encode(answer).decode())
