"""The only endpoint: all activities of a client."""

from starlette.responses import Response

from doings.core.documents.rendering import json_rendering
from doings.core.store.rendering import Rendering
from doings.dialects.agendize.auth import authenticate
from doings.dialects.agendize.errors import respond_error
from doings.dialects.agendize.lookup import client_named
from doings.dialects.agendize.mapping.activity import RenderContext, activity_documents
from doings.dialects.agendize.params import PARAMETERS, activities_query, params_from_query
from doings.dialects.agendize.vocabulary import API
from doings.httpkit.request import Request
from doings.httpkit.streaming import Frame, document_chunks, json_elements, respond_list
from doings.httpkit.surface import Operation, Surface, resource

ITEMS = Frame("application/json", b'{"items":[', b",", b"]}")


async def list_activities(request: Request) -> Response:
    """A client's activities; raises Malformed, and NotFound for an unknown client."""
    params = params_from_query(request.query)
    client = await request.timeline.read(lambda reader: client_named(reader, params.client_id))
    query = activities_query(params, client)
    chunks = document_chunks(request.timeline, query, _rendering(request))
    return await respond_list(request, chunks, json_elements, ITEMS)


def _rendering(request: Request) -> Rendering:
    context = RenderContext(request.base_url + API, request.principal.account.time_zone)
    return json_rendering(
        ("agendize", context), lambda activities: activity_documents(activities, context)
    )


SURFACE = Surface(
    name="agendize",
    resources=(
        resource(f"{API}/activities", GET=Operation(list_activities, parameters=PARAMETERS)),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    vary="Authorization, apiKey, token",
)
