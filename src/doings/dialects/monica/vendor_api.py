"""Pulling from Monica: contacts, what happened with them, and activities, a hundred a page.

Each list is read in the order in which its entries were made. A later round begins with the last
page of each list, as what is new stands at its end, and then looks at what was changed since. Only
where the service counts fewer entries than are known, all lists are gone through as a whole, and
what is not there any more is asked for by itself.

Activities come last. Doings, where it stands for Monica, shows notes and calls among its
activities, too, by the same `uuid`; by then they are known. A list that a service does not have is
passed over, and nothing of it is taken for deleted.
"""

from typing import Literal

import msgspec

from doings.core.clock import SECOND
from doings.core.imports import Context, ImportItem
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
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.numbers import numbers_of
from doings.dialects.monica.mapping.resources.merging import changed, joined, twins
from doings.dialects.monica.mapping.resources.pulled import (
    KEPT_TYPES,
    PATHS,
    READ,
    SETTINGS,
    completions,
    name_of_person,
    pulled_item,
    thing_of,
)
from doings.dialects.monica.mapping.resources.saved import ENTRIES
from doings.dialects.monica.saved import (
    SAVED,
    elements_from_answer,
    noted_twins,
    object_of,
    parse_element,
)
from doings.dialects.monica.vendor_account import ME, whose
from doings.dialects.monica.vocabulary import RECORDED_KIND

CONTACTS, ACTIVITIES = "contacts", "activities"

_ENTRIES = {f"{name}-": saved.kept.resource.path[1:] for name, saved in ENTRIES.items()}

_PREFIXES = {prefix: path for prefix, (path, _) in PATHS.items()} | _ENTRIES
"""The lists beside that of activities, by what stands before the numbers of their entries."""

_TO_DO = ("tasks", "reminders")

LISTS = (*SETTINGS, CONTACTS, *_ENTRIES.values(), *_TO_DO, ACTIVITIES)
"""The lists in their order; each is the path of its address, too.

Settings come first, as the others name them, and activities last.
"""

LIMIT = 100
OVERLAP = 60 * SECOND
"""How far before the beginning of the last round a change may lie and is looked at again."""

SLACK = 20
"""How many more pages may be asked for than the service says there are, twice over."""

MISSED, DONE = "missed", "done"

Mode = Literal["new", "changed", "sweep"]


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of one of the lists.

    `stage` is the list, `missed` where what a sweep missed is asked for, or `done`; `mode` says
    what is looked for in the list. `pages` are the last pages that were seen of each list, `totals`
    how many entries it counted, `lacking` the lists that the service does not have. `until` is the
    instant when the last whole round began and `now` that of this one, by the service's clock.
    `total`, `counted` (the first total), `size` (the most that a page held, as the service may give
    fewer than it is asked for) and `asked` are of this list; `goes_back` says that the page before
    is looked at next, as all of this one is new. `asking` is the entry that a sweep missed,
    `behind` the name behind which the next one is looked for; `unlisted` is how many such entries
    are there all the same, as contacts who are only a relation of another one.
    """

    stage: str = CONTACTS
    mode: Mode = "new"
    page: int = 1
    total: int | None = None
    counted: int | None = None
    size: int = 0
    asked: int = 0
    goes_back: bool = False
    pages: dict[str, int] = {}
    totals: dict[str, int] = {}
    lacking: tuple[str, ...] = ()
    until: int | None = None
    now: int = 0
    asking: str | None = None
    behind: str = ""
    sweeps: bool = True
    unlisted: int = 0


class _Meta(msgspec.Struct):
    total: int
    last_page: int


class _Envelope(msgspec.Struct):
    meta: _Meta


class _Stamp(msgspec.Struct):
    created_at: str | None = None
    updated_at: str | None = None


_envelope = msgspec.json.Decoder(_Envelope, strict=False).decode
_stamp = msgspec.json.Decoder(_Stamp).decode


def headers(credentials: Credentials, _token: str | None) -> dict[str, str]:
    """A bearer token."""
    return {"Authorization": f"Bearer {credentials.secret}"}


def begin(before: Place | None, beginning: Beginning) -> Place:
    """With the first list; without a sweep with the last page of contacts that was seen."""
    if before is None or beginning.is_first:
        return Place(stage=LISTS[0], sweeps=False)
    stage = LISTS[0] if beginning.sweeps else CONTACTS
    return Place(
        stage=stage,
        page=before.pages.get(stage, 1),
        goes_back=True,
        pages=before.pages,
        totals=before.totals,
        lacking=before.lacking,
        until=before.until,
        sweeps=beginning.sweeps,
        unlisted=before.unlisted,
    )


def ask(place: Place) -> Ask | None:
    """The next page, or one of the entries that its list did not show any more."""
    if place.stage == MISSED and place.asking is not None:
        list_, number = _list_and_number(place.asking)
        more = (("with", "contactfields"),) if list_ == CONTACTS else ()
        return Ask(f"/{list_}/{number}", more, may_miss=True)
    if place.stage in {MISSED, DONE}:
        return None
    sort = "-updated_at" if place.mode == "changed" else "created_at"
    more = (("with", "contactfields"),) if place.stage == CONTACTS else ()
    return Ask(
        f"/{place.stage}",
        (("limit", str(LIMIT)), ("page", str(place.page)), ("sort", sort), *more),
        may_miss=place.stage not in {CONTACTS, ACTIVITIES},
    )


def _list_and_number(ref: str) -> tuple[str, str]:
    """Where an entry of this name is."""
    kind, _, number = ref.rpartition("-")
    return (_PREFIXES[f"{kind}-"], number) if kind else (ACTIVITIES, number)


def page(place: Place, answer: Answer) -> Page:
    """A page, or one entry by itself; raises Malformed and Invalid."""
    if answer.is_missing and place.stage == MISSED:
        return Page(missing=place.asking)
    if answer.is_missing:
        is_known = place.stage in place.lacking
        return Page(at=answer.at, remark=None if is_known else f"has no list of {place.stage}")
    elements = elements_from_answer(answer.body)
    if place.stage == MISSED:
        list_, _ = _list_and_number(place.asking or "")
        return Page(elements=elements, prefix=_prefix(list_))
    meta = _envelope(answer.body).meta
    oldest = _updated_at(elements[-1]) if elements else None
    if place.mode == "changed":
        elements.reverse()
    totals = {**place.totals, place.stage: meta.total}
    return Page(
        elements=elements,
        total=sum(totals.values()) or None,
        listed=meta.total,
        last=meta.last_page,
        oldest=oldest,
        at=answer.at,
        prefix=_prefix(place.stage),
    )


def _prefix(list_: str) -> str:
    return next((prefix for prefix, name in _PREFIXES.items() if name == list_), "")


def turn(place: Place, page: Page, seen: Seen) -> Place:
    """The next page or the next list; raises Inconsistent."""
    if place.stage == MISSED:
        unlisted = place.unlisted + (page.missing is None)
        return msgspec.structs.replace(place, asking=None, unlisted=unlisted)
    if page.listed is None:
        lacking = tuple(dict.fromkeys((*place.lacking, place.stage)))
        return _next_list(msgspec.structs.replace(place, lacking=lacking), seen)
    total, last = page.listed, page.last or 1
    counted = total if place.counted is None else place.counted
    size = max(place.size, len(page.elements), 1)
    if max(place.asked, last) > 2 * (counted // size) + SLACK:
        reason = f"counted {counted} in /{place.stage} and shows more and more pages"
        raise Inconsistent(reason)
    here = msgspec.structs.replace(
        place,
        total=total,
        counted=counted,
        size=size,
        asked=place.asked + 1,
        now=place.now or page.at,
        totals={**place.totals, place.stage: total},
        lacking=tuple(name for name in place.lacking if name != place.stage),
    )
    has_more = bool(page.elements) and place.page < last
    if place.mode == "changed":
        is_old = page.oldest is None or page.oldest < (place.until or 0) - OVERLAP
        following = msgspec.structs.replace(here, page=place.page + 1)
        return following if has_more and not is_old else _next_list(here, seen)
    if place.goes_back and place.page > 1 and not seen.known:
        return msgspec.structs.replace(here, page=min(place.page - 1, last))
    gone = 0 if place.total is None else place.total - total
    if gone > 0 and place.page > 1:
        # What comes behind has moved forward, perhaps onto pages that were read already.
        number = max(1, min(place.page, last) - -(-gone // size))
        return msgspec.structs.replace(here, page=number, goes_back=False)
    following = msgspec.structs.replace(here, page=place.page + 1, goes_back=False)
    return following if has_more else _next_list(here, seen)


def _next_list(place: Place, seen: Seen) -> Place:
    """The list that is gone through after this one, or this one again for what was changed."""
    if place.mode != "changed":
        pages = {**place.pages, place.stage: place.page}
        place = msgspec.structs.replace(place, pages=pages)
    is_later = place.until is not None and place.stage not in place.lacking
    if place.mode == "new" and is_later and place.page > 1 and not _is_read_whole(place):
        # Of a list of one page all was just read, also what was changed.
        return _at(place, place.stage, "changed")
    mode: Mode = "sweep" if place.mode == "sweep" else "new"
    for name in LISTS[LISTS.index(place.stage) + 1 :]:
        if mode == "new" or name in _swept(place):
            return _at(place, name, mode)
    total = sum(place.totals.values())
    if mode == "sweep" and seen.items < total:
        raise Inconsistent(f"counts {total} entries and shows only {seen.items}")
    if mode == "sweep" or (place.until is None and seen.items > total):
        return _at(msgspec.structs.replace(place, unlisted=0), MISSED, "sweep")
    if (place.sweeps or place.until is None) and total + place.unlisted != seen.items:
        # Something was deleted, or not shown: pages moved, or one came twice.
        return _at(place, _swept(place)[0], "sweep")
    return _ended(place)


def _swept(place: Place) -> list[str]:
    """The lists that a sweep goes through: not the contacts, all of whom this round has read."""
    return [name for name in LISTS if name != CONTACTS and name not in place.lacking]


def _is_read_whole(place: Place) -> bool:
    """Whether all of a list is read each time that a round looks for what was deleted.

    A contact whose way to be reached was changed is none that was changed itself.
    """
    return place.stage == CONTACTS and place.sweeps


def _at(place: Place, stage: str, mode: Mode) -> Place:
    """The beginning of a list, for what is new its last page that was seen."""
    here = msgspec.structs.replace(place, stage=stage)
    is_last = mode == "new" and place.until is not None and not _is_read_whole(here)
    return msgspec.structs.replace(
        here,
        mode=mode,
        page=place.pages.get(stage, 1) if is_last else 1,
        total=None,
        counted=None,
        size=0,
        asked=0,
        goes_back=is_last,
    )


def _ended(place: Place) -> Place:
    return msgspec.structs.replace(
        place, stage=DONE, mode="new", page=1, asking=None, behind="", until=place.now
    )


def groups(place: Place) -> list[Group]:
    """The lists that the service has, but for its settings, of which there are few."""
    names = {name: prefix for prefix, name in _PREFIXES.items() if name not in SETTINGS}
    shown = {name: prefix for name, prefix in names.items() if name not in place.lacking}
    return [
        Group(name, f"{prefix}0", f"{prefix}:")
        for name, prefix in [*shown.items(), (ACTIVITIES, "")]
    ]


def missed_after(place: Place) -> str | None:
    """Behind which name the next entry that a sweep missed is looked for."""
    return place.behind if place.stage == MISSED and place.asking is None else None


def found(place: Place, missed: str | None) -> Place:
    """Where that one is asked for, or the end; a list that is not there now is passed over."""
    if missed is None:
        return _ended(place)
    list_, _ = _list_and_number(missed)
    if list_ in place.lacking:
        return msgspec.structs.replace(place, behind=_prefix(list_) + LAST)
    return msgspec.structs.replace(place, asking=missed, behind=missed)


LAST = "~"
"""Comes behind all numbers."""


def parse(element: bytes, context: Context) -> ImportItem:
    """Read an activity, a contact or another entry; raises Invalid."""
    name = object_of(element) or ""
    if name in READ:
        return pulled_item(element, name, is_kept=numbers_of(context.account).is_kept)
    item = parse_element(element, context, may_be_alone=True)
    if item.draft is None or item.draft.kind != RECORDED_KIND:
        return item
    made_at = _made_at(element)
    repeats = () if made_at is None else completions(item.draft, made_at)
    return msgspec.structs.replace(item, repeats=repeats)


def _updated_at(element: bytes) -> int | None:
    try:
        return _instant(_stamp(element).updated_at)
    except (ValueError, RecursionError):
        return None


def _made_at(element: bytes) -> int | None:
    try:
        return _instant(_stamp(element).created_at)
    except (ValueError, RecursionError):
        return None


def _instant(text: str | None) -> int | None:
    try:
        return None if text is None else instant_from_text(text)
    except ValueError:
        return None


SERVICE = Service(
    saved=SAVED,
    place=Place,
    rate=60,
    needs=("secret",),
    takes_either=True,
    headers=headers,
    me=ME,
    whose=whose,
    begin=begin,
    ask=ask,
    page=page,
    turn=turn,
    parse=parse,
    changed=changed,
    joined=joined,
    twins=twins,
    noted_twins=noted_twins,
    thing=thing_of,
    person=name_of_person,
    kept_types=KEPT_TYPES,
    groups=groups,
    missed_after=missed_after,
    found=found,
    is_one_to_an_account=True,
)
