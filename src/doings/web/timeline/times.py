"""How pages say when something happened: the day, the time, and how long ago that is."""

from datetime import date, datetime

from doings.core.clock import DAY, HOUR, SECOND, second_from_instant, zone

_MINUTE = 60 * SECOND

_STEPS = (
    (365 * DAY, "year"),
    (30 * DAY, "month"),
    (7 * DAY, "week"),
    (DAY, "day"),
    (HOUR, "hour"),
    (_MINUTE, "minute"),
)

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
    """3 hours ago, in 2 days, just now."""
    away = abs(now - instant)
    for length, word in _STEPS:
        count = away // length
        if count:
            told = f"{count} {word}{'s' if count > 1 else ''}"
            return f"{told} ago" if instant <= now else f"in {told}"
    return "just now"
