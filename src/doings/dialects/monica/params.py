"""From a request to values: which page of a list and in which order, and checked members."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from doings.core.errors import DoingsError, Malformed
from doings.core.query import DiaryOrder, RecordedOrder, Tie
from doings.dialects.monica.documents import ActivityDocument, ContactDocument
from doings.dialects.monica.mapping.activity_input import ActivityInput
from doings.dialects.monica.mapping.references import RESOURCES
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS
from doings.dialects.monica.mapping.resources.happened import CALLS, JOURNAL, LIFE_EVENTS, NOTES
from doings.dialects.monica.validation import LIST, Rules, date_of, integer_of
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import (
    Parameters,
    QueryString,
    bounded_integer_from_text,
    integer_from_text,
    known_parameters,
    last,
)

LIMIT = 10
"""How many a page holds that no number was asked for of."""

MAX_LIMIT = 100

PAGING = ("sort", "limit", "page")

PARAMETERS = known_parameters(*PAGING, may_be_empty=PAGING)
"""What every operation knows."""

_HAPPENED = (NOTES, CALLS, CONVERSATIONS, LIFE_EVENTS, JOURNAL)

_OTHERS = [*(one.resource for one in RESOURCES.values()), *(one.resource for one in _HAPPENED)]

_OTHER_MEMBERS = {name for one in _OTHERS for name in one.members if isinstance(name, str)}

NO_FILTERS = filter_names(
    ActivityDocument, ContactDocument, others=("activity", "category", *_OTHER_MEMBERS)
)
"""What no list filters by: members of what any of them holds."""


def list_parameters(*filters: str) -> Parameters:
    """What a list knows that has these filters."""
    return known_parameters(*PAGING, *filters, may_be_empty=PAGING, filters=NO_FILTERS)


LIST_PARAMETERS = list_parameters()
"""What a list knows."""

CONTACT_ID = "contact_id"
"""The parameter that asks a list of the account for what is of one contact."""

WITH = "with"
"""The parameter that asks for more of a contact."""

CONTACT_PARAMETERS = known_parameters(*PAGING, WITH, may_be_empty=(*PAGING, WITH))
"""What a contact knows."""

_SEARCHED = (*PAGING, "query", WITH)

SEARCH_PARAMETERS = known_parameters(*_SEARCHED, may_be_empty=_SEARCHED, filters=NO_FILTERS)
"""What the list of contacts knows; an empty search is none, as in Monica."""


def input_parameters(rules: Rules) -> Parameters:
    """What an operation knows that takes input of these rules: it may be in the address as well."""
    lists = {name for name, of_member in rules.items() if LIST in of_member}
    singles = (*PAGING, WITH, *(rules.keys() - lists))
    return known_parameters(*singles, lists=lists, may_be_empty={*singles, *lists})


def input_from_query(query: QueryString, rules: Rules) -> dict[str, Any]:
    """The members that are in the address."""
    return {
        name: query[name] if LIST in of_member else last(query, name)
        for name, of_member in rules.items()
        if name in query
    }


Column = Literal["recorded", "updated"]

COLUMNS: dict[str, Column | None] = {
    "created_at": "recorded",
    "updated_at": "updated",
    "completed_at": None,
    "called_at": None,
    "favorited_at": None,
}
"""What `sort` accepts; the last three are orders that few lists have."""


class LimitTooBig(Malformed):
    """A page larger than any list gives out, or a size that is no number."""


class UnknownSort(Malformed):
    """An order that no list has."""


class NotSortable(DoingsError):
    """An order that some lists have, but not this one."""


class Listing(msgspec.Struct, frozen=True):
    """Which page of a list, and in which order, which the list need not have.

    `named` is the column as it was asked for; `column` is None for one that few lists have.
    """

    page: int
    limit: int
    column: Column | None
    is_descending: bool
    named: str = "created_at"

    @property
    def skip(self) -> int:
        """How many entries come before the page."""
        return (self.page - 1) * self.limit

    @property
    def by(self) -> Tie:
        """The column to sort by; raises NotSortable."""
        if self.column is None:
            raise NotSortable("these have no such column")
        return self.column

    @property
    def recorded_order(self) -> RecordedOrder:
        """The order of a list of the account; raises NotSortable."""
        return RecordedOrder(self.by, self.is_descending)

    def diary_order(self, time_zone: str) -> DiaryOrder:
        """The order of a contact's list, in which the date comes first; raises NotSortable."""
        return DiaryOrder(time_zone, self.by, self.is_descending)


def listing_from_query(query: dict[str, list[str]], default: int = LIMIT) -> Listing:
    """Read `sort`, `limit` and `page`, in this order; raises UnknownSort and LimitTooBig.

    `default` is how many a page holds where no limit is given.
    """
    named, is_descending = _sort(last(query, "sort"))
    return Listing(
        limit=_limit(last(query, "limit"), default),
        page=_page(last(query, "page")),
        column=COLUMNS[named],
        is_descending=is_descending,
        named=named,
    )


def _sort(text: str | None) -> tuple[str, bool]:
    if text is None:
        return "created_at", False
    name = text.removeprefix("-")
    if name not in COLUMNS:
        raise UnknownSort("must be created_at or updated_at, either with - before it", "sort")
    return name, text != name


def _limit(text: str | None, default: int) -> int:
    if text is None or not text.strip():
        return default
    limit = bounded_integer_from_text(text)
    if limit is None or limit > MAX_LIMIT:
        raise LimitTooBig(f"must be a whole number of at most {MAX_LIMIT}", "limit")
    return limit if limit > 0 else default


def _page(text: str | None) -> int:
    page = bounded_integer_from_text(text) if text else None
    return page if page is not None and page > 0 else 1


def id_from_path(text: str) -> int:
    """The id in a path; 0, an id that nothing has, for what is no id."""
    return integer_from_text(text) or 0 if text.isdecimal() else 0


def activity_from_members(members: Mapping[str, Any]) -> ActivityInput:
    """The activity in members that have passed `validation.ACTIVITY`."""
    return ActivityInput(
        activity_type_id=integer_of(members.get("activity_type_id")),
        summary=members["summary"],
        description=members.get("description"),
        happened_on=date_of(members["happened_at"]) or date.min,
        emotions=ids_from_list([one for one in members.get("emotions") or () if one is not None]),
        contacts=ids_from_list(members["contacts"]),
    )


def ids_from_list(values: list[Any] | None) -> tuple[int, ...]:
    """The ids in a list, each once; 0, an id that nothing has, for what is no id."""
    return tuple(dict.fromkeys(integer_of(value) or 0 for value in values or ()))
