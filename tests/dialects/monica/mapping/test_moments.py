"""How Monica's dates and times are read, and when reminders come up, as tables."""

from datetime import date

import pytest

from doings.core.entity import Entity
from doings.core.text import json_text
from doings.dialects.monica.mapping.resources.moments import moment_of, shown_moment
from doings.dialects.monica.mapping.resources.to_do import month_from, next_date

TODAY = date(2026, 3, 1)

MOMENTS: list[tuple[object, str | None]] = [
    ("2018-02-02", "2018-02-02"),
    ("20180202", "2018-02-02"),
    ("02/03/2018", "2018-02-03"),
    ("2018-02-02 10:30", "2018-02-02T10:30:00Z"),
    ("2018-02-02T10:30:59.9Z", "2018-02-02T10:30:59Z"),
    ("2018-02-02T00:30:00+01:00", "2018-02-01T23:30:00Z"),
    ("1000-01-01", None),
    ("9999-12-31T00:00:00Z", None),
    ("2018-02-30", None),
    ("tomorrow", None),
    ("", None),
    (20180202, None),
    (True, None),
    (["2018-02-02"], None),
]


@pytest.mark.parametrize(("sent", "kept"), MOMENTS)
def test_moments(sent: object, kept: str | None) -> None:
    """A date, or a time in UTC; all else is none."""
    assert moment_of(sent) == kept
    if kept is not None:
        assert moment_of(shown_moment(kept)) == shown_moment(kept)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("2018-02-02", "2018-02-02T00:00:00Z"),
        ("2018-02-02T00:30:00+01:00", "2018-02-01T23:30:00Z"),
        ("soon", "soon"),
    ],
)
def test_moments_are_shown_in_utc(stored: str, shown: str) -> None:
    """Also those that another surface wrote with an offset; what is no moment stays as it is."""
    assert shown_moment(stored) == shown


COMING: list[tuple[str, int, str, str | None]] = [
    ("one_time", 1, "2026-03-01", "2026-03-01"),
    ("one_time", 1, "2026-02-28", None),
    ("week", 1, "2026-02-22", "2026-03-01"),
    ("week", 3, "2026-02-22", "2026-03-15"),
    ("week", 10**6, "2026-02-22", None),
    ("week", 10**17, "2026-02-22", None),
    ("month", 1, "2026-01-31", "2026-03-31"),
    ("month", 1, "2025-02-01", "2026-03-01"),
    ("month", 2, "2026-01-15", "2026-03-15"),
    ("month", 0, "2026-01-15", "2026-03-15"),
    ("month", 24, "2026-01-15", "2028-01-15"),
    ("year", 1, "2020-02-29", "2027-02-28"),
    ("year", 1, "2026-04-02", "2026-04-02"),
    ("year", 10**17, "2020-01-01", None),
    ("decade", 1, "2020-01-01", None),
]


@pytest.mark.parametrize(("frequency", "number", "initial", "expected"), COMING)
def test_reminders_come_up(frequency: str, number: int, initial: str, expected: str | None) -> None:
    """On their first date, and then every so many weeks, months or years; never before today."""
    attrs = {
        "initial_date": initial, "frequency_type": frequency, "frequency_number": number,
    }  # fmt: skip
    reminder = Entity(1, "reminder", "1", None, json_text(attrs), "8", 0, 0, is_deleted=False)

    found = next_date(reminder, TODAY)

    assert (found.isoformat() if found else None) == expected


def test_a_month_begins_today_at_the_earliest() -> None:
    """Of the present one only what is left of it counts; there is none after the last year."""
    middle = date(2026, 3, 15)

    assert month_from(middle, 0) == (middle, date(2026, 3, 31))
    assert month_from(middle, 11) == (date(2027, 2, 1), date(2027, 2, 28))
    assert month_from(middle, 10**6) is None
