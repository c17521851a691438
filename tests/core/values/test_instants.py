"""The one reader of instants: what it takes, and what it refuses with which reason."""

import pytest

from doings.core.clock import SECOND
from doings.core.values.instants import (
    date_from_text,
    instant_from_text,
    instant_or_date_from_text,
    local_from_text,
    with_plus,
)

TEN = instant_from_text("2026-11-22T10:00:00Z")
HOUR = 3600 * SECOND

READ = [
    ("2026-11-22T10:00:00Z", TEN),
    ("2026-11-22t10:00:00z", TEN),
    ("2026-11-22 10:00:00Z", TEN),
    ("2026-11-22 10:00:00z", TEN),
    ("2026-11-22T11:00:00+01:00", TEN),
    ("2026-11-22T11:00:00+0100", TEN),
    ("2026-11-22T11:00:00+01", TEN),
    ("2026-11-22t06:30:00-03:30", TEN),
    ("2026-11-22 06:30:00-0330", TEN),
    ("2026-11-22T10:00:00-00:00", TEN),
    ("2026-11-22T10:00:00.5Z", TEN + SECOND // 2),
    ("2026-11-22T10:00:00.123456789+00", TEN + 123_456),
    ("2026-11-23T09:59:00+23:59", TEN),
]

REFUSED = [
    ("2026-11-22T10:00:60Z", "leap second"),
    ("2026-12-31T23:59:60+00:00", "leap second"),
    ("2026-11-22T10:00:61Z", "no such time"),
    ("2026-11-22T10:60:00Z", "no such time"),
    ("2026-11-22T24:00:00Z", "no such time"),
    ("2026-02-29T10:00:00Z", "no such time"),
    ("1795341600", "digits alone"),
    ("1795341600000", "digits alone"),
    ("20261122", "digits alone"),
    ("20261122100000", "digits alone"),
    ("2026-11-22T10:00:00", "offset"),
    ("2026-11-22", "RFC 3339"),
    ("2026-11-22T10:00Z", "RFC 3339"),
    ("2026-11-22T10Z", "RFC 3339"),
    ("20261122T100000Z", "RFC 3339"),
    ("2026-W47-7T10:00:00Z", "RFC 3339"),
    ("2026-326T10:00:00Z", "RFC 3339"),
    ("2026/11/22 10:00:00Z", "RFC 3339"),
    ("2026-11-22x10:00:00Z", "RFC 3339"),
    ("2026-11-22T10:00:00,5Z", "RFC 3339"),
    ("2026-11-22T10:00:00.Z", "RFC 3339"),
    ("2026-11-22T10:00:00 +01:00", "RFC 3339"),
    ("2026-11-22T10:00:00 01:00", "RFC 3339"),
    ("2026-11-22T10:00:00+1", "RFC 3339"),
    ("2026-11-22T10:00:00+24:00", "RFC 3339"),
    ("2026-11-22T10:00:00+01:60", "RFC 3339"),
    ("2026-11-22T10:00:00UTC", "RFC 3339"),
    ("2026-11-22T10:00:00Z\n", "RFC 3339"),
    (" 2026-11-22T10:00:00Z", "RFC 3339"),
    ("+2026-11-22T10:00:00Z", "RFC 3339"),
    ("\uff12026-11-22T10:00:00Z", "RFC 3339"),
    ("0999-12-31T23:59:59Z", "1000 to 9999"),
    ("9999-12-31T00:00:00Z", "1000 to 9999"),
    ("0001-01-01T00:00:00+23:00", "1000 to 9999"),
    ("yesterday", "RFC 3339"),
    ("", "RFC 3339"),
]


@pytest.mark.parametrize(("text", "instant"), READ)
def test_an_instant_is_rfc_3339(text: str, instant: int) -> None:
    """The three separators, both letters for UTC, three ways to write an offset, any fraction."""
    assert instant_from_text(text) == instant


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_anything_else_is_refused_with_a_reason(text: str, reason: str) -> None:
    """ISO 8601 has more than RFC 3339, and numbers are none of it."""
    with pytest.raises(ValueError, match=reason):
        instant_from_text(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22", TEN - 11 * HOUR),
        ("2026-07-01", instant_from_text("2026-06-30T22:00:00Z")),
        ("2026-11-22T10:00:00Z", TEN),
    ],
)
def test_a_bare_date_is_the_start_of_its_day(text: str, instant: int) -> None:
    """In the zone, with the offset of that day."""
    assert instant_or_date_from_text(text, "Europe/Berlin") == instant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-29", "no 2026-02-29"),
        ("20261122", "digits alone"),
        ("2026-W47-7", "nor a date"),
        ("2026-11", "nor a date"),
        ("0001-01-01", "1000 to 9999"),
        ("9999-12-31", "1000 to 9999"),
        ("2026-11-22T10:00:60Z", "leap second"),
    ],
)
def test_what_is_neither_time_nor_date_is_refused(text: str, reason: str) -> None:
    """A date that no calendar has, a number, a week."""
    with pytest.raises(ValueError, match=reason):
        instant_or_date_from_text(text, "Europe/Berlin")


@pytest.mark.parametrize("text", ["2026-2-1", "20260201", "2026-W01-1", "\uff12026-02-01", ""])
def test_a_date_has_one_form(text: str) -> None:
    """Ten characters and no more."""
    with pytest.raises(ValueError, match="like 2026-11-22"):
        date_from_text(text)


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("2026-11-22T11:00:00 01:00", "2026-11-22T11:00:00+01:00"),
        ("2026-11-22T11:00:00 0100", "2026-11-22T11:00:00+0100"),
        ("2026-11-22 11:00:00.5 01", "2026-11-22 11:00:00.5+01"),
        ("2026-11-22 11:00:00", "2026-11-22 11:00:00"),
        ("2026-11-22 11:00:00Z", "2026-11-22 11:00:00Z"),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_a_lost_plus_is_put_back(text: str, repaired: str) -> None:
    """The space before the time of day is left alone."""
    assert with_plus(text) == repaired


def test_a_local_time_stays_without_an_offset() -> None:
    """Whose clock it is, its reader knows."""
    assert local_from_text("2026-11-22T10:00:00").tzinfo is None
    assert local_from_text("2026-11-22T10:00:00Z").tzinfo is not None
