"""Limits: failed sign-ins of an address, and the vendors' requests per minute where switched on."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from doings.core.errors import TooManyRequests


class FailedSignIns:
    """Counts wrong credentials by address; further wrong ones wait for the minute's end.

    Good credentials are not asked about: several callers may share one address.
    """

    def __init__(self, per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def note(self, address: str) -> None:
        """Count a wrong credential; raises TooManyRequests for an address over the limit."""
        if not self._limiter.hit(self._item, address):
            raise TooManyRequests(seconds_until(self._limiter, self._item, address))


class RateLimit:
    """So many requests in a time for each caller, like `60/minute`."""

    def __init__(self, rate: str) -> None:
        self._item: RateLimitItem = parse(rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    @property
    def most(self) -> int:
        """How many requests a window allows."""
        return self._item.amount

    def hit(self, caller: str) -> int:
        """Count a request and return how many are left; raises TooManyRequests."""
        if not self._limiter.hit(self._item, caller):
            raise TooManyRequests(seconds_until(self._limiter, self._item, caller))
        return self._limiter.get_window_stats(self._item, caller).remaining


def seconds_until(limiter: FixedWindowRateLimiter, item: RateLimitItem, caller: str) -> int:
    """Whole seconds until the caller's next window begins, at least one."""
    reset = limiter.get_window_stats(item, caller).reset_time
    return max(1, math.ceil(reset - time.time()))
