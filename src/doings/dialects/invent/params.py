"""The query parameters `page`, `take`, `next` and `type`; all raise Malformed."""

from doings.core.entity import EntityKey
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.dialects.invent.documents import ActivityDocument
from doings.dialects.invent.vocabulary import KIND_OF_TYPE, KINDS, kinds_of_types
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import integer, known_parameters, last, listed

QueryString = dict[str, list[str]]
"""The query parameters by name, each with all its values."""

PAGING = ("page", "take", "next")

PARAMETERS = known_parameters(
    *PAGING,
    lists=("type",),
    may_be_empty=PAGING,
    filters=filter_names(ActivityDocument, others=("contact",)),
)
"""What the list knows; empty paging parameters are those of the first page."""

TAKE = 20
MAX_TAKE = 100
LAST_PAGE = 10**15


def activities_query(query: QueryString, contact: EntityKey) -> Query:
    """A numbered page of a contact's activities; with `next` the number is ignored."""
    take = integer(query, "take", TAKE, least=1, most=MAX_TAKE)
    return Query(
        entities=(contact,),
        kinds=_kinds(query),
        limit=take,
        skip=0 if next_token(query) else (page_number(query) - 1) * take,
    )


def page_number(query: QueryString) -> int:
    """The number of the page, from 1."""
    return integer(query, "page", 1, least=1, most=LAST_PAGE)


def next_token(query: QueryString) -> str | None:
    """The token of an earlier answer that says where the list continues, or None."""
    return last(query, "next") or None


def _kinds(query: QueryString) -> tuple[str, ...]:
    types = listed(query, "type")
    for type_ in types:
        if type_ not in KIND_OF_TYPE:
            raise Malformed(f"must be one of {', '.join(KIND_OF_TYPE)}", "type")
    return kinds_of_types(types) if types else KINDS
