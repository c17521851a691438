"""The endpoints below `/business/v1`: sign-in, the list, the detail, the webhook's settings."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from doings.auth.jwt import SECONDS, issue_jwt
from doings.auth.principal import ADMIN
from doings.core.activity import Activity
from doings.core.documents.rendering import json_rendering, rendered
from doings.core.limits.search import check_search
from doings.core.query import beginnings_from_text
from doings.core.store import Reader
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering
from doings.dialects.mio import webhooks
from doings.dialects.mio.auth import authenticate, sign_in
from doings.dialects.mio.documents import (
    ActivityDocument,
    ActivityListDocument,
    TokenDocument,
    WebhookDocument,
)
from doings.dialects.mio.errors import respond_error
from doings.dialects.mio.lookup import Narrowing, activity_named, page_of
from doings.dialects.mio.mapping import activity_detail_document, lapses_of, rendered_documents
from doings.dialects.mio.params import PARAMETERS, ZONE_HEADER, activities_query, zone_name
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.streaming import JSON_ARRAY, Frame, going_on, json_elements, respond_list
from doings.httpkit.surface import Operation, Surface, resource

ITEMS_END = b"]}"
"""How a page ends: the list is its last member."""


async def create_token(request: Request) -> Response:
    """A JWT for a key and Basic `slug:secret`; raises Unauthenticated and TooManyRequests."""
    principal = await sign_in(request)
    token = issue_jwt(
        request.services.store.secret,
        key=principal.key,
        account_id=principal.account.id,
        now=request.services.clock.now(),
    )
    document = TokenDocument(token=token, token_type="Bearer", expires_in=SECONDS)  # noqa: S106
    return _answer(document)


async def list_activities(request: Request) -> Response:
    """A page of the activities that were sent and received, newest first; raises Malformed."""
    account, now = request.principal.account, request.services.clock.now()
    query = activities_query(request.query, _zone(request), now=now)
    narrowing = Narrowing(id=last(request.query, "id"), cifcode=last(request.query, "cifcode"))
    rendering = _rendering(request, now)
    if query.until == now + 1:
        # The list goes to now: what is recorded for a later time comes into it by itself.
        request.lapse_at(now)
    check_search(beginnings_from_text(narrowing.cifcode or ""), "cifcode")
    page = await request.timeline.read(
        lambda reader: page_of(reader, query, narrowing, account.slug, rendering),
        bounded=query.is_bounded and narrowing.cifcode is None,
    )
    document = ActivityListDocument(has_next=page.after is not None, activities=page.items)
    if not page.rest:
        return _answer(document)
    rest = request.timeline.rendered_rest(page.rest, rendering)
    document.activities = []
    head = msgspec.json.encode(document).removesuffix(ITEMS_END)
    frame = Frame(JSON_ARRAY.media_type, head, JSON_ARRAY.separator, ITEMS_END)
    return await respond_list(request, going_on(page.items, rest), json_elements, frame)


def _rendering(request: Request, now: int) -> Rendering:
    account = request.principal.account

    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return rendered_documents(activities, account, now=now, lapse_at=request.lapse_at)

    return Rendering("mio", render)


async def show_activity(request: Request) -> Response:
    """One activity with what was granted; raises NotFound."""
    _zone(request)
    id_ = request.path_params["activity"]
    now = request.services.clock.now()
    rendering = _detail_rendering(request, now)

    async def work(reader: Reader) -> Sequence[bytes]:
        return await rendered(rendering, reader, [await activity_named(reader, id_)])

    (document,) = await request.timeline.read(work)
    return Response(document, media_type="application/json")


def _detail_rendering(request: Request, now: int) -> Rendering:
    account = request.principal.account

    def documents(activities: Sequence[Activity]) -> list[ActivityDocument]:
        for instant in [instant for activity in activities for instant in lapses_of(activity)]:
            if instant > now:
                request.lapse_at(instant)
        return [activity_detail_document(activity, account, now=now) for activity in activities]

    return json_rendering("mio detail", documents)


async def show_webhook(request: Request) -> Response:
    """The webhook without its secrets; raises NotFound if there is none."""
    request.keep_no_answer()
    return _answer(webhooks.masked(await request.timeline.read(webhooks.stored)))


async def put_webhook(request: Request) -> Response:
    """Set the webhook; raises Invalid and TooMuch."""
    sent = await request.json(WebhookDocument)
    request.services.deliveries.check_url(sent.url)
    now = request.services.clock.now()
    document = await request.timeline.write(lambda writer: webhooks.put(writer, sent, now))
    await _forget_old_setting(request)
    request.services.deliveries.wake()
    return _answer(webhooks.masked(document))


async def delete_webhook(request: Request) -> Response:
    """Remove the webhook; raises NotFound if there is none."""
    await request.timeline.read(webhooks.stored)
    await request.services.deliveries.clear(request.principal.account.id, webhooks.WEBHOOK_ID)
    await request.timeline.write(lambda writer: writer.delete_webhook(webhooks.WEBHOOK_ID))
    await _forget_old_setting(request)
    return Response(status_code=204)


async def _forget_old_setting(request: Request) -> None:
    """Remove the secrets that an older version kept with the account."""
    account = request.principal.account
    if webhooks.OLD_SETTING in account.settings:
        await request.services.store.change_settings(account.id, webhooks.without_old_setting)


def _zone(request: Request) -> str:
    header = request.single_header(ZONE_HEADER)
    return zone_name(header, request.principal.account.time_zone)


def _answer(document: object) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")


SURFACE = Surface(
    name="mio",
    resources=(
        resource(
            "/business/v1/auth", POST=Operation(create_token, is_public=True, has_secret=True)
        ),
        resource("/business/v1/activities", GET=Operation(list_activities, parameters=PARAMETERS)),
        resource("/business/v1/activities/{activity}", GET=Operation(show_activity)),
        resource(
            "/business/v1/settings/webhooks",
            GET=Operation(show_webhook, ADMIN),
            PUT=Operation(put_webhook, ADMIN),
            DELETE=Operation(delete_webhook, ADMIN),
        ),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    vary="Authorization, Authorization-Key, x-api-key, x-pvt-timezone",
)
