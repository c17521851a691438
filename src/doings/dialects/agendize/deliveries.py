"""What the vendor sends to a webhook: that an appointment was made or called off."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity
from doings.core.clock import datetime_from_instant, zone
from doings.core.entity import CONTACT, Entity
from doings.core.store import Reader
from doings.core.store.changes import Change
from doings.core.store.webhooks import Webhook, WebhookSettings
from doings.core.text import object_from_text
from doings.core.values.instants import instant_from_text
from doings.core.values.json_values import as_object, as_text
from doings.dialects.agendize.documents import (
    DeliveredClient,
    DeliveredCompany,
    DeliveredEvent,
    DeliveredService,
    DeliveredStaff,
    DeliveryDocument,
)
from doings.dialects.agendize.vocabulary import CREATED, DELETED, UPDATED
from doings.live.webhooks.events import Format, Headers, Occasion

APPOINTMENT = "appointment."
SOURCE = "console"

ACTIONS = {CREATED: ("new",), UPDATED: ("cancel", "new"), DELETED: ("cancel",)}
"""What is sent for each event: the vendor has no word for a change."""

KINDS = tuple([f"{APPOINTMENT}{event}" for event in ACTIONS])

Members = dict[str, Any]


async def _render(
    reader: Reader,
    webhook: Webhook,  # noqa: ARG001 - a format's shape
    occasions: Sequence[Occasion],
) -> list[str | None]:
    account = await reader.account()
    return [_texts(one.change.activity, account) for one in occasions]


def _wants(
    settings: WebhookSettings,  # noqa: ARG001 - a format's shape
    change: Change,
) -> str | None:
    """What was recorded of appointments."""
    is_told = change.op == "created" and change.kind in KINDS
    return change.kind if is_told else None


def _texts(activity: Activity | None, account: Account) -> str | None:
    """A line of JSON for each action; None for an activity that is deleted or of another kind."""
    actions = ACTIONS.get(activity.kind.removeprefix(APPOINTMENT)) if activity else None
    if activity is None or actions is None:
        return None
    documents = [_document(activity, account, action) for action in actions]
    return "\n".join([msgspec.json.encode(document).decode() for document in documents])


def _document(activity: Activity, account: Account, action: str) -> DeliveryDocument:
    data = object_from_text(activity.data)
    now = as_object(data.get("appointment"))
    # What is called off by a change is the appointment as it was.
    is_before = action == "cancel" and activity.kind.endswith(UPDATED)
    members = {**now, **as_object(data.get("previous"))} if is_before else now
    time_zone = activity.time_zone or account.time_zone
    start, end = _instant(members.get("start")), _instant(members.get("end"))
    staff = as_object(members.get("staff"))
    return DeliveryDocument(
        action=action,
        client=_client(activity.linked(CONTACT)),
        company=DeliveredCompany(account.id, account.name),
        event=DeliveredEvent(
            as_text(now.get("id")), _text(start, time_zone), _text(end, time_zone)
        ),
        service=_service(as_object(members.get("service")), start, end),
        source=SOURCE,
        staff=DeliveredStaff(
            as_text(staff.get("email")),
            as_text(staff.get("first_name")),
            as_text(staff.get("last_name")),
        ),
    )


def _client(contact: Entity | None) -> DeliveredClient | None:
    if contact is None:
        return None
    attrs = object_from_text(contact.attrs)
    first, last = as_text(attrs.get("first_name")), as_text(attrs.get("last_name"))
    if first is None and last is None and contact.name:
        head, _, tail = contact.name.rpartition(" ")
        first, last = (head, tail) if head else (tail, None)
    email, phone = as_text(attrs.get("email")), as_text(attrs.get("phone"))
    return DeliveredClient(email, first, contact.id, last, phone)


def _service(service: Members, start: int | None, end: int | None) -> DeliveredService:
    minutes = None
    if start is not None and end is not None:
        minutes = timedelta(microseconds=end - start) // timedelta(minutes=1)
    price = service.get("price")
    return DeliveredService(
        minutes,
        as_text(service.get("id")),
        as_text(service.get("name")),
        price if isinstance(price, int | float) else None,
    )


def _instant(value: object) -> int | None:
    text = as_text(value)
    return None if text is None else instant_from_text(text)


def _text(instant: int | None, time_zone: str) -> str | None:
    """RFC 3339 with the offset of the zone."""
    if instant is None:
        return None
    return datetime_from_instant(instant).astimezone(zone(time_zone)).isoformat()


def _request(
    webhook: Webhook,  # noqa: ARG001 - a format's shape
    message: str,  # noqa: ARG001 - likewise
    text: str,
    now: int,  # noqa: ARG001 - likewise
) -> tuple[Headers, bytes]:
    return [("content-type", "application/json")], text.encode()


FORMAT = Format(
    wants=_wants, render=_render, request=_request, events=("activity.created",), kinds=KINDS
)
