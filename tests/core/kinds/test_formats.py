"""Times and dates inside `data`: whatever is recorded can be parsed by its readers later."""

import pytest

from doings.core.clock import SECOND
from doings.core.kinds.formats import DateText, InstantText, checked_format, instant_from_deadline


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T10:00:00Z",
        "2026-11-22t10:00:00+00:00",
        "2026-11-22 10:00:00.123456789-03:30",
        "2024-02-29T23:59:59.5Z",
    ],
)
def test_instant_is_rfc_3339(text: str) -> None:
    """A time with its offset is kept as it was given."""
    assert checked_format(InstantText, text) == text


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T10:00:00",
        "2026-11-22T10:00Z",
        "2026-11-22",
        "20261122T100000Z",
        "2026-W47-7T10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T10:00:00+24:00",
        "0999-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "2026-11-22T10:00:00Z\n",
        "\u0662026-11-22T10:00:00Z",
        "",
        1_704_085_500_000,
        None,
    ],
)
def test_other_times_are_refused(value: object) -> None:
    """A local time, another notation, and a time that no calendar has."""
    with pytest.raises(ValueError, match=r"time"):
        checked_format(InstantText, value)


@pytest.mark.parametrize("day", ["2024-02-29", "1000-01-01"])
def test_date_is_a_day_of_the_calendar(day: str) -> None:
    """A real date is kept as it was given."""
    assert checked_format(DateText, day) == day


@pytest.mark.parametrize(
    "value", ["2026-02-29", "2026-2-1", "20260201", "2026-W01-1", "0001-01-01", "", 20260201]
)
def test_other_dates_are_refused(value: object) -> None:
    """Another notation, and a day that no calendar has."""
    with pytest.raises(ValueError, match=r".+"):
        checked_format(DateText, value)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2024-01-01T05:05:00Z", 1_704_085_500 * SECOND),
        (1_704_085_500_000, 1_704_085_500 * SECOND),
        (0, 0),
    ],
)
def test_deadline_is_a_time_or_milliseconds(value: object, instant: int) -> None:
    """Both notations name the same instant."""
    assert instant_from_deadline(value) == instant


@pytest.mark.parametrize("value", ["soon", "1704085500000", 1.5, True, None, 10**30, -(10**30)])
def test_other_deadlines_are_refused(value: object) -> None:
    """ValueError is raised for text that is no time, and for numbers outside the calendar."""
    with pytest.raises(ValueError, match=r"time"):
        instant_from_deadline(value)
