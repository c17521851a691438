"""The query parameters `clientId`, `type`, `sort` and `appointmentId`; all raise Malformed."""

import msgspec

from doings.core.entity import EntityKey
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.dialects.agendize.vocabulary import APPOINTMENT, TYPES, kinds_of_types
from doings.httpkit.params import last, listed, one_of

Params = dict[str, list[str]]


class ListParams(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for."""

    client_id: str
    kinds: tuple[str, ...]
    appointment_id: str | None
    is_descending: bool


def asked_from_query(params: Params) -> ListParams:
    """Read the parameters."""
    client_id = last(params, "clientId")
    if not client_id:
        raise Malformed("is required", "clientId")
    return ListParams(
        client_id=client_id,
        kinds=kinds_of_types(_types(params)),
        appointment_id=last(params, "appointmentId") or None,
        is_descending=one_of(params, "sort", ("asc", "desc")) == "desc",
    )


def activities_query(asked: ListParams, client: EntityKey) -> Query:
    """A client's activities; of one appointment, its few are gone through, not the client's."""
    if asked.appointment_id is None:
        return Query(entities=(client,), kinds=asked.kinds, is_descending=asked.is_descending)
    return Query(
        entities=((APPOINTMENT, asked.appointment_id),),
        also=(client,),
        kinds=asked.kinds,
        is_descending=asked.is_descending,
    )


def _types(params: Params) -> list[str]:
    types = listed(params, "type")
    for type_ in types:
        if type_ not in TYPES:
            raise Malformed(f"must be among {', '.join(TYPES)}", "type")
    return types
