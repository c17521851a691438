"""Who waits for commits: one notice for all that wait in an account, and none for anybody else.

An engine tells of its own commits by account. What another process committed may be known without
an account, or only after looking. Then the last seq of each account that is waited for is looked
at, and those are told whose seq moved: one look-up for an account, however many wait in it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from doings.core.errors import Unavailable


class Followed:
    """An account as one of those sees it who wait in it."""

    __slots__ = ("_awaited", "last_seq")

    def __init__(self, awaited: "_Awaited") -> None:
        self.last_seq = -1
        """The last seq that this one knows of."""
        self._awaited = awaited

    def next_commit(self) -> "asyncio.Future[None]":
        """Done soon after the next commit. All who wait share it, so it may not be cancelled."""
        return self._awaited.next_commit()


class _Awaited:
    """An account that somebody waits in."""

    __slots__ = ("_news", "followers")

    def __init__(self) -> None:
        self.followers: set[Followed] = set()
        self._news: asyncio.Future[None] | None = None

    def next_commit(self) -> "asyncio.Future[None]":
        """Done soon after the next commit. All who wait share it, so it may not be cancelled."""
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        return self._news

    def tell(self) -> None:
        """Something was committed."""
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def found(self, last_seq: int) -> None:
        """A look found this last seq: all are told where one of them does not know of it.

        What one knows says nothing of the others, who may have read before.
        """
        behind = [one for one in self.followers if one.last_seq != last_seq]
        for one in behind:
            one.last_seq = last_seq
        if behind:
            self.tell()


class CommitNotices:
    """The accounts that somebody of this process waits in.

    `look` reads the last seq of an account, None where there is none any more. `on_followed` is
    called when somebody begins to wait and nobody did.
    """

    def __init__(self, look: Callable[[int], Awaitable[int | None]]) -> None:
        self.on_followed: Callable[[], None] = lambda: None
        self._look = look
        self._awaited: dict[int, _Awaited] = {}

    @property
    def are_awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._awaited)

    @contextmanager
    def following(self, account_id: int) -> Iterator[Followed]:
        """Wait in an account for as long as this lasts."""
        awaited = self._awaited.get(account_id)
        if awaited is None:
            awaited = self._awaited[account_id] = _Awaited()
        followed = Followed(awaited)
        awaited.followers.add(followed)
        if len(self._awaited) == 1 and len(awaited.followers) == 1:
            self.on_followed()
        try:
            yield followed
        finally:
            awaited.followers.remove(followed)
            if not awaited.followers:
                del self._awaited[account_id]

    def tell(self, account_id: int) -> None:
        """Something was committed in the account."""
        awaited = self._awaited.get(account_id)
        if awaited is not None:
            awaited.tell()

    def tell_all(self) -> None:
        """Wake all that wait, whatever was committed."""
        for awaited in list(self._awaited.values()):
            awaited.tell()

    async def look(self) -> None:
        """Tell those in whose account something was committed since the last look."""
        for account_id, awaited in list(self._awaited.items()):
            try:
                last_seq = await self._look(account_id)
            except Unavailable:
                return  # Those who wait go on waiting; the next look finds it.
            awaited.found(-1 if last_seq is None else last_seq)


class Lookout:
    """Looks at the accounts every so many seconds, for as long as somebody waits in one.

    `is_due` says whether there may be anything to see. It is asked each time.
    """

    def __init__(self, notices: CommitNotices, seconds: float, is_due: Callable[[], bool]) -> None:
        self._notices = notices
        self._seconds = seconds
        self._is_due = is_due
        self._task: asyncio.Task[None] | None = None
        notices.on_followed = self._begin

    @property
    def is_looking(self) -> bool:
        """Whether it looks at present."""
        return self._task is not None and not self._task.done()

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _begin(self) -> None:
        if not self.is_looking:
            self._task = asyncio.create_task(self._run(), name="lookout")

    async def _run(self) -> None:
        while self._notices.are_awaited:
            if self._is_due():
                await self._notices.look()
            await asyncio.sleep(self._seconds)
