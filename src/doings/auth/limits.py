"""Limits: failed sign-ins of an address, and the vendors' requests per minute where switched on."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from doings.core.budget import CALLERS
from doings.core.errors import TooManyRequests

SECONDS = 60
"""How long a window is."""

_OTHERS = ""
"""In the place of a caller that comes new while there is no room; no caller is called so."""


class _Window:
    """How often a caller came, and when it may come again as if it never had."""

    __slots__ = ("count", "ends_at")

    def __init__(self, ends_at: float) -> None:
        self.count = 0
        self.ends_at = ends_at


class MinuteLimit:
    """So many requests in a minute for each caller; the minute begins with the caller's first one.

    It goes by a clock that nobody sets. At most `CALLERS` are known at a time. Callers that come
    new while all of those are within their minute are counted together, so that no flood of
    addresses makes a count forgotten, and the table stays small.
    """

    def __init__(
        self,
        most: int,
        *,
        callers: int = CALLERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self._callers = callers
        self._clock = clock
        # In the order in which they end, as all are equally long.
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def __len__(self) -> int:
        """How many callers are known."""
        return len(self._windows)

    def hit(self, caller: str) -> int:
        """Count a request and return how many are left; raises TooManyRequests."""
        now = self._clock()
        self._forget_ended(now)
        window = self._windows.get(caller)
        if window is None:
            window = self._new_window(caller, now)
        window.count += 1
        if window.count > self.most:
            raise TooManyRequests(max(1, math.ceil(window.ends_at - now)))
        return self.most - window.count

    def _forget_ended(self, now: float) -> None:
        windows = self._windows
        while windows and next(iter(windows.values())).ends_at <= now:
            windows.popitem(last=False)

    def _new_window(self, caller: str, now: float) -> _Window:
        if len(self._windows) >= self._callers:
            caller = _OTHERS
        return self._windows.setdefault(caller, _Window(now + SECONDS))


class FailedSignIns:
    """Counts wrong credentials by network; further wrong ones wait for the minute's end.

    Good credentials are not asked about: several callers may share one address.
    """

    def __init__(self, per_minute: int) -> None:
        self._limit = MinuteLimit(per_minute)

    def note(self, address: str) -> None:
        """Count a wrong credential; raises TooManyRequests for a network over the limit."""
        self._limit.hit(network_of(address))


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """What an address is counted as: an IPv6 one as its /64, which one caller has whole."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return f"{IPv6Address(int(known) >> 64 << 64)}/64"
    return address
