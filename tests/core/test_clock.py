"""Instants, days and dates."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.clock import (
    EARLIEST,
    EPOCH,
    LATEST,
    bounds_of_date,
    date_from_day,
    datetime_from_instant,
    day_from_date,
    day_of,
    instant_from_datetime,
    local_date,
    second_from_instant,
    start_of_date,
    text_from_instant,
    zone,
)
from doings.core.values.instants import instant_from_text

instants = st.integers(EARLIEST, LATEST - 1)


@given(instants)
def test_an_instant_survives_as_datetime_and_text(instant: int) -> None:
    """No microsecond is lost on the way out and in again, in any year."""
    moment = datetime_from_instant(instant)

    assert moment == EPOCH + timedelta(microseconds=instant)
    assert instant_from_datetime(moment) == instant
    assert instant_from_text(text_from_instant(instant)) == instant


@given(instants)
def test_a_second_is_the_instant_without_its_fraction(instant: int) -> None:
    """Cut, not rounded, before 1970 too."""
    cut = datetime_from_instant(instant).replace(microsecond=0)

    assert second_from_instant(instant) == cut


@given(instants)
def test_a_day_is_the_utc_date(instant: int) -> None:
    """Day numbers and dates say the same."""
    day = day_of(instant)

    assert date_from_day(day) == datetime_from_instant(instant).date()
    assert day_from_date(date_from_day(day)) == day


@given(
    st.dates(date(1001, 1, 1), date(9998, 12, 31)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]),
)
def test_a_date_begins_and_ends_within_itself(day: date, time_zone: str) -> None:
    """Its first instant is on it, the one before is not, and its end is the next date's start."""
    start, end = bounds_of_date(day, time_zone)

    assert start == start_of_date(day, time_zone)
    assert local_date(start, time_zone) == day
    assert local_date(end - 1, time_zone) == day
    assert local_date(end, time_zone) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "RFC 3339"),
        ("2026-11-22T10:00:00", "offset"),
        ("2026-02-30T10:00:00Z", "no such time"),
        ("0999-12-31T23:59:59Z", "1000 to 9999"),
        ("9999-12-31T00:00:00Z", "1000 to 9999"),
        ("", "RFC 3339"),
    ],
)
def test_a_time_that_is_none_is_refused_with_a_reason(text: str, reason: str) -> None:
    """Naive, absurd and unreadable times are told apart."""
    with pytest.raises(ValueError, match=reason):
        instant_from_text(text)


def test_offsets_are_taken_into_account() -> None:
    """What is stored is UTC."""
    instant = instant_from_text("2026-11-22T10:00:00+02:00")

    assert datetime_from_instant(instant) == datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    """The name is in the reason."""
    with pytest.raises(ValueError, match="no IANA time zone"):
        zone(name)
