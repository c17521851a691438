"""Which times are read, and as what; how they are written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.clock import EARLIEST, LATEST, SECOND, instant_from_datetime
from doings.dialects.cobot.times import span_from_text, text_from_instant
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ONE_SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "start", "width"),
    [
        ("2014/04/01 00:01:02 +0000", (2014, 4, 1, 0, 1, 2), ONE_SECOND),
        ("2014-02-12 0:00:00 +0000", (2014, 2, 12), ONE_SECOND),
        ("2014-02-12 0:00:00  0000", (2014, 2, 12), ONE_SECOND),
        ("2014-02-12 9:05:07 +0200", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("2014-02-12 9:05:07  0200", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("2014-02-12 9:05:07 -0330", (2014, 2, 12, 12, 35, 7), ONE_SECOND),
        ("2014-02-12 9:05:07", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-02-12 9:05:07 UTC", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07Z", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-02-12t09:05:07z", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07+02:00", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07 02:00", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07+02", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-02-12T09:05:07.25Z", (2014, 2, 12, 9, 5, 7, 250_000), INSTANT),
        ("2014-02-12T09:05:07.000Z", (2014, 2, 12, 9, 5, 7), INSTANT),
        ("2014-02-12T09:05:07,123456789Z", (2014, 2, 12, 9, 5, 7, 123_456), INSTANT),
        ("2014-02-12T09:05Z", (2014, 2, 12, 9, 5), MINUTE),
        ("2014-02-12 09:05", (2014, 2, 12, 9, 5), MINUTE),
        ("2014-02-12T09:05 0200", (2014, 2, 12, 7, 5), MINUTE),
        ("2014-02-12", (2014, 2, 12), DAY),
        ("2014/02/12", (2014, 2, 12), DAY),
        ("2014-02-12 9:05:07.25 +0000", (2014, 2, 12, 9, 5, 7, 250_000), INSTANT),
        ("2014W07", (2014, 2, 10), DAY),
        ("20140212T090507 0200", (2014, 2, 12, 7, 5, 7), ONE_SECOND),
        ("20140212T090507Z", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014-W07-3", (2014, 2, 12), DAY),
        ("2014-w07-3T09:05:07Z", (2014, 2, 12, 9, 5, 7), ONE_SECOND),
        ("2014W073T0905Z", (2014, 2, 12, 9, 5), MINUTE),
        ("20140212T090507,25+0000", (2014, 2, 12, 9, 5, 7, 250_000), INSTANT),
        ("2026-W01-1", (2025, 12, 29), DAY),
        ("1000-01-01", (1000, 1, 1), DAY),
        ("9999-12-31", (9999, 12, 31), DAY),
    ],
)
def test_times_that_are_read(text: str, start: tuple[int, ...], width: timedelta) -> None:
    """In UTC; a time lasts as long as what it leaves out."""
    span = span_from_text(text)

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    microsecond = timedelta(microseconds=1)
    moment = datetime(*start, tzinfo=UTC)  # type: ignore[arg-type,misc]
    assert span.start == (moment - epoch) // microsecond
    assert span.end - span.start == width // microsecond


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1392163200",
        "1392163200000",
        "1712010412345",
        "20140212",
        "20140212090507",
        "20140212 090507",
        "20140212x090507",
        "17120104.2345",
        "2014-02-12 10:00:60 +0000",
        "2014-02-12 10:00:00 +0160",
        "12.02.2014",
        "2014-02-30",
        "2014-13-01",
        "2014-02-12 24:00:00 +0000",
        "2014-02-12 10:60:00 +0000",
        "2014-02-12 10:00:61 +0000",
        "2014-02-12 10:00:00 +2400",
        "2014-02-12 10:00:00 Europe/Berlin",
        "2014-02-12 10:00:00 +0000 or so",
        "0000-01-01",
        "0001-01-01",
        "0999-12-31 23:59:59 +0000",
        "1000-01-01T00:00:00+05:00",
        "2026-1-1",
        "2026/1/1",
        "2026-01/01",
        " 2026-01-01",
        "2026-01-01 ",
        "2026-01-01  12:00:00",
        "2026/01/01T12:00:00Z",
        "2026-01-01T9:00:00Z",
        "2026-01-01 9:05",
        "2026/01/01 12:00",
        "2026-01-01T12",
        "2026-01-01T12:00:00.",
        "2026-01-01 12:00:000000",
        "2026-01-01T12:00:00\n",
        "2026-W53-8",
        "2026-W54",
        "2026-W011",
        "2026W01-1",
        "2026-001",
        "20260101T12:00:00",
        "2026-01-01T120000",
        "20140212T240000",
        "2014-02",
        "\uff12\uff10\uff11\uff14-02-12",
    ],
)
def test_times_that_are_not(text: str) -> None:
    """They raise ValueError."""
    with pytest.raises(ValueError, match=r"."):
        span_from_text(text)


@given(st.integers(EARLIEST, LATEST - 1))
def test_times_written_are_read_back_to_the_second(instant: int) -> None:
    """Fractions are not shown."""
    span = span_from_text(text_from_instant(instant))

    assert span.start == instant // SECOND * SECOND
    assert span.end == span.start + SECOND


def test_times_are_written_in_utc() -> None:
    """The text has leading zeros and ends in +0000, in every century."""
    moment = datetime(1014, 4, 1, 0, 1, 2, 999_999, tzinfo=UTC)

    assert text_from_instant(instant_from_datetime(moment)) == "1014/04/01 00:01:02 +0000"


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    """Reading any text gives a time or raises ValueError."""
    try:
        span = span_from_text(text)
    except ValueError:
        return
    assert span.start < span.end
