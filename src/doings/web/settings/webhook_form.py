"""The form of a webhook: what is typed in it, and the settings that this means."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from doings.core.activity import LEVELS
from doings.core.errors import Invalid, Problem
from doings.core.store.webhooks import Lane, Webhook, WebhookSettings
from doings.httpkit.input.params import integer_from_text
from doings.live.webhooks.events import ACTIVITY_EVENTS, ENTITY_EVENTS
from doings.live.webhooks.settings import BATCH, checked, checked_change
from doings.web.forms import Problems, lines_of, new_once, once_of, problems_at, text_of, texts_of

LISTS = frozenset({"event"})
"""The fields that a form may have several times."""

EVENTS = (*ACTIVITY_EVENTS, *ENTITY_EVENTS)

FORMATS = (
    ("standard", "Standard Webhooks"),
    ("cobot", "Cobot"),
    ("agendize", "Agendize"),
    ("mio", "mio.ID"),
)

LANES = (
    ("endpoint", "all in order"),
    ("entity", "in order for each person or thing"),
    ("none", "side by side"),
)

LEVEL_CHOICES = (("", "any"), ("WARN", "Warning"), ("ERROR", "Error"))

FIELDS = {
    "url": "url",
    "description": "description",
    "kind": "kinds",
    "link": "links",
    "actor": "actor",
    "origin": "origin",
    "level": "level",
    "channel": "channel",
    "events": "event",
    "format": "format",
    "lane": "lane",
    "batch": "batch",
}
"""Members of the API, and the fields in which they are written."""


class Form(msgspec.Struct, frozen=True):
    """The form as it is typed. `seen` is when the webhook that its reader knows was changed."""

    url: str = ""
    description: str = ""
    kinds: str = ""
    links: str = ""
    actor: str = ""
    origin: str = ""
    level: str = ""
    channel: str = ""
    events: tuple[str, ...] = ACTIVITY_EVENTS
    format: str = "standard"
    lane: str = "endpoint"
    batch: str = "1"
    once: str = ""
    seen: str = ""


_TEXTS = (
    "url",
    "description",
    "actor",
    "origin",
    "level",
    "channel",
    "format",
    "lane",
    "batch",
    "seen",
)


def blank_form() -> Form:
    """The form of a new webhook."""
    return Form(once=new_once())


def form_from_fields(fields: Mapping[str, Any]) -> Form:
    """The form as it was sent."""
    return Form(
        **{name: text_of(fields, name).strip() for name in _TEXTS},
        kinds=text_of(fields, "kinds"),
        links=text_of(fields, "links"),
        events=texts_of(fields, "event"),
        once=once_of(fields),
    )


def form_of(webhook: Webhook) -> Form:
    """The form of a webhook as it is."""
    settings = webhook.settings
    return Form(
        url=settings.url,
        description=settings.description or "",
        kinds="\n".join(settings.kinds),
        links="\n".join(settings.links),
        actor=settings.actor or "",
        origin=settings.origin or "",
        level=settings.level or "",
        channel=settings.channel or "",
        events=settings.events or ACTIVITY_EVENTS,
        format=settings.format,
        lane=settings.lane,
        batch=str(settings.batch),
        seen=str(webhook.updated_at),
    )


def settings_of(form: Form) -> WebhookSettings:
    """The settings that a form means; raises Invalid. The address is not checked."""
    return checked(_settings(form, WebhookSettings(url=form.url)))


def changed_settings(before: WebhookSettings, form: Form) -> WebhookSettings:
    """The settings of a webhook as a form changes them; raises Invalid."""
    return checked_change(before, _settings(form, before))


def _settings(form: Form, before: WebhookSettings) -> WebhookSettings:
    batch = integer_from_text(form.batch)
    _check_choices(form, batch)
    events = tuple([one for one in EVENTS if one in form.events])
    is_usual = not before.events and events == ACTIVITY_EVENTS
    lane: Lane = next(one for one in get_args(Lane) if one == form.lane)
    return msgspec.structs.replace(
        before,
        url=form.url,
        description=form.description or None,
        kinds=lines_of(form.kinds),
        links=lines_of(form.links),
        actor=form.actor or None,
        origin=form.origin or None,
        level=form.level or None,
        channel=form.channel or None,
        events=() if is_usual else events,
        format=form.format,
        lane=lane,
        batch=batch,
    )


def _check_choices(form: Form, batch: int | None) -> None:
    """Raise Invalid for what no form of ours offers."""
    problems = []
    if not form.events:
        problems.append(Problem("events", "choose one at least"))
    if not set(form.events).issubset(EVENTS):
        problems.append(Problem("events", "there is no such event"))
    if form.level and form.level not in LEVELS:
        problems.append(Problem("level", "there is no such level"))
    if form.format not in dict(FORMATS):
        problems.append(Problem("format", "there is no such format"))
    if form.lane not in get_args(Lane):
        problems.append(Problem("lane", "there is no such order"))
    if batch is None or not 1 <= batch <= BATCH:
        problems.append(Problem("batch", f"must be 1 to {BATCH}"))
    if problems:
        raise Invalid(*problems)


def problems_of(error: Invalid) -> Problems:
    """The problems, at the fields in which they were written."""
    return problems_at(error, FIELDS)
