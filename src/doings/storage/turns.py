"""What waits, by account. Accounts take turns, so none waits for all that another one wants."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

Owner = int | None
"""An account; None is the program itself."""


class Turns(Generic[T]):
    """A queue for each account, served in turn. Within an account the first comes first.

    It is for one thread, or for several that take turns themselves.
    """

    def __init__(self) -> None:
        # In the order of turns: the one that is served goes to the end.
        self._queues: dict[Owner, deque[T]] = {}
        self._size = 0

    def __len__(self) -> int:
        """How much waits, of all accounts together."""
        return self._size

    def of(self, owner: Owner) -> int:
        """How much waits of one account."""
        return len(self._queues.get(owner, ()))

    def heads(self) -> list[tuple[Owner, T]]:
        """The accounts of which something waits, each with what comes first, in their order."""
        return [(owner, queue[0]) for owner, queue in self._queues.items()]

    def put(self, owner: Owner, item: T) -> None:
        """Add to the end of the account's queue."""
        self._queues.setdefault(owner, deque()).append(item)
        self._size += 1

    def put_back(self, owner: Owner, item: T) -> None:
        """Add to the start of the account's queue."""
        self._queues.setdefault(owner, deque()).appendleft(item)
        self._size += 1

    def remove(self, owner: Owner, item: T) -> None:
        """Take out what waits no longer; nothing happens where it is gone."""
        queue = self._queues.get(owner, deque())
        if item in queue:
            queue.remove(item)
            self._size -= 1
            if not queue:
                del self._queues[owner]

    def take(self, may: Callable[[Owner, T], bool] | None = None) -> T | None:
        """The next in turn that `may` allows; None where there is none."""
        for owner, queue in self._queues.items():
            if may is None or may(owner, queue[0]):
                item = queue.popleft()
                del self._queues[owner]
                self._size -= 1
                if queue:
                    self._queues[owner] = queue
                return item
        return None
