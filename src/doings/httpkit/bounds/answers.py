"""Large answers that are made and not sent yet: how many bytes they may hold, fair to accounts."""

from collections import Counter
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from doings.core.budget import ANSWER_BYTES, INLINE_BYTES, PAGE_BYTES
from doings.core.errors import Busy

PIECE_BYTES = 65_536
"""What is handed to the server at a time of a long chunk: for a caller who reads slowly it keeps
several pieces.
"""


class ChunkedResponse(StreamingResponse):
    """An answer that is read chunk by chunk as it is sent."""

    body_iterator: AsyncIterator[bytes]

    def __init__(self, chunks: AsyncIterator[bytes], media_type: str) -> None:
        super().__init__(chunks, media_type=media_type)

    async def stream_response(self, send: Send) -> None:
        """Send the chunks, long ones in pieces."""
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        async for chunk in self.body_iterator:
            size = len(chunk) if len(chunk) <= INLINE_BYTES else PIECE_BYTES
            for place in range(0, len(chunk), size or 1):
                piece = chunk[place : place + size]
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class AnswerRoom:
    """The room for large answers in a process.

    One account may take half of what the others leave, so a few that take nothing of their answers
    leave room for the next one.
    """

    def __init__(self, most: int = ANSWER_BYTES) -> None:
        self._most = most
        self._held: Counter[int] = Counter()

    def take(self, account_id: int, size: int) -> None:
        """Take room for an answer; raises Busy where there is none."""
        own = self._held[account_id]
        others = self._held.total() - own
        # One answer finds room whatever its size.
        if own and own + size > (self._most - others) // 2:
            raise Busy("memory", "too many large answers wait to be read; read them first")
        self._held[account_id] += size

    def give_back(self, account_id: int, size: int) -> None:
        """Give back what an answer took."""
        self._held[account_id] -= size
        if not self._held[account_id]:
            del self._held[account_id]


ROOM = AnswerRoom()


def size_held(response: Response) -> int:
    """How many bytes an answer holds until it is sent; 0 for a small one."""
    if isinstance(response, ChunkedResponse):
        return PAGE_BYTES
    size = len(getattr(response, "body", b""))
    return size if size > INLINE_BYTES else 0
