"""From when on a later round asks a live Cobot."""

from doings.core.clock import DAY, SECOND
from doings.core.pulling.service import Beginning, Page, Seen
from doings.core.values.instants import instant_from_text
from doings.dialects.cobot.vendor_api import Place, begin, turn

NOW = instant_from_text("2026-05-01T10:00:00Z")


def test_a_clock_that_is_ahead_hides_nothing() -> None:
    """A round reaches up to the time of the service, where that is earlier than ours."""
    ahead = Beginning(now=NOW + 90 * DAY, is_first=True)
    first = turn(begin(None, ahead), Page(at=NOW + SECOND // 2), Seen(0, 0, 0))

    assert first.now == NOW


def test_a_clock_that_is_set_back_hides_nothing() -> None:
    """Where the service did not tell the time, a later round begins before it is now."""
    before = Place(until=NOW + 90 * DAY, is_done=True)

    place = begin(before, Beginning(now=NOW, is_first=False, is_known=True))

    assert place.first == NOW - DAY
