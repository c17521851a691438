"""A timeline as iCalendar (RFC 5545): an event without a length for each activity."""

import re
from collections.abc import Sequence
from datetime import timedelta

from icalendar import CLASS, TRANSP, Calendar, Event

from doings.sharing.entries import Entry

MEDIA_TYPE = "text/calendar; charset=utf-8"

ENTRIES = 500
"""How many activities a calendar holds: the newest ones. A program reads all of it each time."""

REFRESH = timedelta(hours=1)

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What RFC 5545 allows in no text."""


def calendar(name: str, key: str, entries: Sequence[Entry]) -> bytes:
    """The calendar of that name; `key` tells it from others.

    Made of the same entries, it is the same bytes.
    """
    made = Calendar.new(
        name=_plain(name),
        # Without one the library makes a new one each time, and no answer would have the same ETag.
        uid=f"urn:doings:calendar:{key}",
        prodid="-//Doings//Doings//EN",
        refresh_interval=REFRESH,
    )
    for entry in entries:
        made.add_component(_event(entry))
    return bytes(made.to_ical())


def _event(entry: Entry) -> Event:
    """An event that keeps nobody's time from others."""
    return Event.new(
        uid=entry.id,
        stamp=entry.updated_at,
        start=entry.occurred_at,
        created=entry.recorded_at,
        last_modified=entry.updated_at,
        summary=f"{entry.icon} {_plain(entry.title)}",
        description=_plain(entry.text) if entry.text else None,
        categories=[entry.kind],
        transparency=TRANSP.TRANSPARENT,
        classification=CLASS.PRIVATE,
    )


def _plain(text: str) -> str:
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n"))
