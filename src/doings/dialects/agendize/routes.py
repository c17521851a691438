"""The one endpoint: a client's activities, all of them."""

from starlette.responses import Response

from doings.core.activity import Activity
from doings.core.entity import CONTACT, EntityKey
from doings.core.errors import NotFound
from doings.dialects.agendize.auth import authenticate
from doings.dialects.agendize.errors import answer_error
from doings.dialects.agendize.mapping import View, activity_document
from doings.dialects.agendize.params import activities_query, asked_from_query
from doings.dialects.agendize.vocabulary import CONTACT_RECORD
from doings.httpkit.call import Call
from doings.httpkit.streaming import Frame, activity_chunks, answer_list, json_elements
from doings.httpkit.surface import Operation, Surface, resource

API = "/api/2.3"
ITEMS = Frame("application/json", b'{"items":[', b",", b"]}")


async def list_activities(call: Call) -> Response:
    """A client's activities; raises Malformed, and NotFound for an unknown client."""
    asked = asked_from_query(call.query)
    query = activities_query(asked, await _client(call, asked.client_id))
    url, time_zone = call.base_url + API, call.principal.account.time_zone

    def render(activities: list[Activity]) -> bytes:
        view = View(url, time_zone)
        return json_elements([activity_document(activity, view) for activity in activities])

    return await answer_list(call, activity_chunks(call.timeline, query), render, ITEMS)


async def _client(call: Call, client_id: str) -> EntityKey:
    """Whose timeline it is: of a client record's contact, of the record itself, of a contact."""
    record, contact = (CONTACT_RECORD, client_id), (CONTACT, client_id)
    found = await call.timeline.read(lambda reader: reader.entities_by_key([record, contact]))
    if record in found:
        owner = found[record].contact
        return record if owner is None else (CONTACT, owner)
    if contact not in found:
        raise NotFound("client", client_id)
    return contact


SURFACE = Surface(
    name="agendize",
    resources=(resource(f"{API}/activities", GET=Operation(list_activities)),),
    authenticate=authenticate,
    answer_error=answer_error,
)
