"""The vendor's times: written as `2014/04/01 00:01:02 +0000`, read in many forms."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

import msgspec

from doings.core.clock import DAY, EPOCH, SECOND, date_from_day

_TIME = re.compile(
    r"""(?P<year>\d{4}) [-/] (?P<month>\d{1,2}) [-/] (?P<day>\d{1,2})
    (?: [T ]\ * (?P<hour>\d{1,2}) : (?P<minute>\d{2})
        (?: : (?P<second>\d{2}) (?: [.,] (?P<fraction>\d{1,9}) )? )?
        \ * (?P<offset> Z | UTC | [+-]?\d{2}(?::?\d{2})? )?
    )?""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
"""An offset without a sign is one whose `+` a URL turned into a space."""

_ISO = re.compile(
    r"""(?: \d{4}-?W\d{2}(?:-?\d)? | \d{8}(?=T) )
    (?: T [\d:.,]+ (?: Z | [ +-]\d{2}(?::?\d{2})? )? )?""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
"""Other forms of ISO 8601: by weeks, and without hyphens. Digits alone are none of them."""

_MICROSECOND = timedelta(microseconds=1)
_DAY_SECONDS = DAY // SECOND
LAST_MINUTE = 59
_NO_TIME = "not a time like 2014/04/01 00:01:02 +0000"


class Span(msgspec.Struct, frozen=True):
    """The stretch that a time means (a day, minute, second or instant), in microseconds since 1970.

    `end` is exclusive.
    """

    start: int
    end: int


@lru_cache(maxsize=4096)
def text_from_instant(instant: int) -> str:
    """An instant (microseconds) to the second, in UTC; it is cached, as clients reread new ones."""
    day, second = divmod(instant // SECOND, _DAY_SECONDS)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{date_from_day(day):%Y/%m/%d} {hour:02}:{minute:02}:{second:02} +0000"


def span_from_text(text: str) -> Span:
    """Read a time, in UTC where it names no offset; raises ValueError and OverflowError."""
    written = _TIME.fullmatch(text.strip())
    moment, width = _moment_and_width(written) if written else _iso(text.strip())
    start = (moment - EPOCH) // _MICROSECOND
    return Span(start, start + width // _MICROSECOND)


def _moment_and_width(written: re.Match[str]) -> tuple[datetime, timedelta]:
    """The moment, and how long it lasts, which its smallest unit says."""
    units = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(written[unit] or 0) for unit in units)
    microsecond = int((written["fraction"] or "").ljust(6, "0")[:6])
    zone = _zone(written["offset"])
    moment = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
    return moment, next(width for unit, width in _WIDTHS.items() if written[unit] is not None)


_WIDTHS = {
    "fraction": _MICROSECOND,
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "day": timedelta(days=1),
}


def _zone(offset: str | None) -> timezone:
    if offset is None or offset.upper() in {"Z", "UTC"}:
        return UTC
    digits = offset.lstrip("+-").replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > LAST_MINUTE:
        raise ValueError(_NO_TIME)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset.startswith("-") else shift)


def _iso(text: str) -> tuple[datetime, timedelta]:
    """The other forms of ISO 8601: by weeks, and without hyphens and colons."""
    if not _ISO.fullmatch(text):
        raise ValueError(_NO_TIME)
    text = text.upper().replace(" ", "+")
    if "T" in text:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC), timedelta(seconds=1)
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC), timedelta(days=1)
