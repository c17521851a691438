"""When something happened, as Monica takes and shows it: a date, or a date with a time. Pure.

A moment is kept as text: `YYYY-MM-DD` where no time was sent, else `YYYY-MM-DDTHH:MM:SSZ`.
"""

from datetime import UTC, date, datetime

from doings.core.clock import start_of_date
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.validation import (
    DATE_FORMATS,
    FIRST_DATE,
    LAST_DATE,
    Rule,
    date_of,
)

DAY_LENGTH = len("YYYY-MM-DD")


def moment_of(value: object) -> str | None:
    """The moment that was sent, in any writing that Monica reads; None for what is none.

    A time without a zone is UTC.
    """
    if not isinstance(value, str):
        return None
    if date_of(value):
        return value
    found = _parsed(value)
    if found is None:
        return None
    if not isinstance(found, datetime):
        return found.isoformat() if FIRST_DATE <= found <= LAST_DATE else None
    if not FIRST_DATE <= found.date() <= LAST_DATE:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parsed(text: str) -> date | None:
    """A date or a datetime."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for format_ in DATE_FORMATS:
        try:
            found = datetime.strptime(text, format_)  # noqa: DTZ007 - the caller gives it a zone
        except ValueError:
            continue
        return found if "%H" in format_ else found.date()
    return None


def shown_moment(moment: str) -> str:
    """The moment as documents show it: a date is its midnight, and a time is of UTC.

    One that another surface wrote may have an offset, or be no moment, and then is shown as it is.
    """
    if not is_day(moment) and not moment.endswith("Z"):
        moment = moment_of(moment) or moment
    return f"{moment}T00:00:00Z" if is_day(moment) else moment


def is_day(moment: str) -> bool:
    """Whether no more than the date is known."""
    return len(moment) == DAY_LENGTH


def instant_of(moment: str, time_zone: str) -> int:
    """The instant; a date begins by the calendar of the zone."""
    if is_day(moment):
        return start_of_date(date.fromisoformat(moment), time_zone)
    return instant_from_text(moment)


MOMENT = Rule(lambda value: moment_of(value) is not None, "The {} is not a valid date.")
