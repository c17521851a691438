"""What the vendor sends to a subscription: the address of what happened, and nothing else."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from doings.core.activity import Activity
from doings.core.kinds.catalogue import CATALOGUE
from doings.core.store import Reader
from doings.core.store.changes import Change
from doings.core.store.webhooks import Webhook, WebhookSettings
from doings.dialects.cobot.vocabulary import MEMBERSHIP, SOURCES, type_of_kind
from doings.live.webhooks.events import Format, Headers, Occasion

EVENT = "event"
"""The option of a webhook that holds the event it is subscribed to."""

RENAMED = {"plan.changed": "changed_membership_plan"}
"""Kinds whose event the vendor spells another way than verb and noun."""


def event_of_kind(kind: str) -> str:
    """The vendor's name for what happened: `created_membership`; else the type of the kind."""
    noun, _, verb = kind.partition(".")
    if kind in RENAMED:
        return RENAMED[kind]
    return f"{verb}_{noun}" if noun in SOURCES else type_of_kind(kind)


EVENTS = tuple(sorted({event_of_kind(kind) for kind in CATALOGUE}))
"""What there may be subscriptions to."""


class Happened(msgspec.Struct):
    """The body of a delivery."""

    url: str


def format_of(base: str) -> Format:
    """The format; `base` is where clients reach this server."""

    async def render(
        reader: Reader,
        webhook: Webhook,  # noqa: ARG001 - a format's shape
        occasions: Sequence[Occasion],
    ) -> list[str | None]:
        slug = (await reader.account()).slug
        return [
            msgspec.json.encode(Happened(_url(base, slug, one.change))).decode()
            for one in occasions
        ]

    return Format(wants=_wants, render=render, request=_request, events=("activity.created",))


def _wants(settings: WebhookSettings, change: Change) -> str | None:
    """What was recorded; that a record was changed or deleted later is no event of the vendor's."""
    wanted = settings.options.get(EVENT)
    event = event_of_kind(change.kind)
    return event if change.op == "created" and wanted in {None, event} else None


def _url(base: str, slug: str, change: Change) -> str:
    """The address of the membership that it is about, else of the activity."""
    membership = _membership(change.activity)
    if membership is not None:
        return f"{base}/cobot/{slug}/api/memberships/{quote(membership, safe='')}"
    return f"{base}/v1/activities/{change.activity_id}"


def _membership(activity: Activity | None) -> str | None:
    if activity is None or not activity.kind.startswith(f"{MEMBERSHIP}."):
        return None
    membership = activity.linked(MEMBERSHIP)
    return membership.id if membership else None


def _request(
    webhook: Webhook,  # noqa: ARG001 - a format's shape
    message: str,  # noqa: ARG001 - likewise
    text: str,
    now: int,  # noqa: ARG001 - likewise
) -> tuple[Headers, bytes]:
    return [("content-type", "application/json")], text.encode()
