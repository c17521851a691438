"""Time and ids, injected so that tests can hold them still.

An instant is an integer: microseconds since 1970-01-01T00:00:00Z. A day is an integer too: days
since 1970-01-01. Text and datetimes appear only at the edges.
"""

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import uuid_utils

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

_EXACT = 4_000_000_000 * SECOND
"""Up to the year 2096 a float holds every microsecond: the fastest conversion is exact."""

EARLIEST = -30_610_224_000 * SECOND
"""1000-01-01: an earlier time is a typing error, not an activity."""

LATEST = 253_402_128_000 * SECOND
"""9999-12-30: a later time cannot be shown in every time zone."""


OUTSIDE = "the time lies outside the years 1000 to 9999"
"""Why a time is refused that is not between them."""


class Clock(Protocol):
    """The source of instants and ids."""

    def now(self) -> int:
        """The present instant."""

    def new_id(self) -> str:
        """A fresh UUIDv7 as 36 characters of text."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> int:
        """The present instant."""
        return time.time_ns() // 1000

    def new_id(self) -> str:
        """A fresh UUIDv7 as 36 characters of text."""
        return str(uuid_utils.uuid7())


def instant_from_datetime(moment: datetime) -> int:
    """Microseconds since 1970; raises ValueError for a naive or absurd time."""
    if moment.tzinfo is None:
        msg = "a time needs its offset or Z"
        raise ValueError(msg)
    try:
        instant = (moment - EPOCH) // _MICROSECOND
    except OverflowError:  # an offset leads beyond the years that Python has
        raise ValueError(OUTSIDE) from None
    if not EARLIEST <= instant < LATEST:
        raise ValueError(OUTSIDE)
    return instant


@lru_cache(maxsize=16_384)
def datetime_from_instant(instant: int) -> datetime:
    """The instant as a datetime in UTC."""
    return new_datetime(instant)


def new_datetime(instant: int) -> datetime:
    """The same without a cache, which takes longer than it saves where instants do not repeat."""
    if -_EXACT < instant < _EXACT:
        return datetime.fromtimestamp(instant / SECOND, UTC)
    return EPOCH + timedelta(microseconds=instant)


@lru_cache(maxsize=16_384)
def second_from_instant(instant: int) -> datetime:
    """The instant as a datetime in UTC, cut to the second, for surfaces that show no fractions."""
    return datetime.fromtimestamp(instant // SECOND, UTC)


@lru_cache(maxsize=16_384)
def text_from_instant(instant: int) -> str:
    """RFC 3339 in UTC with `Z`; a fraction only where there is one."""
    return datetime_from_instant(instant).isoformat().removesuffix("+00:00") + "Z"


def day_of(instant: int) -> int:
    """The UTC day that the instant falls on."""
    return instant // DAY


def date_from_day(day: int) -> date:
    """A day number as a date."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def day_from_date(day: date) -> int:
    """A date as a day number."""
    return day.toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises ValueError for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        msg = f"{name!r} is no IANA time zone"
        raise ValueError(msg) from None


@lru_cache(maxsize=8192)
def local_date(instant: int, time_zone: str) -> date:
    """The date that a wall calendar in the zone shows at the instant."""
    return datetime.fromtimestamp(instant // SECOND, zone(time_zone)).date()


def start_of_date(day: date, time_zone: str) -> int:
    """The first instant of the date in the zone; raises ValueError for an absurd one."""
    return instant_from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone(time_zone)))


def bounds_of_date(day: date, time_zone: str) -> tuple[int, int]:
    """The first instant of the date in the zone and that of the next one."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone(time_zone))
    end = start + timedelta(days=1)
    return (start - EPOCH) // timedelta(microseconds=1), (end - EPOCH) // timedelta(microseconds=1)
