"""The only endpoint: a contact's activities, newest first, with the counts in the headers."""

import msgspec
from starlette.responses import Response

from doings.core.documents.rendering import json_rendering
from doings.core.entity import CONTACT
from doings.core.errors import NotFound
from doings.core.query import Query
from doings.core.resuming.cursor import Page, fingerprint
from doings.core.store import Reader
from doings.core.store.rendering import Rendering
from doings.dialects.invent.auth import authenticate
from doings.dialects.invent.errors import respond_error
from doings.dialects.invent.mapping import activity_documents
from doings.dialects.invent.params import PARAMETERS, activities_query, next_token, page_number
from doings.httpkit.request import Request
from doings.httpkit.streaming import JSON_ARRAY, going_on, json_elements, respond_list
from doings.httpkit.surface import Operation, Surface, resource

OWN_ORG = "c"
"""The word that the vendor's clients write for the org of their key."""


async def list_activities(request: Request) -> Response:
    """A page of a contact's activities; raises NotFound for an unknown org or contact."""
    _check_org(request)
    contact_id = request.path_params["contact_id"]
    query = _query(request, contact_id)

    async def work(reader: Reader) -> tuple[int, Page[msgspec.Raw], Rendering]:
        contact = await reader.entity((CONTACT, contact_id))
        rendering = _rendering(contact.id)
        total = await reader.total(contact, query.kinds)
        page = await reader.rendered_page(query, rendering, is_whole=True)
        return total, page, rendering

    total, page, rendering = await request.timeline.read(work)
    headers = _headers(request, query, total, page)
    if page.rest:
        rest = request.timeline.rendered_rest(page.rest, rendering)
        chunks = going_on(page.items, rest)
        response = await respond_list(request, chunks, json_elements, JSON_ARRAY)
        response.headers.update(headers)
        return response
    return Response(
        msgspec.json.encode(page.items), media_type=JSON_ARRAY.media_type, headers=headers
    )


def _rendering(contact_id: str) -> Rendering:
    return json_rendering(
        ("invent", contact_id), lambda activities: activity_documents(activities, contact_id)
    )


def _check_org(request: Request) -> None:
    account = request.principal.account
    org_id = request.path_params["org_id"]
    if org_id not in {OWN_ORG, account.slug, str(account.id)}:
        raise NotFound("org", org_id)


def _query(request: Request, contact_id: str) -> Query:
    query = activities_query(request.query, (CONTACT, contact_id))
    token = next_token(request.query)
    if token is None:
        return query
    gap = request.services.cursors.gap(token, _filters(request, query), field="next")
    return msgspec.structs.replace(query, gap=gap)


def _headers(request: Request, query: Query, total: int, page: Page[msgspec.Raw]) -> dict[str, str]:
    headers = {"pagination-count": str(total), "pagination-take": str(query.limit)}
    if query.gap is None:
        headers["pagination-page"] = str(page_number(request.query))
    if page.after is not None:
        cursors = request.services.cursors
        headers["pagination-next"] = cursors.token(page.after, _filters(request, query))
    return headers


def _filters(request: Request, query: Query) -> bytes:
    return fingerprint(request.principal.account.id, query)


SURFACE = Surface(
    name="invent",
    resources=(
        resource(
            "/orgs/{org_id}/contacts/{contact_id}/activities",
            GET=Operation(list_activities, parameters=PARAMETERS),
        ),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    rate=500,
    rate_by_address=True,
)
