"""The query parameters `page`, `take`, `next` and `type`; all raise Malformed."""

from doings.core.entity import EntityKey
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.dialects.invent.vocabulary import KIND_OF_TYPE, KINDS, kinds_of_types
from doings.httpkit.params import integer, last, listed

Params = dict[str, list[str]]

TAKE = 20
MOST_TAKEN = 100
LAST_PAGE = 10**15


def activities_query(params: Params, contact: EntityKey) -> Query:
    """A contact's activities from the numbered page on; `next` makes the number irrelevant."""
    take = integer(params, "take", TAKE, least=1, most=MOST_TAKEN)
    return Query(
        entities=(contact,),
        kinds=_kinds(params),
        limit=take,
        skip=0 if next_token(params) else (page_number(params) - 1) * take,
    )


def page_number(params: Params) -> int:
    """Which page, from 1."""
    return integer(params, "page", 1, least=1, most=LAST_PAGE)


def next_token(params: Params) -> str | None:
    """Where an earlier answer says that the list goes on."""
    return last(params, "next") or None


def _kinds(params: Params) -> tuple[str, ...]:
    types = listed(params, "type")
    for type_ in types:
        if type_ not in KIND_OF_TYPE:
            raise Malformed(f"must be one of {', '.join(KIND_OF_TYPE)}", "type")
    return kinds_of_types(types) if types else KINDS
