"""The vendor's dates, which are local times with a zone: read as instants, and shown again.

When clocks change, a local time occurs twice or not at all. So it has two readings, which are the
same on any other day. What was imported is shown again as it was written, also where the instant
alone would be shown as another local time.
"""

from datetime import datetime, tzinfo
from functools import lru_cache

import msgspec

from doings.core.clock import datetime_from_instant, instant_from_datetime, zone
from doings.core.errors import Invalid
from doings.core.values.instants import local_from_text
from doings.dialects.agendize.documents import DateDocument, SavedDate

_TO_SECONDS = len("2022-11-15T10:00:00")

Readings = tuple[int, int]
"""Two instants. Of a time that occurs twice the earlier is first; else the first is the usual."""


def instant(date: SavedDate, time_zone: str) -> int:
    """The first reading; `time_zone` is that of a date that names none. Raises Invalid."""
    return readings(date, time_zone)[0]


def span(start: SavedDate, end: SavedDate, time_zone: str) -> tuple[int, int]:
    """The instants of both, the start not after the end where any reading allows it.

    The first readings are preferred, then the second one of the end, then that of the start.
    Raises Invalid.
    """
    starts, ends = readings(start, time_zone), readings(end, time_zone)
    pairs = [(first, last) for first in starts for last in ends]
    return next((pair for pair in pairs if pair[0] <= pair[1]), pairs[0])


def readings(date: SavedDate, time_zone: str) -> Readings:
    """Both readings of a date; raises Invalid."""
    try:
        moment = local_from_text(date.date_time)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(date.time_zone or time_zone))
        first, second = (instant_from_datetime(moment.replace(fold=fold)) for fold in (0, 1))
    except ValueError as error:
        raise Invalid.of("dateTime", str(error)) from None
    return first, second


def _zone(name: str) -> tzinfo:
    try:
        return zone(name)
    except ValueError as error:
        raise Invalid.of("timeZone", str(error)) from None


def is_shown_otherwise(date: SavedDate, instant: int, shown_zone: str, time_zone: str) -> bool:
    """Whether a date that was read as this instant would not be shown as it was written."""
    moment = local_from_text(date.date_time)
    if moment.tzinfo is not None:
        return False
    written = DateDocument(_local_text(moment), date.time_zone or time_zone)
    return date_document(instant, shown_zone) != written


def kept_date(date: SavedDate, time_zone: str) -> dict[str, str]:
    """What is kept of a date that would not be shown as it was written."""
    moment = local_from_text(date.date_time)
    return {"dateTime": _local_text(moment), "timeZone": date.time_zone or time_zone}


def document_of(instant: int, time_zone: str, kept: object) -> DateDocument:
    """Render an instant: as it was written, if what is `kept` can be read so, else by the zone."""
    if kept is not None:
        try:
            date = msgspec.convert(kept, SavedDate)
            if instant in readings(date, time_zone):
                return DateDocument(date.date_time, date.time_zone or time_zone)
        except (msgspec.ValidationError, Invalid):
            pass
    return date_document(instant, time_zone)


@lru_cache(maxsize=4096)
def date_document(instant: int, time_zone: str) -> DateDocument:
    """Render an instant as the clocks of a zone show it; clients ask for the same ones again."""
    local = datetime_from_instant(instant).astimezone(zone(time_zone))
    return DateDocument(_local_text(local), time_zone)


def _local_text(moment: datetime) -> str:
    """The time to the second, without its offset."""
    return moment.isoformat()[:_TO_SECONDS]
