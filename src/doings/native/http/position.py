"""`Doings-Position`: from where the feed goes on after the state that an answer shows."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from doings.core.resuming.position import Position
from doings.core.store import Reader
from doings.httpkit.request import Request

T = TypeVar("T")

POSITION = "Doings-Position"


def position_of(request: Request, seq: int) -> str:
    """A seq of the account with the epoch that it belongs to."""
    return str(Position(request.principal.position.epoch, seq))


async def read_shown(
    request: Request, work: Callable[[Reader], Awaitable[T]], *, bounded: bool = True
) -> T:
    """What work returns; the answer tells the position of the state that work was shown.

    Most pages have it in the rows that they read, so that it takes no statement more.
    """

    async def shown(reader: Reader) -> tuple[T, int]:
        return await work(reader), await reader.last_seq()

    result, seq = await request.timeline.read(shown, bounded=bounded)
    request.headers[POSITION] = position_of(request, seq)
    return result
