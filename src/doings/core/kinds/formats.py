"""The texts and numbers in `data` that mean more than their JSON type says: times, dates, sizes.

Each is checked when it is recorded, and kept as the caller wrote it. So a reader can parse it.
"""

from collections.abc import Callable
from typing import Annotated

import msgspec

from doings.core.clock import EARLIEST, LATEST, start_of_date
from doings.core.entity import ID_LENGTH
from doings.core.values.instants import date_from_text, instant_from_text

_MILLISECOND = 1000
_CENTURY = 36_525 * 86_400


class InstantText(str):
    """A time that `core.values.instants` reads."""

    __slots__ = ()


class DateText(str):
    """A date `YYYY-MM-DD` that the calendar has."""

    __slots__ = ()


class DeadlineText(str):
    """An instant as either RFC 3339 time or an integer of milliseconds since 1970."""

    __slots__ = ()


_INSTANT_SCHEMA = {"type": "string", "format": "date-time"}

Instant = Annotated[InstantText, msgspec.Meta(extra_json_schema=_INSTANT_SCHEMA)]
Date = Annotated[DateText, msgspec.Meta(extra_json_schema={"type": "string", "format": "date"})]
Deadline = Annotated[
    DeadlineText,
    msgspec.Meta(extra_json_schema={"anyOf": [_INSTANT_SCHEMA, {"type": "integer"}]}),
]

EntityId = Annotated[str, msgspec.Meta(min_length=1, max_length=ID_LENGTH)]
"""Text that may name an entity."""

Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that every store and every client can hold."""

Size = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""How many bytes."""

Seconds = Annotated[int, msgspec.Meta(ge=0, le=_CENTURY)]
"""A span of time; a century is far more than anybody agrees on."""

ShortText = Annotated[str, msgspec.Meta(max_length=255)]
PathText = Annotated[str, msgspec.Meta(max_length=2048)]


def instant_from_deadline(value: object) -> int:
    """Microseconds since 1970 from a deadline as it was recorded; raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _checked_instant(value * _MILLISECOND)
    text = _text(value, form="an RFC 3339 time or an integer of milliseconds since 1970")
    return instant_from_text(text)


def checked_format(format_type: type, value: object) -> str:
    """A value that has the format; raises ValueError for one that has not."""
    _CHECKS[format_type](value)
    return str.__new__(format_type, value)


def _instant(value: object) -> int:
    return instant_from_text(_text(value, form="an RFC 3339 time like 2026-11-22T10:00:00Z"))


def _checked_instant(instant: int) -> int:
    if not EARLIEST <= instant < LATEST:
        raise ValueError("the time lies outside the years 1000 to 9999")
    return instant


def _date(value: object) -> int:
    return start_of_date(date_from_text(_text(value, form="a date like 2026-11-22")), "UTC")


def _text(value: object, *, form: str) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"must be {form}")


_CHECKS: dict[type, Callable[[object], int]] = {
    InstantText: _instant,
    DateText: _date,
    DeadlineText: instant_from_deadline,
}
