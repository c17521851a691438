"""Reading instants: the one reader for every parameter, member and file of every surface.

An instant is written as RFC 3339 says. Between the date and the time stands `T`, `t` or a space,
and at the end `Z`, `z` or an offset: `+01:00`, `+0100` or `+01`. Nothing else is a time: no leap
seconds, no weeks, no numbers. A dialect whose vendor writes times in another way reads those
itself.
"""

import re
from datetime import date, datetime

from doings.core.clock import instant_from_datetime, start_of_date

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOST_PLUS = re.compile(r" (?=[0-9]{2}(?::?[0-9]{2})?$)")
_TO_SECONDS = len("2026-11-22T10:00:00")

NO_TIME = "not an RFC 3339 time like 2026-11-22T10:00:00Z"
NO_TIME_NOR_DATE = f"{NO_TIME}, nor a date like 2026-11-22"
NO_SUCH_TIME = "there is no such time: the month, the day, the hour or the minute is wrong"
NUMBER = "digits alone are no time; write it like 2026-11-22T10:00:00Z"
LEAP_SECOND = "no leap second is read here: the last second of a minute is :59"


def instant_from_text(text: str) -> int:
    """Read RFC 3339 as microseconds since 1970; raises ValueError saying what is wrong."""
    return instant_from_datetime(local_from_text(text))


def local_from_text(text: str) -> datetime:
    """Read a time whose offset may be left out: it is then naive. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(NUMBER if text.isdecimal() else NO_TIME)
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(LEAP_SECOND if text[17:19] == "60" else NO_SUCH_TIME) from None


def date_from_text(text: str) -> date:
    """Read a date `YYYY-MM-DD`; raises ValueError for any other text."""
    if not _DATE.fullmatch(text):
        msg = "must be a date like 2026-11-22"
        raise ValueError(msg)
    return _date(text)


def instant_or_date_from_text(text: str, time_zone: str) -> int:
    """Read RFC 3339, or a bare date as the start of that day in the zone; raises ValueError."""
    if _DATE.fullmatch(text):
        return start_of_date(_date(text), time_zone)
    try:
        return instant_from_text(text)
    except ValueError as error:
        raise ValueError(NO_TIME_NOR_DATE if str(error) == NO_TIME else str(error)) from None


def with_plus(text: str) -> str:
    """A time from a query: the `+` of an offset that was not escaped has become a space."""
    return _LOST_PLUS.sub("+", text) if _LOST_PLUS.search(text, _TO_SECONDS) else text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"there is no {text} in the calendar"
        raise ValueError(msg) from None
