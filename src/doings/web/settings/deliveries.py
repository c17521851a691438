"""The deliveries of a webhook as its page lists them: which, in what state, and what was answered.

The address has a place in the list, not a page number: deliveries are added all the time.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from doings.core.store import Reader
from doings.core.store.webhooks import Attempt, Delivery, DeliveryStatus
from doings.httpkit.input.params import integer_from_text, last
from doings.httpkit.request import Request
from doings.live.webhooks.settings import DELIVERY_STATUSES
from doings.web.remarks import WHOLE, Remark, knowing, unread
from doings.web.settings.frame import Moment, moment_of

PAGE = 20
"""How many deliveries a page lists."""

LIST = knowing("after", "before", "done", "status")
"""The parameters of a page that has a list of deliveries."""

ANSWER_SHOWN = 2_000
"""How many characters of an answer are shown."""


class ListPlace(msgspec.Struct, frozen=True):
    """Which deliveries are listed: those of a state, and older or newer than a seq."""

    status: DeliveryStatus | None = None
    before: int | None = None
    after: int | None = None


def place_of(request: Request) -> ListPlace:
    """What the address says; what cannot be read of it is left out."""
    wanted = last(request.query, "status")
    return ListPlace(
        status=next((one for one in DELIVERY_STATUSES if one == wanted), None),
        before=_seq(request, "before"),
        after=_seq(request, "after"),
    )


def remarks_at(request: Request) -> list[Remark]:
    """What of the address names no place in the list."""
    place = place_of(request)
    states = f"must be one of {', '.join(DELIVERY_STATUSES)}"
    return [
        *unread(request, "status", place.status, states),
        *unread(request, "before", place.before, WHOLE),
        *unread(request, "after", place.after, WHOLE),
    ]


def _seq(request: Request, name: str) -> int | None:
    return integer_from_text(last(request.query, name) or "")


async def read_deliveries(reader: Reader, webhook_id: str, place: ListPlace) -> list[Delivery]:
    """The deliveries at a place, and one more where there are more, newest changes first."""
    return await reader.deliveries(
        webhook_id,
        status=place.status,
        before=None if place.after is not None else place.before,
        after=place.after,
        limit=PAGE + 1,
    )


class Try(NamedTuple):
    """One request and its answer; `rest` is how many characters of the answer are not shown."""

    moment: Moment
    ms: int
    status: int | None
    error: str | None
    response: str
    rest: int


class Row(NamedTuple):
    """A delivery as the list shows it. `activity_url` is of an activity that it tells of."""

    message: str
    event: str
    subject: str
    activity_url: str | None
    status: DeliveryStatus
    at: Moment
    next: Moment | None
    tries: list[Try]


class List(NamedTuple):
    """A page of deliveries, and where the older and the newer ones are."""

    rows: list[Row]
    older: str | None
    newer: str | None


def rows_of(request: Request, url: str, found: Sequence[Delivery], place: ListPlace) -> List:
    """The list of a page, whose address without a query is `url`."""
    is_back = place.after is not None
    has_more = len(found) > PAGE
    items = (found[-PAGE:] if is_back else found[:PAGE]) if has_more else found
    older = newer = None
    if items and (has_more or is_back):
        older = _address(url, place.status, before=items[-1].seq)
    if items and (has_more if is_back else place.before is not None):
        newer = _address(url, place.status, after=items[0].seq)
    return List([_row(request, one) for one in items], older, newer)


def _address(url: str, status: str | None, **seqs: int) -> str:
    named = {"status": status} if status else {}
    return f"{url}?{urlencode({**named, **seqs})}#deliveries"


def _row(request: Request, delivery: Delivery) -> Row:
    is_activity = delivery.event.startswith("activity.")
    is_waiting = delivery.status == "pending" and bool(delivery.attempts)
    return Row(
        message=delivery.message,
        event=delivery.event,
        subject=delivery.subject,
        activity_url=f"/activities/{delivery.subject}" if is_activity else None,
        status=delivery.status,
        at=moment_of(request, delivery.at),
        next=moment_of(request, delivery.next_at) if is_waiting and delivery.next_at else None,
        tries=[try_of(request, one) for one in reversed(delivery.attempts)],
    )


def try_of(request: Request, attempt: Attempt) -> Try:
    """An attempt as it is shown."""
    response = attempt.response or ""
    return Try(
        moment=moment_of(request, attempt.at),
        ms=attempt.ms,
        status=attempt.status,
        error=attempt.error,
        response=response[:ANSWER_SHOWN],
        rest=max(0, len(response) - ANSWER_SHOWN),
    )
