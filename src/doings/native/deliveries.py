"""A delivery in our own format: Standard Webhooks around the items of the list of changes."""

from collections.abc import Sequence

import msgspec

from doings.core.clock import datetime_from_instant
from doings.core.documents.document import change_document, entity_change_document
from doings.core.store import Reader
from doings.core.store.changes import Change, EntityChange
from doings.core.store.webhooks import Webhook, WebhookSettings
from doings.live.webhooks import signing
from doings.live.webhooks.events import Format, Headers, Occasion
from doings.native.documents.webhooks import DeliveryBody, EntityDeliveryBody

_encode = msgspec.json.Encoder().encode


async def _render(
    reader: Reader,  # noqa: ARG001 - a format's shape
    webhook: Webhook,  # noqa: ARG001 - likewise
    occasions: Sequence[Occasion],
) -> list[str | None]:
    return [
        _encode(
            DeliveryBody(
                type=occasion.event,
                timestamp=datetime_from_instant(occasion.change.at),
                data=change_document(occasion.change),
            )
        ).decode()
        for occasion in occasions
    ]


def _render_entity(event: str, change: EntityChange) -> str:
    body = EntityDeliveryBody(
        type=event,
        timestamp=datetime_from_instant(change.at),
        data=entity_change_document(change),
    )
    return _encode(body).decode()


def _request(webhook: Webhook, message: str, text: str, now: int) -> tuple[Headers, bytes]:
    body = text.encode()
    secrets = [one.text for one in webhook.secrets if one.until is None or one.until > now]
    signed = signing.signature_headers(message, body, secrets=secrets, key=webhook.key, now=now)
    return [("content-type", "application/json"), *signed], body


def _wants(settings: WebhookSettings, change: Change) -> str:  # noqa: ARG001 - a format's shape
    return f"activity.{change.op}"


FORMAT = Format(wants=_wants, render=_render, request=_request, render_entity=_render_entity)
