"""The list's parameters and the caller's time zone; all raise Malformed."""

from datetime import date, timedelta

from doings.core.clock import start_of_date, zone
from doings.core.entity import EntityKey
from doings.core.errors import Malformed
from doings.core.interactions.lifecycle import PARTIES
from doings.core.query import ENTITIES, Query
from doings.core.values.instants import date_from_text
from doings.dialects.mio.documents import ActivityDocument, MemberDocument
from doings.dialects.mio.vocabulary import KINDS
from doings.httpkit.errors import LongList
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import integer, known_parameters, last, listed

QueryString = dict[str, list[str]]
"""The query parameters by name, each with all its values."""

PAGING = ("limit", "page")
PERIOD = ("from", "to")

PARAMETERS = known_parameters(
    *PAGING,
    *PERIOD,
    "id",
    "cifcode",
    lists=("entity",),
    may_be_empty=(*PAGING, *PERIOD),
    filters=filter_names(ActivityDocument, MemberDocument, others=("counterpart", "direction")),
)
"""What the list knows; an empty end of the period is an open one."""

LIMIT = 35
MAX_LIMIT = 100
LAST_PAGE = 10**15

FIRST_DAY = date(1000, 1, 2)
LAST_DAY = date(9999, 12, 28)
"""Days that begin and end within the times there are, in every zone."""

ZONE_HEADER = "x-pvt-timezone"


def activities_query(query: QueryString, time_zone: str, *, now: int) -> Query:
    """The page of the list, before the filters that take a look into the store."""
    limit = integer(query, "limit", LIMIT, least=1, most=MAX_LIMIT)
    page = integer(query, "page", 1, least=1, most=LAST_PAGE)
    since, until = _bounds(query, time_zone, now)
    return Query(
        entities=entity_keys(query),
        kinds=KINDS,
        since=since,
        until=until,
        limit=limit,
        skip=(page - 1) * limit,
    )


def entity_keys(query: QueryString) -> tuple[EntityKey, ...]:
    """The other parties that `entity` may name: an id is an individual's or a business's."""
    ids = sorted(set(listed(query, "entity")))
    if len(ids) * len(PARTIES) > ENTITIES:
        raise LongList("entity", ENTITIES // len(PARTIES))
    return tuple([(type_, id_) for id_ in ids for type_ in PARTIES])


def zone_name(header: str | None, default: str) -> str:
    """The caller's time zone, else the account's."""
    if not header:
        return default
    try:
        zone(header)
    except ValueError as error:
        raise Malformed(str(error), ZONE_HEADER) from None
    return header


def _bounds(query: QueryString, time_zone: str, now: int) -> tuple[int | None, int | None]:
    """From the first instant of `from` to the end of `to`, or to now where `to` is missing."""
    first, last_ = _date(query, "from"), _date(query, "to")
    if first is not None and last_ is not None and first > last_:
        raise Malformed("must not be after to", "from")
    since = None if first is None else _start(first, time_zone, "from")
    if last_ is not None:
        return since, _start(last_, time_zone, "to", after=1)
    return since, None if since is None else now + 1


def _date(query: QueryString, name: str) -> date | None:
    text = last(query, name)
    if not text:
        return None
    try:
        return date_from_text(text)
    except ValueError:
        raise Malformed("must be a date like 2010-12-31", name) from None


def _start(day: date, time_zone: str, name: str, *, after: int = 0) -> int:
    """The first instant of the day that is `after` days after this one; raises Malformed."""
    try:
        return start_of_date(day + timedelta(days=after), time_zone)
    except (ValueError, OverflowError):
        raise Malformed(f"must be a date from {FIRST_DAY} to {LAST_DAY}", name) from None
