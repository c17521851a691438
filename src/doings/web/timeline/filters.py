"""The filters of a timeline, as its address has them: read, said again, and made a query.

| name | is |
|---|---|
| `kind` | `noun.verb` or `noun.*`, repeated or with commas between |
| `person` | whose timeline it is: `type:id`, the id of a contact, or a name |
| `actor` | who did it, named in the same ways |
| `origin` | where it came from |
| `level` | `ERROR` or `WARN` |
| `from`, `to` | dates of the zone that is shown; the day of `to` is included |
| `text` | words that are searched for |

What cannot be read is left out and named in a remark, and the rest counts. An empty one is none,
and of several values of a single one the last counts, which a remark says.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from doings.core.activity import KIND, LEVELS, ORIGIN, WORD
from doings.core.clock import bounds_of_date, start_of_date
from doings.core.entity import CONTACT, ID_LENGTH, TYPE, EntityKey
from doings.core.errors import Invalid
from doings.core.limits.search import check_search
from doings.core.query import ENTITIES, Gap, Query, words_from_text
from doings.core.values.instants import date_from_text
from doings.httpkit.errors import LongList
from doings.httpkit.input.params import QueryString, integer_from_text, listed
from doings.httpkit.request import Request
from doings.web.remarks import REMARKS, SHOWN, UNKNOWN, Remark, repeated_in, unreadable_of

T = TypeVar("T")

TEXT_LENGTH = 1000

PAGE = 50
"""How many activities a page shows."""

MOST = 100
"""How many a script may ask for at a time."""

OUTSIDE = "must be a day from 1000-01-01 to 9999-12-29"

_KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*")
_KEY = re.compile(r"(?P<at>-?[0-9]{1,18})-(?P<seq>[0-9]{1,13})")

NAMES = ("kind", "person", "actor", "origin", "level", "from", "to", "text")

PLACES = ("on", "older", "newer", "limit", "year")
"""Where the page begins (on a date, behind an activity, before it), how much of the list it shows,
and the year of the calendar.
"""


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What is filtered for; `first_on` and `last_on` are the first and the last day."""

    kinds: tuple[str, ...] = ()
    person: EntityKey | None = None
    actor: EntityKey | None = None
    origin: str | None = None
    level: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    text: str | None = None

    @property
    def is_tallied(self) -> bool:
        """Whether tallies say how many activities there are."""
        return not (self.actor or self.origin or self.level or self.text)

    @property
    def are_any(self) -> bool:
        """Whether anything is filtered for."""
        return self != Filters()


class Place(msgspec.Struct, frozen=True):
    """Where a page begins; at the newest activity where nothing is said."""

    on: date | None = None
    gap: Gap | None = None
    limit: int = PAGE
    year: int | None = None


class Asked(msgspec.Struct):
    """What an address asks for.

    `names` are people who were named by words, and are to be found; `gone` are those who were named
    and are deleted.
    """

    filters: Filters
    place: Place
    remarks: list[Remark]
    names: dict[str, str]
    gone: frozenset[EntityKey] = frozenset()


def asked_from(request: Request) -> Asked:
    """Read the address of a request; nothing in it is an error."""
    return asked_from_params(request.query, unreadable_of(request))


def asked_from_params(params: QueryString, unreadable: Sequence[Remark] = ()) -> Asked:
    """Read an address; nothing in it is an error. `unreadable` is what could not be read of it."""
    remarks = list(unreadable)

    def read(name: str, how: Callable[[str], T]) -> T | None:
        values = params.get(name, ())
        remarks.extend(repeated_in(name, values))
        text = next((value.strip() for value in reversed(values) if value.strip()), "")
        try:
            return how(text) if text else None
        except (Invalid, ValueError) as error:
            remarks.append(Remark(name, text[:SHOWN], _reason(error)))
            return None

    words = {name: read(name, _name) for name in ("person", "actor")}
    names = {name: text for name, text in words.items() if isinstance(text, str)}
    keys = {name: key for name, key in words.items() if isinstance(key, tuple)}

    filters = Filters(
        kinds=_kinds(params, remarks),
        person=keys.get("person"),
        actor=keys.get("actor"),
        origin=read("origin", _origin),
        level=read("level", _level),
        first_on=read("from", _date),
        last_on=read("to", _date),
        text=read("text", _text),
    )
    if filters.first_on and filters.last_on and filters.first_on > filters.last_on:
        days = f"{filters.first_on}, {filters.last_on}"
        remarks.append(Remark("from and to", days, "the first is after the last; neither counts"))
        filters = msgspec.structs.replace(filters, first_on=None, last_on=None)
    gap = read("older", _older) or read("newer", _newer)
    limit = read("limit", _limit) or PAGE
    place = Place(read("on", _date), gap, limit, read("year", _year))
    remarks += [
        Remark(name[:SHOWN], values[-1][:SHOWN], UNKNOWN)
        for name, values in params.items()
        if name not in (*NAMES, *PLACES)
    ]
    return Asked(filters, place, remarks[:REMARKS], names)


def _reason(error: Invalid | ValueError) -> str:
    return error.problems[0].reason if isinstance(error, Invalid) else str(error)


def _date(text: str) -> date:
    """A date on which something can have happened."""
    day = date_from_text(text)
    try:
        start_of_date(day, "UTC")
    except ValueError:
        raise ValueError(OUTSIDE) from None
    return day


def _kinds(params: QueryString, remarks: list[Remark]) -> tuple[str, ...]:
    """Kinds and patterns; those that are neither are named one by one."""
    try:
        named = listed(params, "kind", ENTITIES)
    except LongList as error:
        remarks.append(Remark("kind", "…", error.reason))
        return ()
    good = [kind for kind in named if _KINDS.fullmatch(kind)]
    remarks += [
        Remark("kind", kind[:SHOWN], "neither noun.verb nor noun.*")
        for kind in named
        if not _KINDS.fullmatch(kind)
    ]
    return tuple(sorted(good))


def _name(text: str) -> EntityKey | str:
    """A key, or words that name somebody: a text without a colon may be the id of a contact."""
    if len(text) > ID_LENGTH or "\0" in text:
        raise ValueError(f"at most {ID_LENGTH} characters")
    entity_type, colon, entity_id = text.partition(":")
    if not colon:
        return text
    if not TYPE.fullmatch(entity_type) or not entity_id:
        raise ValueError("must be type:id like contact:8, or a name")
    return entity_type, entity_id


def contact_named(text: str) -> EntityKey:
    """The key that a text without a type stands for."""
    return CONTACT, text


def _origin(text: str) -> str:
    if not ORIGIN.fullmatch(text):
        raise ValueError("an origin has lower-case letters, digits, dots, - and _")
    return text


def _level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise ValueError(f"must be {' or '.join(sorted(LEVELS))}")
    return text.upper()


def _text(text: str) -> str:
    if len(text) > TEXT_LENGTH:
        raise ValueError(f"at most {TEXT_LENGTH} characters")
    check_search(words_from_text(text), "text")
    return text


def _limit(text: str) -> int:
    number = integer_from_text(text)
    if number is None or not 1 <= number <= MOST:
        raise ValueError(f"must be a whole number from 1 to {MOST}")
    return number


def _year(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{3}", text, re.ASCII):
        raise ValueError("must be a year like 2026")
    return int(text)


def _older(text: str) -> Gap:
    at, seq = _key(text)
    return Gap(at, seq, "older")


def _newer(text: str) -> Gap:
    at, seq = _key(text)
    return Gap(at, seq, "newer")


def _key(text: str) -> tuple[int, int]:
    found = _KEY.fullmatch(text)
    if found is None:
        raise ValueError("is no place in a timeline")
    return int(found["at"]), int(found["seq"])


def query_of(asked: Asked, time_zone: str) -> Query:
    """The page that is asked for; dates begin and end in the zone."""
    filters, place = asked.filters, asked.place
    gap = place.gap
    if place.on is not None and gap is None:
        gap = Gap(_bounds(place.on, time_zone)[1], 0, "older")
    return Query(
        entities=(filters.person,) if filters.person else (),
        kinds=filters.kinds or None,
        actor=filters.actor,
        origin=filters.origin,
        level=filters.level,
        since=_bounds(filters.first_on, time_zone)[0] if filters.first_on else None,
        until=_bounds(filters.last_on, time_zone)[1] if filters.last_on else None,
        words=words_from_text(filters.text) or None if filters.text else None,
        gap=gap,
        limit=place.limit,
    )


def _bounds(day: date, time_zone: str) -> tuple[int, int]:
    return bounds_of_date(day, time_zone)


def params_of(filters: Filters) -> list[tuple[str, str]]:
    """The filters as an address has them, each once and in one order."""
    pairs = [("kind", kind) for kind in filters.kinds]
    for name, value in (
        ("person", filters.person and ":".join(filters.person)),
        ("actor", filters.actor and ":".join(filters.actor)),
        ("origin", filters.origin),
        ("level", filters.level),
        ("from", filters.first_on and filters.first_on.isoformat()),
        ("to", filters.last_on and filters.last_on.isoformat()),
        ("text", filters.text),
    ):
        if value:
            pairs.append((name, value))
    return pairs


def address_of(filters: Filters, *place: tuple[str, str], path: str = "/timeline") -> str:
    """The address of a page with these filters."""
    query = urlencode([*params_of(filters), *place], safe=":*")
    return f"{path}?{query}" if query else path


def key_text(occurred_at: int, seq: int) -> str:
    """A place in a timeline, as `older` and `newer` take it."""
    return f"{occurred_at}-{seq}"
