"""The query parameters `clientId`, `type`, `sort` and `appointmentId`; all raise Malformed."""

import msgspec

from doings.core.entity import EntityKey
from doings.core.errors import Malformed
from doings.core.query import Query
from doings.dialects.agendize.documents import ActivityDocument, AppointmentDocument
from doings.dialects.agendize.vocabulary import APPOINTMENT, TYPES, kinds_of_types
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import known_parameters, last, listed, one_of

QueryString = dict[str, list[str]]
"""The query parameters by name, each with all its values."""


CREDENTIALS = ("apiKey", "apikey", "token")
"""Parameters that a caller may sign in with."""

PARAMETERS = known_parameters(
    *CREDENTIALS,
    "clientId",
    "sort",
    "appointmentId",
    lists=("type",),
    may_be_empty=(*CREDENTIALS, "clientId", "sort"),
    filters=filter_names(ActivityDocument, AppointmentDocument, others=("client", "contact")),
)
"""What the list knows. An empty `clientId` is answered like one that is missing, and an empty
`sort` is the usual one.
"""


class ListParams(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a request, read and checked."""

    client_id: str
    kinds: tuple[str, ...]
    appointment_id: str | None
    is_descending: bool


def params_from_query(query: QueryString) -> ListParams:
    """Read the parameters; raises Malformed."""
    client_id = last(query, "clientId")
    if not client_id:
        raise Malformed("is required", "clientId")
    return ListParams(
        client_id=client_id,
        kinds=kinds_of_types(_types(query)),
        appointment_id=last(query, "appointmentId"),
        is_descending=one_of(query, "sort", ("asc", "desc")) == "desc",
    )


def activities_query(params: ListParams, client: EntityKey) -> Query:
    """The client's activities, of one appointment if it is named.

    An appointment has few activities and a client may have many. So the list walks those of the
    appointment and keeps those of the client.
    """
    if params.appointment_id is None:
        return Query(entities=(client,), kinds=params.kinds, is_descending=params.is_descending)
    return Query(
        entities=((APPOINTMENT, params.appointment_id),),
        also=(client,),
        kinds=params.kinds,
        is_descending=params.is_descending,
    )


def _types(query: QueryString) -> list[str]:
    types = listed(query, "type")
    for type_ in types:
        if type_ not in TYPES:
            raise Malformed(f"must be among {', '.join(TYPES)}", "type")
    return types
