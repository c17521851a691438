"""Room for requests that wait for changes: each keeps a connection, and does nothing with it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from doings.core.budget import WAITING_SHARE
from doings.core.errors import Busy
from doings.httpkit.bounds.connections import connection_limit


class WaitingRoom:
    """Counts the requests that wait in this process, in all and by account."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most or int(connection_limit() * WAITING_SHARE)
        self._all = 0
        self._by_account: Counter[int] = Counter()

    @contextmanager
    def place(self, account_id: int) -> Iterator[None]:
        """Count a request as waiting for as long as this lasts; raises Busy for one too many."""
        if self._all >= self._most or self._by_account[account_id] >= self._most // 2:
            raise Busy("waiting", "too many requests wait for changes")
        self._all += 1
        self._by_account[account_id] += 1
        try:
            yield
        finally:
            self._all -= 1
            self._by_account[account_id] -= 1
            if not self._by_account[account_id]:
                del self._by_account[account_id]
