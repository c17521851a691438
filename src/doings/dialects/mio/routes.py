"""The endpoints below `/business/v1`: signing in, the list, the detail, the webhook's settings."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.jwt import SECONDS, issue_jwt
from doings.auth.principal import ADMIN
from doings.core.account import Account
from doings.core.activity import Activity
from doings.core.store import Reader, Rendering
from doings.dialects.mio.auth import authenticate, sign_in
from doings.dialects.mio.documents import (
    ActivityListDocument,
    TokenDocument,
    WebhookDocument,
)
from doings.dialects.mio.errors import answer_error
from doings.dialects.mio.lookup import Narrowing, activity_named, page_of
from doings.dialects.mio.mapping import activity_detail_document, rendered_documents
from doings.dialects.mio.params import ZONE_HEADER, activities_query, zone_name
from doings.dialects.mio.webhooks import (
    settings_with,
    settings_without,
    webhook_of_account,
)
from doings.httpkit.params import last
from doings.httpkit.request import Call
from doings.httpkit.surface import Operation, Surface, resource


async def create_token(call: Call) -> Response:
    """A JWT for who signs in with a key and Basic `slug:secret`."""
    principal = await sign_in(call)
    token = issue_jwt(
        call.services.store.secret,
        key=principal.key,
        account_id=principal.account.id,
        now=call.services.clock.now(),
    )
    document = TokenDocument(token=token, token_type="Bearer", expires_in=SECONDS)  # noqa: S106
    return _answer(document)


async def list_activities(call: Call) -> Response:
    """A page of what was sent and received, newest first."""
    account, now = call.principal.account, call.services.clock.now()
    query = activities_query(call.query, _zone(call), now=now)
    narrowing = Narrowing(
        id=last(call.query, "id") or None, cifcode=last(call.query, "cifcode") or None
    )
    rendering = _rendering(account, now)
    page = await call.timeline.read(
        lambda reader: page_of(reader, query, narrowing, account.slug, rendering),
        bounded=query.is_bounded and narrowing.cifcode is None,
    )
    return _answer(ActivityListDocument(has_next=page.after is not None, activities=page.items))


def _rendering(account: Account, now: int) -> Rendering:
    async def render(reader: Reader, activities: Sequence[Activity]) -> list[bytes]:  # noqa: ARG001
        return rendered_documents(activities, account, now=now)

    return Rendering("mio", render)


async def show_activity(call: Call) -> Response:
    """One activity with what was granted; raises NotFound."""
    _zone(call)
    id_ = call.path_params["activity"]
    activity = await call.timeline.read(lambda reader: activity_named(reader, id_))
    now = call.services.clock.now()
    return _answer(activity_detail_document(activity, call.principal.account, now=now))


async def show_webhook(call: Call) -> Response:
    """The webhook without its secrets; raises NotFound where there is none."""
    return _answer(webhook_of_account(call.principal.account))


async def put_webhook(call: Call) -> Response:
    """Set the webhook; raises Invalid."""
    given = await call.json(WebhookDocument)

    def change(settings: dict[str, Any]) -> dict[str, Any]:
        return settings_with(settings, given)

    store = call.services.store
    account = await store.change_settings(call.principal.account.id, change)
    return _answer(webhook_of_account(account))


async def delete_webhook(call: Call) -> Response:
    """Send nothing any more; raises NotFound where nothing was sent."""
    await call.services.store.change_settings(call.principal.account.id, settings_without)
    return Response(status_code=204)


def _zone(call: Call) -> str:
    header = call.header(ZONE_HEADER)
    return zone_name(header, call.principal.account.time_zone)


def _answer(document: object) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")


SURFACE = Surface(
    name="mio",
    resources=(
        resource("/business/v1/auth", POST=Operation(create_token, is_public=True)),
        resource("/business/v1/activities", GET=Operation(list_activities)),
        resource("/business/v1/activities/{activity}", GET=Operation(show_activity)),
        resource(
            "/business/v1/settings/webhooks",
            GET=Operation(show_webhook, ADMIN),
            PUT=Operation(put_webhook, ADMIN),
            DELETE=Operation(delete_webhook, ADMIN),
        ),
    ),
    authenticate=authenticate,
    answer_error=answer_error,
)
