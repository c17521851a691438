"""Pulling from Monica: contacts, then activities, a hundred a page, in the order they were made.

A later round begins with the last page of each list, as what is new stands at its end, and then
looks at what was changed since. Only where the service counts fewer activities than are known, it
is gone through as a whole, and what is not there any more is asked for by itself.
"""

from typing import Literal

import msgspec

from doings.core.activity import Activity, Draft, Link
from doings.core.clock import SECOND
from doings.core.entity import CONTACT
from doings.core.imports import Context, ImportItem
from doings.core.pulling.merging import changed_draft, with_links
from doings.core.pulling.service import (
    Answer,
    Ask,
    Beginning,
    Credentials,
    Inconsistent,
    Page,
    Seen,
    Service,
)
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.saved import contact_item, saved_contact
from doings.dialects.monica.saved import SAVED, elements_from_answer, parse_element
from doings.dialects.monica.vocabulary import ATTENDEE

Stage = Literal["contacts", "changed contacts", "activities", "changed", "sweep", "missed", "done"]

ACTIVITIES = "/activities"
LIMIT = 100
OVERLAP = 60 * SECOND
"""How far before the beginning of the last round a change may lie and is looked at again."""

SLACK = 20
"""How many more pages may be asked for than the service says there are, twice over."""

_PATHS: dict[Stage, str] = {
    "contacts": "/contacts",
    "changed contacts": "/contacts",
    "activities": ACTIVITIES,
    "changed": ACTIVITIES,
    "sweep": ACTIVITIES,
}

_CHANGED = frozenset({"changed contacts", "changed"})


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of one of the lists; `asking` is an activity that a sweep missed.

    `pages` are the last pages of contacts and of activities that were seen, `until` the instant
    when the last whole round began and `now` that of this one, by the service's clock. `total`,
    `counted` (the first total) and `asked` are of this list; `goes_back` says that the page before
    is looked at next, as all of this one is new.
    """

    stage: Stage = "contacts"
    page: int = 1
    total: int | None = None
    counted: int | None = None
    asked: int = 0
    goes_back: bool = False
    pages: tuple[int, int] = (1, 1)
    until: int | None = None
    now: int = 0
    asking: str | None = None
    sweeps: bool = True


class _Meta(msgspec.Struct):
    total: int
    last_page: int


class _Envelope(msgspec.Struct):
    meta: _Meta


class _Stamp(msgspec.Struct):
    updated_at: str | None = None


class _Object(msgspec.Struct):
    object: str | None = None


_envelope = msgspec.json.Decoder(_Envelope).decode
_stamp = msgspec.json.Decoder(_Stamp).decode
_object = msgspec.json.Decoder(_Object).decode


def headers(credentials: Credentials, _token: str | None) -> dict[str, str]:
    """A bearer token."""
    return {"Authorization": f"Bearer {credentials.secret}"}


def begin(before: Place | None, beginning: Beginning) -> Place:
    """With the last page of contacts that was seen."""
    if before is None or beginning.is_first:
        return Place(sweeps=False)
    return Place(
        page=before.pages[0],
        goes_back=True,
        pages=before.pages,
        until=before.until,
        sweeps=beginning.sweeps,
    )


def ask(place: Place) -> Ask | None:
    """The next page, or one of the activities that the list did not show any more."""
    if place.stage == "done":
        return None
    if place.stage == "missed":
        return Ask(f"/activities/{place.asking}", may_miss=True)
    sort = "-updated_at" if place.stage in _CHANGED else "created_at"
    return Ask(
        _PATHS[place.stage],
        (("limit", str(LIMIT)), ("page", str(place.page)), ("sort", sort)),
    )


def page(place: Place, answer: Answer) -> Page:
    """A page, or one activity by itself; raises Malformed and Invalid."""
    if answer.is_missing:
        return Page(missing=place.asking)
    elements = elements_from_answer(answer.body)
    if place.stage == "missed":
        return Page(elements=elements)
    meta = msgspec.json.decode(answer.body, type=_Envelope).meta
    oldest = _updated_at(elements[-1]) if elements else None
    if place.stage in _CHANGED:
        elements.reverse()
    return Page(
        elements=elements,
        total=meta.total,
        last=meta.last_page,
        oldest=oldest,
        at=answer.at,
        has_activities=_PATHS[place.stage] == ACTIVITIES,
    )


def turn(place: Place, page: Page, seen: Seen) -> Place:
    """The next page or the next list; raises Inconsistent."""
    if place.stage == "missed":
        return place
    total, last = page.total or 0, page.last or 1
    counted = total if place.counted is None else place.counted
    if place.asked > 2 * (counted // LIMIT) + SLACK:
        reason = f"counted {counted} in {_PATHS[place.stage]} and shows more and more pages"
        raise Inconsistent(reason)
    here = msgspec.structs.replace(
        place, total=total, counted=counted, asked=place.asked + 1, now=place.now or page.at
    )
    has_more = bool(page.elements) and place.page < last
    if place.stage in _CHANGED:
        is_old = page.oldest is None or page.oldest < (place.until or 0) - OVERLAP
        following = msgspec.structs.replace(here, page=place.page + 1)
        return following if has_more and not is_old else _next_list(here, seen)
    if place.goes_back and place.page > 1 and not seen.known:
        return msgspec.structs.replace(here, page=min(place.page - 1, last))
    gone = 0 if place.total is None else place.total - total
    if gone > 0 and place.page > 1:
        # What comes behind has moved forward, perhaps onto pages that were read already.
        number = max(1, min(place.page, last) - -(-gone // LIMIT))
        return msgspec.structs.replace(here, page=number, goes_back=False)
    following = msgspec.structs.replace(here, page=place.page + 1, goes_back=False)
    return following if has_more else _next_list(here, seen)


def _next_list(place: Place, seen: Seen) -> Place:
    """The list that is gone through after this one, and where it begins."""
    contacts, activities = place.pages
    stage: Stage = "done"
    number = 1
    if place.stage == "contacts":
        contacts = place.page
        stage = "activities" if place.until is None else "changed contacts"
    elif place.stage == "changed contacts":
        stage = "activities"
    elif place.stage == "activities":
        activities = place.page
        stage = "done" if place.until is None else "changed"
        if place.until is None and place.total != seen.items:
            # Something of it was not shown: pages moved, or one came twice.
            stage = "sweep"
    elif place.stage == "sweep":
        if seen.items < (place.total or 0):
            reason = f"counts {place.total} activities and shows only {seen.items}"
            raise Inconsistent(reason)
        activities, stage = place.page, "missed"
    elif place.sweeps and place.total != seen.items:
        stage = "sweep"
    if stage == "activities":
        number = activities
    return msgspec.structs.replace(
        place,
        stage=stage,
        page=number,
        total=None,
        counted=None,
        asked=0,
        goes_back=stage == "activities" and place.until is not None,
        pages=(contacts, activities),
        until=place.now if stage == "done" else place.until,
    )


def missed_after(place: Place) -> str | None:
    """Behind which name the next activity that a sweep missed is looked for."""
    return (place.asking or "") if place.stage == "missed" else None


def found(place: Place, missed: str | None) -> Place:
    """Where that one is asked for, or the end."""
    if missed is None:
        return msgspec.structs.replace(place, stage="done", asking=None, until=place.now)
    return msgspec.structs.replace(place, asking=missed)


def parse(element: bytes, context: Context) -> ImportItem:
    """Read an activity or a contact; raises Invalid."""
    try:
        is_contact = _object(element).object == "contact"
    except (ValueError, RecursionError):
        is_contact = False
    return contact_item(saved_contact(element)) if is_contact else parse_element(element, context)


def changed(known: Activity, said: Draft, _now: int) -> Draft:
    """The activity with the attendees that it has now; links to other things stay."""
    draft = changed_draft(known, said)
    others: list[Link] = [
        link for link in draft.links if link.type != CONTACT or link.role != ATTENDEE
    ]
    return msgspec.structs.replace(draft, links=with_links(said.links, tuple(others)))


def _updated_at(element: bytes) -> int | None:
    try:
        text = _stamp(element).updated_at
        return None if text is None else instant_from_text(text)
    except (ValueError, RecursionError):
        return None


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
    parse=parse,
    changed=changed,
    missed_after=missed_after,
    found=found,
    is_one_to_an_account=True,
)
