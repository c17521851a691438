"""How pages say when something happened: the day, the time, and how long ago that is."""

from datetime import date, datetime

from doings.core.clock import DAY, HOUR, SECOND, second_from_instant, zone

_MINUTE = 60 * SECOND

_STEPS = (
    (365 * DAY, "year", DAY // 2),
    (30 * DAY, "month", DAY // 2),
    (7 * DAY, "week", DAY // 2),
    (DAY, "day", HOUR // 2),
    (HOUR, "hour", _MINUTE // 2),
    (_MINUTE, "minute", 0),
)
"""Units, and how much shorter a time may be to be told in one of them: times are rounded."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def local(instant: int, time_zone: str) -> datetime:
    """The instant as a clock in the zone shows it, without its fraction of a second."""
    return second_from_instant(instant).astimezone(zone(time_zone))


def date_text(day: date) -> str:
    """5 March 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_text(day: date) -> str:
    """Thursday, 5 March 2026."""
    return f"{_WEEKDAYS[day.weekday()]}, {date_text(day)}"


def exact_text(instant: int, time_zone: str) -> str:
    """5 March 2026, 14:05:09 CET."""
    moment = local(instant, time_zone)
    return f"{date_text(moment.date())}, {moment:%H:%M:%S} {moment.tzname()}"


def ago_text(instant: int, now: int) -> str:
    """3 hours ago, in 2 days, just now: rounded, so that 13 days and 23 hours are 2 weeks."""
    away = abs(now - instant)
    for length, word, less in _STEPS:
        if away >= length - less:
            count = max(1, (2 * away + length) // (2 * length))
            told = f"{count} {word}{'s' if count > 1 else ''}"
            return f"{told} ago" if instant <= now else f"in {told}"
    return "just now"
