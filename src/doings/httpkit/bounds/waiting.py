"""Room for requests that wait: each keeps a connection, and does nothing with it.

Long polls wait for changes in one room, streams in another.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from doings.core.budget import ACCOUNT_STREAMS_SHARE, STREAMS_SHARE, WAITING_SHARE
from doings.core.errors import Busy
from doings.httpkit.bounds.connections import connection_limit


class WaitingRoom:
    """Counts the requests that wait in this process, in all and by account.

    `bound` is the name under which a request too many is refused.
    """

    def __init__(
        self, most: int | None = None, *, of_account: int | None = None, bound: str = "waiting"
    ) -> None:
        self._most = most or int(connection_limit() * WAITING_SHARE)
        self._of_account = of_account
        self._bound = bound
        self._all = 0
        self._by_account: Counter[int] = Counter()

    @contextmanager
    def place(self, account_id: int) -> Iterator[None]:
        """Count a request as waiting for as long as this lasts; raises Busy for one too many."""
        of_account = self._of_account or self._most // 2
        if self._all >= self._most or self._by_account[account_id] >= of_account:
            raise Busy(self._bound, "too many requests wait for changes")
        self._all += 1
        self._by_account[account_id] += 1
        try:
            yield
        finally:
            self._all -= 1
            self._by_account[account_id] -= 1
            if not self._by_account[account_id]:
                del self._by_account[account_id]


def streams_room() -> WaitingRoom:
    """The room for streams."""
    connections = connection_limit()
    return WaitingRoom(
        int(connections * STREAMS_SHARE),
        of_account=int(connections * ACCOUNT_STREAMS_SHARE),
        bound="streams",
    )
