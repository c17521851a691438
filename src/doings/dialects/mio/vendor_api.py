"""Pulling from mio.ID: one list, newest first, and the details of what was granted.

The list is asked for up to a day. Where a page reaches an earlier day, the next one is asked for up
to that day, so that little is lost when something is deleted meanwhile and the pages move; what is
lost is found by the next sweep. Where the page shows much of that day, the next page is cheaper.
"""

from base64 import b64encode
from urllib.parse import quote

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.clock import local_date
from doings.core.interactions.lifecycle import MILLISECOND
from doings.core.pulling.newest_first import parted
from doings.core.pulling.service import (
    Answer,
    Ask,
    Beginning,
    Credentials,
    Group,
    Inconsistent,
    Page,
    Seen,
    Service,
)
from doings.dialects.mio.filling import filled_draft
from doings.dialects.mio.saved import SAVED, elements_from_answer

LIST = "/business/v1/activities"
LIMIT = 100
LAST_DAY = "9999-12-28"
MAX_PAGES = 10_000
"""Pages up to one day, beyond which a list is taken for endless: a million interactions."""

FEW = 20
"""How much of a day may be asked for twice to begin with that day."""

GRANTING = frozenset({"ACCEPTED", "COMPLETED", "EXPIRED"})
"""The statuses in which a detail says more than the list."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Up to which day and from which on the list is asked for, and which page; then what it missed.

    `held` are JSON texts. `is_listed` says that the list was gone through. `asking` is one of those
    that a sweep missed there, and that is asked for by itself.
    """

    page: int = 1
    to: str | None = None
    since: str | None = None
    held: tuple[str, ...] = ()
    is_first: bool = True
    sweeps: bool = False
    is_listed: bool = False
    asking: str | None = None
    is_done: bool = False


class _Element(msgspec.Struct):
    id: str = ""
    created_at: int | None = None
    status: str = ""


class _HasNext(msgspec.Struct):
    has_next: bool = False


class _Token(msgspec.Struct):
    token: str


_element = msgspec.json.Decoder(_Element, strict=False).decode
_has_next = msgspec.json.Decoder(_HasNext).decode


def sign_in(credentials: Credentials) -> Ask:
    """What answers with a token for an hour."""
    pair = f"{credentials.user}:{credentials.secret}".encode()
    return Ask(
        "/business/v1/auth",
        headers=(
            ("Authorization-Key", credentials.key or ""),
            ("Authorization", f"Basic {b64encode(pair).decode()}"),
        ),
        method="POST",
    )


def token(answer: Answer) -> str:
    """The token; raises ValueError."""
    return msgspec.json.decode(answer.body, type=_Token).token


def headers(credentials: Credentials, token: str | None) -> dict[str, str]:
    """The token, the key that it was made for, and the zone of days."""
    return {
        "Authorization": f"Bearer {token}",
        "x-api-key": credentials.key or "",
        "x-pvt-timezone": "UTC",
    }


def whose(credentials: Credentials, _answer: Answer | None) -> str | None:
    """The user: the token tells no more."""
    return credentials.user


def begin(before: Place | None, beginning: Beginning) -> Place:
    """From the newest on: the first time and in sweeps all, else as far as something is new."""
    since = None if beginning.since is None else local_date(beginning.since, "UTC").isoformat()
    is_first = before is None or beginning.is_first
    return Place(
        to=None if since is None else LAST_DAY,
        since=since,
        is_first=is_first,
        sweeps=beginning.sweeps and (beginning.is_known or not is_first),
    )


def ask(place: Place) -> Ask | None:
    """The next page, or one of those that the list did not show any more."""
    if place.is_done:
        return None
    if place.asking is not None:
        return Ask(f"{LIST}/{quote(place.asking, safe='')}", may_miss=True)
    params = [("limit", str(LIMIT)), ("page", str(place.page))]
    if place.since is not None:
        params.append(("from", place.since))
    if place.to is not None:
        params.append(("to", place.to))
    return Ask(LIST, tuple(params))


def page(place: Place, answer: Answer) -> Page:
    """A page of the list and what was held of the one before, or one activity by itself.

    Raises Malformed and Invalid.
    """
    if place.asking is not None:
        if answer.is_missing:
            return Page(missing=place.asking)
        return Page(elements=SAVED.elements_from_answer(answer.body))
    elements = elements_from_answer(answer.body)
    has_more = _has_next(answer.body).has_next
    taken, held = parted(place.held, elements, _created_at, has_more=has_more)
    if has_more and not elements:
        reason = "shows an empty page and says that there are more"
        raise Inconsistent(reason)
    return Page(elements=taken, held=held, has_more=has_more, next=_day_to_begin_with(elements))


def _day_to_begin_with(elements: list[bytes]) -> str | None:
    """The day of the oldest element, unless the page shows much of it.

    None, too, where the page is not newest first, as what is left would not be older.
    """
    stamps = [_created_at(element) or 0 for element in elements]
    if stamps != sorted(stamps, reverse=True):
        return None
    days = [_day(element) for element in elements[-FEW - 1 :]]
    return days[-1] or None if days and days.count(days[-1]) <= FEW else None


def turn(place: Place, page: Page, seen: Seen) -> Place:
    """The next page, the next one that the list missed, or the end; raises Inconsistent."""
    if place.is_listed:
        return place
    is_known = not place.is_first and not place.sweeps and seen.new == 0 and seen.known > 0
    if not page.has_more or is_known:
        return msgspec.structs.replace(
            place, held=(), is_listed=place.sweeps, is_done=not place.sweeps
        )
    held = tuple([text.decode() for text in page.held])
    if page.next is not None and (place.to is None or page.next < place.to):
        return msgspec.structs.replace(place, to=page.next, page=1, held=held)
    if place.page >= MAX_PAGES:
        reason = f"shows more than {MAX_PAGES} pages up to {place.to}"
        raise Inconsistent(reason)
    return msgspec.structs.replace(place, page=place.page + 1, held=held)


def groups(_place: Place) -> tuple[Group, ...]:
    """All that the list shows, by the ids, which are letters, digits and hyphens."""
    return (Group("activities", "-", "~"),)


def missed_after(place: Place) -> str | None:
    """Behind which name the next one that the list missed is looked for."""
    return (place.asking or "") if place.is_listed and not place.is_done else None


def found(place: Place, missed: str | None) -> Place:
    """Where that one is asked for, or the end."""
    return msgspec.structs.replace(place, asking=missed, is_done=missed is None)


def detail(element: bytes) -> Ask | None:
    """The activity by itself, if it may hold what was granted."""
    try:
        said = _element(element)
    except (ValueError, RecursionError):
        return None
    if said.status not in GRANTING or not said.id:
        return None
    return Ask(f"{LIST}/{quote(said.id, safe='')}", may_miss=True)


def changed(known: Activity, said: Draft, now: int) -> Draft:
    """What both know, and the text that the service shows now."""
    return msgspec.structs.replace(filled_draft(known, said, now), body=said.body)


def _created_at(element: bytes) -> int | None:
    try:
        return _element(element).created_at
    except (ValueError, RecursionError):
        return None


def _day(element: bytes) -> str:
    """The day of an element, empty where its time is none."""
    created_at = _created_at(element)
    if created_at is None:
        return ""
    try:
        return local_date(created_at * MILLISECOND, "UTC").isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


SERVICE = Service(
    saved=SAVED,
    place=Place,
    rate=None,
    needs=("key", "secret", "user"),
    headers=headers,
    whose=whose,
    begin=begin,
    ask=ask,
    page=page,
    turn=turn,
    sign_in=sign_in,
    token=token,
    detail=detail,
    changed=changed,
    groups=groups,
    missed_after=missed_after,
    found=found,
)
