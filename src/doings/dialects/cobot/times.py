"""The vendor's times: written as `2014/04/01 00:01:02 +0000`, read in several forms."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

import msgspec

from doings.core.clock import DAY, EARLIEST, EPOCH, OUTSIDE, SECOND, date_from_day

_OFFSET = r"""(?:
    \ ? (?P<named> Z | UTC ) | \ ? (?P<signed> [+-]\d{2} (?: :?\d{2} )? ) |
    \ {1,2} (?P<unsigned> \d{2} (?: :?\d{2} )? )
)?"""
"""An offset without a sign is one whose `+` a URL turned into a space."""

_VENDORS = r"""(?P<date> \d{4} (?P<mark> [-/] ) \d{2} (?P=mark) \d{2} )
    (?: \  (?P<hour> \d{1,2} ) : (?P<minute> \d{2} ) : (?P<second> \d{2} )
        (?: \. (?P<fraction> \d+ ) )?"""
_EXTENDED = r"""(?P<date> \d{4}-\d{2}-\d{2} | \d{4}-W\d{2} (?: -\d )? )
    (?: [T ] (?P<hour> \d{2} ) : (?P<minute> \d{2} )
        (?: : (?P<second> \d{2} ) (?: [.,] (?P<fraction> \d+ ) )? )?"""
_BASIC = r"""(?P<date> \d{8} (?=T) | \d{4}W\d{2} \d? )
    (?: T (?P<hour> \d{2} ) (?P<minute> \d{2} )
        (?: (?P<second> \d{2} ) (?: [.,] (?P<fraction> \d+ ) )? )?"""
"""The vendor's form, and the two of ISO 8601: with marks and without. Digits alone are no time."""

_FORMS = [
    re.compile(f"{form} {_OFFSET} )?", re.VERBOSE | re.ASCII | re.IGNORECASE)
    for form in (_VENDORS, _EXTENDED, _BASIC)
]

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
    written = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if written is None:
        raise ValueError(_NO_TIME)
    moment, width = _moment_and_width(written)
    start = (moment - EPOCH) // _MICROSECOND
    if start < EARLIEST:
        raise ValueError(OUTSIDE)
    return Span(start, start + width // _MICROSECOND)


def _moment_and_width(written: re.Match[str]) -> tuple[datetime, timedelta]:
    """The moment, and how long it lasts, which its smallest unit says."""
    day = date.fromisoformat(written["date"].upper().replace("/", "-"))
    hour, minute, second = (int(written[unit] or 0) for unit in ("hour", "minute", "second"))
    microsecond = int((written["fraction"] or "").ljust(6, "0")[:6])
    at = time(hour, minute, second, microsecond, tzinfo=_zone(written))
    return datetime.combine(day, at), next(
        width for unit, width in _WIDTHS.items() if written[unit] is not None
    )


_WIDTHS = {
    "fraction": _MICROSECOND,
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "date": timedelta(days=1),
}


def _zone(written: re.Match[str]) -> timezone:
    offset = written["signed"] or written["unsigned"]
    if offset is None:
        return UTC
    digits = offset.lstrip("+-").replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > LAST_MINUTE:
        raise ValueError(_NO_TIME)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset.startswith("-") else shift)
