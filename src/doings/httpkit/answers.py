"""Large answers that are made and not sent yet: how many bytes they may hold, fair to accounts."""

from collections import Counter
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from doings.core.budget import ANSWER_BYTES, INLINE_BYTES, PAGE_BYTES
from doings.core.errors import Busy

PIECE_BYTES = 65_536
"""What is handed to the server at a time of a long chunk: for a caller who reads slowly it keeps
several pieces.
"""


class ChunkedResponse(StreamingResponse):
    """An answer that is read chunk by chunk as it is sent."""

    def __init__(self, chunks: AsyncIterator[bytes], media_type: str) -> None:
        super().__init__(_pieces(chunks), media_type=media_type)


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if len(chunk) <= INLINE_BYTES:
            yield chunk
            continue
        for start in range(0, len(chunk), PIECE_BYTES):
            yield chunk[start : start + PIECE_BYTES]


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
