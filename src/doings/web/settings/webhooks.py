"""Webhooks: listed, made, changed, tried, switched off and on, and removed."""

from contextlib import suppress

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.errors import Busy, Conflict, Invalid, NotFound, Outdated
from doings.core.store import Reader, Writer
from doings.core.store.webhooks import Attempt, Delivery, DeliveryStatus, Webhook
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, resource
from doings.live.webhooks import signing
from doings.live.webhooks.destination import ALLOWING, NOT_ALLOWED
from doings.live.webhooks.settings import (
    add_webhook,
    check_alone,
    new_webhook,
    rotated,
    switched,
)
from doings.web.forms import Problems, fields_of, members_of, new_once, once_of, sentence_of
from doings.web.settings.deliveries import (
    LIST,
    ListPlace,
    place_of,
    read_deliveries,
    remarks_at,
    rows_of,
    try_of,
)
from doings.web.settings.frame import FREE, WEBHOOKS, is_first, lead_to, moment_of, respond_section
from doings.web.settings.webhook_form import (
    EVENTS,
    FORMATS,
    LANES,
    LEVEL_CHOICES,
    LISTS,
    Form,
    blank_form,
    changed_settings,
    form_from_fields,
    form_of,
    problems_of,
    settings_of,
)

OUTDATED = (
    "Somebody changed this webhook since you loaded the form. What you typed is still here; save"
    " once more if it should replace that."
)


class Shown(msgspec.Struct, frozen=True):
    """A webhook, how many of its deliveries are in which state, and a page of them."""

    webhook: Webhook
    counts: dict[DeliveryStatus, int]
    deliveries: list[Delivery]


async def show_webhooks(request: Request) -> Response:
    """All webhooks of the account."""
    webhooks = await request.timeline.read(lambda reader: reader.webhooks())
    context = {"webhooks": webhooks, "base": WEBHOOKS.url}
    return await respond_section(request, WEBHOOKS, "webhooks.html", context)


async def show_new(request: Request) -> Response:
    """The form of a new webhook."""
    return await _respond_form(request, blank_form(), None, {})


async def create(request: Request) -> Response:
    """Make a webhook; its secret is in this answer and nowhere else."""
    form = form_from_fields(await members_of(request, LISTS))
    deliveries = request.services.deliveries
    try:
        settings = settings_of(form)
        deliveries.check_url(settings.url)
        deliveries.check_sends(settings)
        made = new_webhook(settings, clock=request.services.clock, is_enabled=True)

        async def add(writer: Writer) -> bool:
            if not await is_first(writer, "webhook", form.once):
                return False
            await add_webhook(writer, made, await writer.last_seq())
            return True

        is_new = await request.timeline.write(add)
    except Invalid as error:
        return await _respond_form(request, form, None, problems_of(error), status=422)
    if not is_new:
        return lead_to(WEBHOOKS, done="known")
    deliveries.wake()
    return await _respond_webhook(request, made.id, secret=made.secrets[0].text)


async def show_edit(request: Request) -> Response:
    """The form of a webhook; raises NotFound."""
    webhook = await _webhook(request)
    return await _respond_form(request, form_of(webhook), webhook, {})


async def edit(request: Request) -> Response:
    """Change it as was typed, unless somebody else changed it meanwhile; raises NotFound."""
    form = form_from_fields(await members_of(request, LISTS))
    webhook = await _webhook(request)
    try:
        await _change(request, webhook, form)
    except Invalid as error:
        return await _respond_form(request, form, webhook, problems_of(error), status=422)
    except Conflict as error:
        problems = {"url": sentence_of(error)}
        return await _respond_form(request, form, webhook, problems, status=409)
    except Outdated:
        newest = await _webhook(request)
        again = msgspec.structs.replace(form, seen=str(newest.updated_at))
        return await _respond_form(request, again, newest, {"form": OUTDATED}, status=409)
    request.services.deliveries.wake()
    return lead_to(WEBHOOKS, webhook.id, done="saved")


async def _change(request: Request, before: Webhook, form: Form) -> None:
    """Write the settings of a form; raises Invalid, Outdated and NotFound."""
    deliveries, now = request.services.deliveries, request.services.clock.now()
    settings = changed_settings(before.settings, form)
    deliveries.check_url(settings.url)
    others = {"url": settings.url, "description": settings.description}
    if settings != msgspec.structs.replace(before.settings, **others):
        deliveries.check_sends(settings)
    if before.status == "active" and form.seen == str(before.updated_at):
        # What happened up to now is told by the filters as they are.
        await deliveries.catch_up(request.principal.account.id, before)

    async def change(writer: Writer) -> None:
        webhook = await writer.webhook(before.id)
        if form.seen != str(webhook.updated_at):
            raise Outdated(OUTDATED)
        changed = changed_settings(webhook.settings, form)
        await check_alone(writer, webhook, changed)
        await writer.change_webhook(
            msgspec.structs.replace(webhook, settings=changed, updated_at=now)
        )

    await request.timeline.write(change)


async def show_webhook(request: Request) -> Response:
    """A webhook with its deliveries; raises NotFound."""
    return await _respond_webhook(request, request.path_params["id"])


def switching(*, is_enabled: bool) -> Handler:
    """What switches a webhook on or off; raises NotFound."""

    async def switch(request: Request) -> Response:
        await fields_of(request)
        webhook_id, now = request.path_params["id"], request.services.clock.now()

        async def work(writer: Writer) -> None:
            webhook = await writer.webhook(webhook_id)
            changed = await switched(writer, webhook, is_enabled=is_enabled, now=now)
            if changed != webhook:
                await writer.change_webhook(msgspec.structs.replace(changed, updated_at=now))

        await request.timeline.write(work)
        request.services.deliveries.wake()
        return lead_to(WEBHOOKS, webhook_id, done="on" if is_enabled else "off")

    return switch


async def test(request: Request) -> Response:
    """Send a test at once, and show what the receiver answered; raises NotFound."""
    await fields_of(request)
    try:
        attempt = await request.services.deliveries.test(await _webhook(request))
    except Busy as error:
        problems = {"form": sentence_of(error)}
        id_ = request.path_params["id"]
        return await _respond_webhook(request, id_, problems=problems, status=503)
    return await _respond_webhook(request, request.path_params["id"], tried=attempt)


async def rotate(request: Request) -> Response:
    """Make a new secret, which is in this answer and nowhere else; raises NotFound."""
    once = once_of(await fields_of(request))
    webhook_id, now = request.path_params["id"], request.services.clock.now()

    async def work(writer: Writer) -> str | None:
        webhook = await writer.webhook(webhook_id)
        if not await is_first(writer, f"rotation of {webhook_id}", once):
            return None
        changed = rotated(webhook, now=now)
        await writer.change_webhook(changed)
        return changed.secrets[0].text

    try:
        secret = await request.timeline.write(work)
    except Conflict as error:
        problems = {"form": sentence_of(error)}
        return await _respond_webhook(request, webhook_id, problems=problems, status=409)
    if secret is None:
        return lead_to(WEBHOOKS, webhook_id, done="known")
    return await _respond_webhook(request, webhook_id, secret=secret)


async def redeliver(request: Request) -> Response:
    """Send a delivery again; raises NotFound."""
    message = (await fields_of(request)).get("message", "")
    webhook_id, now = request.path_params["id"], request.services.clock.now()

    async def queue(writer: Writer) -> Webhook:
        webhook = await writer.webhook(webhook_id)
        if not await writer.queue_message(webhook_id, message, now):
            raise NotFound("delivery", message)
        await writer.touch_webhook(webhook_id)
        return webhook

    webhook = await request.timeline.write(queue)
    request.services.deliveries.wake()
    done = "queued" if webhook.status == "active" else "waiting"
    return lead_to(WEBHOOKS, webhook_id, done=done)


async def show_remove(request: Request) -> Response:
    """The question whether it is meant; raises NotFound."""
    context = {"webhook": await _webhook(request), "base": WEBHOOKS.url}
    return await respond_section(request, WEBHOOKS, "webhook_remove.html", context)


async def remove(request: Request) -> Response:
    """Remove a webhook with all its deliveries; one that is gone already is no mistake."""
    await fields_of(request)
    webhook_id, timeline = request.path_params["id"], request.timeline
    with suppress(NotFound):
        await request.services.deliveries.clear(timeline.account.id, webhook_id)
        await timeline.write(lambda writer: writer.delete_webhook(webhook_id))
    request.services.deliveries.wake()
    return lead_to(WEBHOOKS, done="removed")


async def _webhook(request: Request) -> Webhook:
    return await request.timeline.read(lambda reader: reader.webhook(request.path_params["id"]))


async def _respond_form(
    request: Request, form: Form, webhook: Webhook | None, problems: Problems, *, status: int = 200
) -> Response:
    context = {
        "form": form,
        "webhook": webhook,
        "events": [(name, name in form.events) for name in EVENTS],
        "formats": FORMATS,
        "lanes": LANES,
        "levels": LEVEL_CHOICES,
        "base": WEBHOOKS.url,
    }
    return await respond_section(
        request, WEBHOOKS, "webhook_form.html", context, problems=problems, status=status
    )


async def _respond_webhook(  # noqa: PLR0913 - each is what one of the buttons shows
    request: Request,
    webhook_id: str,
    *,
    secret: str | None = None,
    tried: Attempt | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    # After a POST the address says nothing of a list.
    place = place_of(request) if request.method != "POST" else ListPlace()

    async def read(reader: Reader) -> Shown:
        return Shown(
            webhook=await reader.webhook(webhook_id),
            counts=await reader.delivery_counts(webhook_id),
            deliveries=await read_deliveries(reader, webhook_id, place),
        )

    shown = await request.timeline.read(read, bounded=False)
    webhook = shown.webhook
    context = {
        "webhook": webhook,
        "formats": dict(FORMATS),
        "lanes": dict(LANES),
        "counts": shown.counts,
        "public_key": signing.public_key(webhook.key),
        "secret": secret,
        "tried": None if tried is None else try_of(request, tried),
        "made": moment_of(request, webhook.created_at),
        "changed": moment_of(request, webhook.updated_at),
        "place": place,
        "list": rows_of(request, f"{WEBHOOKS.url}/{webhook.id}", shown.deliveries, place),
        "not_allowed": NOT_ALLOWED,
        "allowing": ALLOWING,
        "once": new_once(),
        "base": WEBHOOKS.url,
        "here_url": f"{WEBHOOKS.url}/{webhook.id}",
    }
    return await respond_section(
        request,
        WEBHOOKS,
        "webhook.html",
        context,
        problems=problems,
        status=status,
        remarks=remarks_at(request),
    )


def _operation(
    handle: Handler, *, has_secret: bool = False, parameters: Parameters = FREE
) -> Operation:
    return Operation(handle, scope=ADMIN, parameters=parameters, has_secret=has_secret)


RESOURCES = (
    resource(WEBHOOKS.url, GET=_operation(show_webhooks)),
    resource(
        f"{WEBHOOKS.url}/new",
        GET=_operation(show_new),
        POST=_operation(create, has_secret=True),
    ),
    resource(f"{WEBHOOKS.url}/{{id}}", GET=_operation(show_webhook, parameters=LIST)),
    resource(f"{WEBHOOKS.url}/{{id}}/edit", GET=_operation(show_edit), POST=_operation(edit)),
    resource(f"{WEBHOOKS.url}/{{id}}/on", POST=_operation(switching(is_enabled=True))),
    resource(f"{WEBHOOKS.url}/{{id}}/off", POST=_operation(switching(is_enabled=False))),
    resource(f"{WEBHOOKS.url}/{{id}}/test", POST=_operation(test)),
    resource(f"{WEBHOOKS.url}/{{id}}/rotate", POST=_operation(rotate, has_secret=True)),
    resource(f"{WEBHOOKS.url}/{{id}}/redeliver", POST=_operation(redeliver)),
    resource(f"{WEBHOOKS.url}/{{id}}/remove", GET=_operation(show_remove), POST=_operation(remove)),
)
