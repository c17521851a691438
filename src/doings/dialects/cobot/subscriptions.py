"""Subscriptions: webhooks of the vendor's format, each to one event of a space."""

from difflib import get_close_matches
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import READ_SUBSCRIPTIONS, WRITE_SUBSCRIPTIONS
from doings.core.budget import WEBHOOKS
from doings.core.errors import Conflict, Invalid, NotFound, Problem, TooMuch
from doings.core.store import Writer
from doings.core.store.webhooks import Secret, Webhook, WebhookSettings
from doings.dialects.cobot.auth import enter_space
from doings.dialects.cobot.deliveries import EVENT, EVENTS, event_of_kind
from doings.dialects.cobot.documents import SubscriptionDocument
from doings.dialects.cobot.params import BLANK, NO_PARAMETERS
from doings.dialects.cobot.vocabulary import kinds_of_type
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.live.webhooks import signing

FORMAT = "cobot"


async def list_subscriptions(request: Request) -> Response:
    """All subscriptions of the space, oldest first."""
    enter_space(request)
    request.keep_no_answer()
    webhooks = await request.timeline.read(lambda reader: reader.webhooks())
    return _answer([_document(request, one) for one in webhooks if is_subscription(one)])


async def create_subscription(request: Request) -> Response:
    """Subscribe to an event; raises Invalid, Conflict for one there is already, and TooMuch."""
    enter_space(request)
    settings = _settings(await request.members())
    request.services.deliveries.check_url(settings.url)
    now = request.services.clock.now()

    async def add(writer: Writer) -> Webhook:
        known = await writer.webhooks()
        if any(settings.is_same_subscription(one.settings) for one in known):
            raise Conflict("there is such a subscription already")
        if len(known) >= WEBHOOKS:
            raise TooMuch(
                "webhooks",
                Problem("base", f"a space has at most {WEBHOOKS} subscriptions and other webhooks"),
            )
        webhook = Webhook(
            id=f"wh_{request.services.clock.new_id().replace('-', '')}",
            settings=settings,
            secrets=(Secret(signing.new_secret()),),
            key=signing.new_key(),
            position=await writer.last_seq(),
            created_at=now,
            updated_at=now,
        )
        await writer.add_webhook(webhook)
        return webhook

    made = await request.timeline.write(add)
    request.services.deliveries.wake()
    return _answer(_document(request, made), 201)


async def show_subscription(request: Request) -> Response:
    """One subscription; raises NotFound."""
    enter_space(request)
    request.keep_no_answer()
    id_ = request.path_params["id"]
    webhook = await request.timeline.read(lambda reader: reader.webhook(id_))
    return _answer(_document(request, _checked(webhook)))


async def delete_subscription(request: Request) -> Response:
    """End a subscription; raises NotFound."""
    enter_space(request)
    id_ = request.path_params["id"]
    _checked(await request.timeline.read(lambda reader: reader.webhook(id_)))
    await request.services.deliveries.clear(request.principal.account.id, id_)

    async def delete(writer: Writer) -> None:
        _checked(await writer.webhook(id_))
        await writer.delete_webhook(id_)

    await request.timeline.write(delete)
    return Response(status_code=204)


def is_subscription(webhook: Webhook) -> bool:
    """Whether a webhook was made here."""
    return webhook.settings.format == FORMAT and EVENT in webhook.settings.options


def _checked(webhook: Webhook) -> Webhook:
    if not is_subscription(webhook):
        raise NotFound("subscription", webhook.id)
    return webhook


def _settings(members: dict[str, Any]) -> WebhookSettings:
    """Read a subscription; raises Invalid with every problem at once."""
    event, url = members.get("event"), members.get("callback_url")
    problems = []
    if not isinstance(event, str) or event not in EVENTS:
        problems.append(Problem("event", _no_event(event)))
    if not isinstance(url, str) or not url:
        problems.append(Problem("callback_url", "is no address" if url else BLANK))
    if problems or not isinstance(url, str):
        raise Invalid(*problems)
    return WebhookSettings(url=url, format=FORMAT, lane="none", options={EVENT: event})


def _no_event(event: object) -> str:
    """Why there is no such event, and which one may be meant."""
    if not event:
        return BLANK
    text = event if isinstance(event, str) else ""
    meant = [event_of_kind(kind) for kind in kinds_of_type(text)]
    near = [one for one in meant if one in EVENTS] or get_close_matches(text, EVENTS, n=1)
    return f"is no event; did you mean {near[0]}?" if near else "is no event"


def _document(request: Request, webhook: Webhook) -> SubscriptionDocument:
    is_by_host = "path_prefix" in request.scope
    space = "" if is_by_host else f"/{request.principal.account.slug}"
    return SubscriptionDocument(
        id=webhook.id,
        event=webhook.settings.options[EVENT],
        url=f"{request.base_url}{space}/api/subscriptions/{webhook.id}",
        active=webhook.status == "active",
        callback_url=webhook.settings.url,
    )


def _answer(document: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


RESOURCES = (
    resource(
        "/{space}/api/subscriptions",
        GET=Operation(list_subscriptions, READ_SUBSCRIPTIONS, parameters=NO_PARAMETERS),
        POST=Operation(create_subscription, WRITE_SUBSCRIPTIONS, parameters=NO_PARAMETERS),
    ),
    resource(
        "/{space}/api/subscriptions/{id}",
        GET=Operation(show_subscription, READ_SUBSCRIPTIONS, parameters=NO_PARAMETERS),
        DELETE=Operation(delete_subscription, WRITE_SUBSCRIPTIONS, parameters=NO_PARAMETERS),
    ),
)
