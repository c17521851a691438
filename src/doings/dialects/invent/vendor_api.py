"""Pulling from Invent: one list for each contact, newest first, a hundred a page.

The last elements of a page are held until the next page is there, as long as they are of the same
second: both are then recorded together, so that they keep the order that the service has.
"""

from urllib.parse import quote

import msgspec

from doings.core.activity import Activity, Draft, Link
from doings.core.clock import text_from_instant
from doings.core.entity import CONTACT
from doings.core.imports import Context, ImportItem, elements_of_list
from doings.core.pulling.merging import changed_draft, with_links
from doings.core.pulling.newest_first import parted
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
from doings.core.text import json_text, object_from_text
from doings.core.values.instants import instant_from_text
from doings.dialects.invent.saved import SAVED, parse_element
from doings.dialects.invent.vocabulary import KIND_OF_TYPE, NOTE

TAKE = 100
LEAST_TAKE = 10
"""No service gives fewer a page where there are more, whatever it is asked for."""

SLACK = 20
"""How many more pages may be asked for than the service says there are, twice over."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose list, which page of it, and how many were asked for; `held` are JSON texts.

    `total` is the least that the service has counted so far, `shown` how many it has shown. `size`
    is how many the first page held: the service may give fewer than it is asked for. `next` is the
    service's own word for the page, where it gives one.
    """

    contact: str
    page: int = 1
    next: str | None = None
    total: int | None = None
    asked: int = 0
    shown: int = 0
    size: int | None = None
    held: tuple[str, ...] = ()
    since: int | None = None
    is_first: bool = True
    is_done: bool = False


class _Stamp(msgspec.Struct):
    created_at: str = ""


_stamp = msgspec.json.Decoder(_Stamp).decode


def headers(credentials: Credentials, _token: str | None) -> dict[str, str]:
    """A bearer token."""
    return {"Authorization": f"Bearer {credentials.secret}"}


def begin(_before: Place | None, beginning: Beginning) -> Place:
    """From the newest on: the first time all, later as far as something is new."""
    return Place(beginning.contact or "", since=beginning.since, is_first=beginning.is_first)


def ask(place: Place) -> Ask | None:
    """The next page; unknown contacts are 404."""
    if place.is_done:
        return None
    at = ("page", str(place.page)) if place.next is None else ("next", place.next)
    path = f"/orgs/c/contacts/{quote(place.contact, safe='')}/activities"
    return Ask(path, (("take", str(TAKE)), at), may_miss=True)


def page(place: Place, answer: Answer) -> Page:
    """A page, and what was held of the one before; raises Malformed and Invalid."""
    if answer.is_missing:
        return Page(missing=place.contact)
    total = _number(answer.headers.get("pagination-count"))
    next_ = answer.headers.get("pagination-next")
    elements = elements_of_list(answer.body)
    size = place.size or len(elements)
    # Without a count only a page that is shorter than the first one is known to be the last.
    is_full = len(elements) >= max(size, LEAST_TAKE)
    is_more = is_full if total is None else place.page * size < total
    has_more = bool(elements) and (next_ is not None or is_more)
    # Of a list that is known, this is likely to be the end: then nothing waits for another page.
    is_sure = place.is_first or total is not None or len(elements) == TAKE
    taken, held = parted(place.held, elements, _second, has_more=has_more and is_sure)
    oldest = _instant(elements[-1]) if elements else None
    return Page(
        elements=taken,
        held=held,
        total=total,
        has_more=has_more,
        next=next_,
        oldest=oldest,
        listed=size,
    )


def turn(place: Place, page: Page, seen: Seen) -> Place:
    """The next page, unless nothing of this one was new; raises Inconsistent."""
    is_known = not place.is_first and seen.new == 0 and seen.known > 0
    is_old = page.oldest is not None and place.since is not None and page.oldest < place.since
    shown = place.shown + seen.new + seen.known
    least = _least(place, page)
    if page.missing is not None or is_known or is_old or not page.has_more:
        if place.is_first and not page.has_more and shown < (least or 0):
            reason = f"counts {least} activities of contact {place.contact}, shows {shown}"
            raise Inconsistent(reason)
        return msgspec.structs.replace(place, is_done=True, held=())
    size = page.listed or TAKE
    if least is not None and place.asked > 2 * (least // size) + SLACK:
        reason = f"counts {least} activities of contact {place.contact}, and shows more"
        raise Inconsistent(reason)
    lost = 0 if page.total is None or place.total is None else max(0, place.total - page.total)
    # Where something was deleted, the rest has moved forward: the page before shows it again.
    number = max(1, place.page + 1 - -(-lost // size))
    return msgspec.structs.replace(
        place,
        page=number,
        next=page.next,
        total=least,
        asked=place.asked + 1,
        shown=shown,
        size=size,
        held=tuple([text.decode() for text in page.held]),
    )


def _least(place: Place, page: Page) -> int | None:
    """The least that the service has counted: more may have come meanwhile, and is not shown."""
    counts = [count for count in (place.total, page.total) if count is not None]
    return min(counts, default=None)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _second(element: bytes) -> str:
    try:
        return _stamp(element).created_at
    except (ValueError, RecursionError):
        return ""


def _instant(element: bytes) -> int | None:
    try:
        return instant_from_text(_second(element))
    except ValueError:
        return None


def parse(element: bytes, context: Context) -> ImportItem:
    """Read an activity, which is of whom its list is, too; raises Invalid."""
    item = parse_element(element, context)
    if item.draft is None or context.contact_id is None:
        return item
    links = with_links(item.draft.links, (Link(CONTACT, context.contact_id),))
    return msgspec.structs.replace(item, draft=msgspec.structs.replace(item.draft, links=links))


def changed(known: Activity, said: Draft, _now: int) -> Draft:
    """What the service says now; other contacts of the activity stay."""
    return changed_draft(known, said)


def joined(known: Activity, draft: Draft, said: Draft) -> Draft:
    """The activity with another contact, which is no change of its note."""
    whole = msgspec.structs.replace(draft, links=with_links(draft.links, said.links))
    if known.kind != KIND_OF_TYPE[NOTE]:
        return whole
    data = object_from_text(known.data)
    note = {"updated_at": text_from_instant(known.occurred_at)} | (data.get("note") or {})
    return msgspec.structs.replace(whole, data=json_text(data | {"note": note}))


SERVICE = Service(
    saved=SAVED,
    place=Place,
    rate=500,
    needs=("secret",),
    takes_either=True,
    headers=headers,
    begin=begin,
    ask=ask,
    page=page,
    turn=turn,
    parse=parse,
    changed=changed,
    joined=joined,
    is_by_contact=True,
)
