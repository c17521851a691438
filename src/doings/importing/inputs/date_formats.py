"""How the dates of a column are written, and reading them. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from doings.core.errors import Misconfigured

TIMES = (
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p",
    "%d.%m.%y", "%d-%m-%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y%m%d",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
"""The ways of writing a time that are looked for, where it is not written as ISO 8601 has it."""

BIRTHDAYS = (
    *(format_ for format_ in TIMES if "%H" not in format_ and "%I" not in format_),
    "%d/%m/%y", "%m/%d/%y", "%d.%m.", "%d.%m", "%d/%m", "%m/%d", "%d %b", "%d %B", "%b %d", "%B %d",
)  # fmt: skip
"""The ways of writing a birthday, whose year may be left out."""

NO_BIRTHDAY = {"0/0/00", "0/0/0000", "00/00/00", "00/00/0000", "0000-00-00", "0.0.00", "00.00.0000"}
"""What programs write where they know no birthday; Outlook writes the first."""

YEARS_UNKNOWN = {1604}
"""The year that Apple's address book writes where it knows none."""

LAST_CENTURY = 30
"""Two digits of a year of birth from these on are of the last century."""

_DAY = re.compile(r"--?(\d{2})-?(\d{2})")
_TIME_OF_DAY = re.compile(r" %[HI].*")


class Written(NamedTuple):
    """How dates are written, None for ISO 8601, and how many of so many texts are written so."""

    format: str | None
    read: int
    texts: int

    @property
    def is_doubtful(self) -> bool:
        """Whether hardly any of the texts is a date."""
        return self.read * 2 < self.texts


def written(texts: Sequence[str], formats: Sequence[str], column: str) -> Written:
    """How most of the texts of a column are written.

    Raises Misconfigured where that is not certain: 3/4/2026 is a day in March or one in April.
    """
    best = Written(None, sum(_is_iso(text) for text in texts), len(texts))
    found: dict[tuple[datetime | None, ...], str] = {}
    for format_ in formats:
        moments = tuple([_moment_or_none(text, format_) for text in texts])
        read = sum(moment is not None for moment in moments)
        if read > best.read:
            best, found = Written(format_, read, len(texts)), {moments: format_}
        elif read == best.read and best.format is not None:
            found.setdefault(moments, format_)
    if len(found) > 1:
        ways = " or as ".join(found.values())
        example = next(
            text for text, *read in zip(texts, *found, strict=True) if len(set(read)) > 1
        )
        raise Misconfigured(
            f"column {column}: {example} may be written as {ways}: give --dates with one of them"
        )
    return best


def _is_iso(text: str) -> bool:
    if _DAY.fullmatch(text):
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "-" in text


def _moment_or_none(text: str, format_: str) -> datetime | None:
    try:
        return moment_of(text, format_)
    except ValueError:
        return None


def moment_of(text: str, format_: str) -> datetime:
    """The time that a text says, which may leave out the time of day; raises ValueError."""
    try:
        return _read(text, format_)
    except ValueError:
        day = _TIME_OF_DAY.sub("", format_)
        if day == format_:
            raise
        return _read(text, day)


def _read(text: str, format_: str) -> datetime:
    if has_year(format_):
        return datetime.strptime(text, format_)  # noqa: DTZ007 - the account's zone is put to it
    # A leap year, so that it may be the 29th of February.
    return datetime.strptime(f"{text} 2000", f"{format_} %Y")  # noqa: DTZ007 - a day without a year


def has_year(format_: str) -> bool:
    """Whether dates that are written so say their year."""
    return "%Y" in format_ or "%y" in format_


def birthdate(text: str, format_: str | None) -> dict[str, object]:
    """A date of birth in the attributes that Monica's API reads, none where none is known.

    It is written as ISO 8601 or as `format_` says, also without a year; raises ValueError.
    """
    if text in NO_BIRTHDAY:
        return {}
    if (day := _DAY.fullmatch(text)) is not None:
        return _without_year(date(2000, int(day[1]), int(day[2])))
    if format_ is None or _is_iso(text):
        found = datetime.fromisoformat(text).date()
        return _without_year(found) if found.year in YEARS_UNKNOWN else _whole(found)
    found = moment_of(text, format_).date()
    if not has_year(format_):
        return _without_year(found)
    if "%y" in format_ and found.year % 100 >= LAST_CENTURY:
        found = found.replace(year=1900 + found.year % 100)
    return _whole(found)


def _whole(found: date) -> dict[str, object]:
    return {"birthdate": found.isoformat()}


def _without_year(found: date) -> dict[str, object]:
    # A leap year, so that it may be the 29th of February.
    day = found.replace(year=2000)
    return {"birthdate": day.isoformat(), "birthdate_is_year_unknown": True}
