"""The endpoints below `/business/v1`: sign-in, the list, the detail, the webhook's settings."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.jwt import SECONDS, issue_jwt
from doings.auth.principal import ADMIN
from doings.core.activity import Activity
from doings.core.limits.search import check_search
from doings.core.query import beginnings_from_text
from doings.core.rendering import json_rendering, rendered
from doings.core.store import Reader, Writer
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering
from doings.core.store.webhooks import Secret, Webhook, WebhookSettings
from doings.core.text import object_from_text
from doings.dialects.mio.auth import authenticate, sign_in
from doings.dialects.mio.deliveries import options_of
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
from doings.dialects.mio.webhooks import (
    WEBHOOK_ID,
    settings_with,
    settings_without,
    webhook_of,
    webhook_of_account,
)
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.streaming import JSON_ARRAY, Frame, going_on, json_elements, respond_list
from doings.httpkit.surface import Operation, Surface, resource
from doings.live.webhooks import signing

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
    return _answer(webhook_of_account(request.principal.account))


async def put_webhook(request: Request) -> Response:
    """Set the webhook; raises Invalid."""
    webhook = await request.json(WebhookDocument)

    def change(settings: dict[str, Any]) -> dict[str, Any]:
        return settings_with(settings, webhook)

    store = request.services.store
    request.services.deliveries.check_url(webhook.url)
    account = await store.change_settings(request.principal.account.id, change)
    stored = webhook_of(object_from_text(account.settings))
    now = request.services.clock.now()
    await request.timeline.write(lambda writer: _deliver_to(writer, stored, now))
    request.services.deliveries.wake()
    return _answer(webhook_of_account(account))


async def _deliver_to(writer: Writer, stored: WebhookDocument, now: int) -> None:
    """Have events sent to where the settings say; from now on, where they said nothing before."""
    settings = WebhookSettings(
        url=stored.url, format="mio", lane="entity", options=options_of(stored)
    )
    known = {webhook.id: webhook for webhook in await writer.webhooks()}
    webhook = known.get(WEBHOOK_ID)
    if webhook is None:
        secrets = (Secret(signing.new_secret()),)
        webhook = Webhook(
            id=WEBHOOK_ID,
            settings=settings,
            secrets=secrets,
            key=signing.new_key(),
            position=await writer.last_seq(),
            created_at=now,
            updated_at=now,
        )
        await writer.add_webhook(webhook)
        return
    if webhook.status == "disabled":
        await writer.queue_failed(webhook.id, now)
    await writer.change_webhook(
        msgspec.structs.replace(
            webhook, settings=settings, status="active", reason=None, updated_at=now
        )
    )


async def delete_webhook(request: Request) -> Response:
    """Remove the webhook; raises NotFound if there is none."""
    await request.services.store.change_settings(request.principal.account.id, settings_without)

    await request.services.deliveries.clear(request.principal.account.id, WEBHOOK_ID)

    async def end(writer: Writer) -> None:
        if any(webhook.id == WEBHOOK_ID for webhook in await writer.webhooks()):
            await writer.delete_webhook(WEBHOOK_ID)

    await request.timeline.write(end)
    return Response(status_code=204)


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
