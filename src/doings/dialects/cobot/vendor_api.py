"""Pulling from Cobot: memberships, then the activities, one stretch of time after the other.

There are no pages. A month is asked for at a time; where nothing happened the stretches grow, and
where the service does not give one they are halved. Both ends of a stretch are included, so each
begins with the second that the one before ended with, and what is shown twice is recorded once.
"""

from datetime import UTC, datetime

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.clock import (
    DAY,
    EARLIEST,
    LATEST,
    SECOND,
    datetime_from_instant,
    instant_from_datetime,
)
from doings.core.pulling.merging import changed_draft
from doings.core.pulling.service import Answer, Ask, Beginning, Credentials, Page, Seen, Service
from doings.dialects.cobot.saved import SAVED
from doings.dialects.cobot.times import text_from_instant

ACTIVITIES = "/api/activities"
MEMBERSHIPS = "/api/memberships"

FOUNDED = instant_from_datetime(datetime(2010, 1, 1, tzinfo=UTC))
"""Before this there was no Cobot; what is older was brought along, and is asked for at once."""

END = LATEST - SECOND
"""The last second there is."""

OVERLAP = DAY
"""How far a later round begins before the end of the last one."""

LEAST = 60 * SECOND
"""A stretch that is not halved any more."""

FEW = 250
"""Where a part of a month has fewer activities than this, the next part is twice as long."""

MOST_MONTHS = 12


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """The stretch that is asked for, in instants; both are 0 for the memberships.

    `months` is how long the stretch is, `width` how long it is where it had to be halved. `until`
    is up to when the last whole round has seen everything, `now` when this round began.
    """

    start: int = 0
    end: int = 0
    first: int = EARLIEST
    months: int = 1
    width: int = 0
    until: int | None = None
    now: int = 0
    is_done: bool = False


def headers(credentials: Credentials, _token: str | None) -> dict[str, str]:
    """A bearer token."""
    return {"Authorization": f"Bearer {credentials.secret}"}


def begin(before: Place | None, beginning: Beginning) -> Place:
    """With the memberships; then from the last end on, or from the first time there is."""
    # A round that showed nothing at all may have met a service that was not well.
    until = before.until if before is not None and beginning.is_known else None
    until = None if until is None else min(until, beginning.now)
    first = EARLIEST if until is None else until - OVERLAP
    if beginning.since is not None:
        first = beginning.since if beginning.is_first else max(first, beginning.since)
    now = beginning.now - beginning.now % SECOND
    return Place(first=max(first, EARLIEST), now=now, until=until)


def ask(place: Place) -> Ask | None:
    """The memberships, or the activities of a stretch."""
    if place.is_done:
        return None
    if not place.end:
        return Ask(MEMBERSHIPS)
    span = (("from", text_from_instant(place.start)), ("to", text_from_instant(place.end)))
    return Ask(ACTIVITIES, span, may_split=True)


def page(_place: Place, answer: Answer) -> Page:
    """All of the answer; raises Malformed and Invalid."""
    return Page(elements=SAVED.elements_from_answer(answer.body), at=answer.at)


def turn(place: Place, page: Page, _seen: Seen) -> Place:
    """The next stretch."""
    if not place.end:
        start = place.first - place.first % SECOND
        # A clock that is ahead here would hide what is recorded there until it is that late.
        now = min(place.now, page.at - page.at % SECOND) if page.at else place.now
        place = msgspec.structs.replace(place, now=now)
        return msgspec.structs.replace(place, start=start, end=_bound(place, start, 1))
    if place.end >= END:
        return msgspec.structs.replace(place, is_done=True, until=place.now)
    start, count = place.end, len(page.elements)
    months = 1 if count or place.width else min(2 * place.months, MOST_MONTHS)
    bound = _bound(place, start, months)
    if not place.width:
        return msgspec.structs.replace(place, start=start, end=bound, months=months)
    width = place.width if count >= FEW else 2 * place.width
    end = min(start + width, bound)
    if end == bound and count < FEW:
        width = 0
    return msgspec.structs.replace(place, start=start, end=end, months=months, width=width)


def _bound(place: Place, start: int, months: int) -> int:
    """Where a stretch ends at the latest: there are few activities before FOUNDED and after now."""
    if start < FOUNDED:
        return FOUNDED
    return END if start > place.now + DAY else _months_later(start, months)


def halve(place: Place) -> Place | None:
    """The first half of the stretch."""
    width = (place.end - place.start) // 2 // SECOND * SECOND
    if width < LEAST:
        return None
    return msgspec.structs.replace(place, end=place.start + width, width=width)


def _months_later(instant: int, months: int) -> int:
    """The beginning of the month that many months after the instant's own."""
    moment = datetime_from_instant(instant)
    years, month = divmod(moment.month - 1 + months, 12)
    if moment.year + years > 9999:  # noqa: PLR2004 - the last year there is
        return END
    later = datetime(moment.year + years, month + 1, 1, tzinfo=UTC)
    return instant_from_datetime(later)


def changed(known: Activity, said: Draft, _now: int) -> Draft:
    """What the service says now; what is only known here stays."""
    whole = changed_draft(known, said)
    return msgspec.structs.replace(whole, level=said.level, channels=said.channels)


SERVICE = Service(
    saved=SAVED,
    place=Place,
    rate=60,
    needs=("secret",),
    takes_either=True,
    headers=headers,
    begin=begin,
    ask=ask,
    page=page,
    turn=turn,
    halve=halve,
    changed=changed,
)
