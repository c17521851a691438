"""Retention: for how long activities are kept. A rule is tried before it is set."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.budget import RETENTION_SHOWN
from doings.core.erasing.retention import Rule, checked_rules
from doings.core.errors import Invalid, Outdated
from doings.core.store import Reader, Writer
from doings.core.store.retention import Due
from doings.core.text import json_text
from doings.httpkit.input.params import integer_from_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import Problems, fields_of, problems_at, text_of
from doings.web.settings.frame import FREE, RETENTION, lead_to, respond_section
from doings.web.settings.webhook_form import LEVEL_CHOICES

OUTDATED = "Somebody changed the rules since you loaded the page. Look at them, and send it again."

_FIELDS = {"kind": "kind", "days": "days", "level": "level", "rules": "kind"}


class Form(msgspec.Struct, frozen=True):
    """The form of a new rule, which goes before the rule `place`; `seen` stands for the rules."""

    kind: str = ""
    days: str = ""
    level: str = ""
    place: str = ""
    seen: str = ""


Change = Callable[[Sequence[Rule]], tuple[Rule, ...]]
"""What makes the new rules of those that there are."""


def _form_from_fields(fields: Mapping[str, Any]) -> Form:
    return Form(**{name: text_of(fields, name).strip() for name in Form.__struct_fields__})


async def show_rules(request: Request) -> Response:
    """The rules, each with what would go now."""
    return await _respond(request, Form())


async def change(request: Request) -> Response:
    """Try a rule, set it or take one away, as the button says."""
    fields = await fields_of(request)
    form = _form_from_fields(fields)
    try:
        if "remove" in fields:
            await _put(request, form, lambda rules: _without(rules, fields["remove"]))
            return lead_to(RETENTION, done="removed")
        if "set" in fields:
            await _put(request, form, lambda rules: _with(rules, form))
            return lead_to(RETENTION, done="saved")
        return await _try(request, form)
    except Invalid as error:
        return await _respond(request, form, problems=problems_at(error, _FIELDS), status=422)
    except Outdated:
        return await _respond(request, form, problems={"form": OUTDATED}, status=409)


async def _try(request: Request, form: Form) -> Response:
    """Count what the rule of a form would have go; raises Invalid."""
    now = request.services.clock.now()

    async def count(reader: Reader) -> list[Due]:
        return await reader.due_by_rule(now, _with(await reader.retention(), form))

    found = await request.timeline.read(count, bounded=False)
    place = _place(form, len(found) - 1)
    return await _respond(request, form, trial=found[place])


async def _put(request: Request, form: Form, change: Change) -> None:
    """Replace the rules that the reader of the form knows; raises Invalid and Outdated."""

    async def work(writer: Writer) -> None:
        rules = await writer.retention()
        if form.seen != _state(rules):
            raise Outdated(OUTDATED)
        await writer.set_retention(change(rules))

    await request.timeline.write(work)


def _with(rules: Sequence[Rule], form: Form) -> tuple[Rule, ...]:
    """The rules with that of a form at its place; raises Invalid."""
    days = integer_from_text(form.days)
    if days is None:
        raise Invalid.of("days", "must be a number of days")
    place = _place(form, len(rules))
    rule = Rule(form.kind, days, form.level or None)
    return checked_rules([*rules[:place], rule, *rules[place:]])


def _without(rules: Sequence[Rule], text: str) -> tuple[Rule, ...]:
    """The rules without the one at a place; raises Outdated where there is none."""
    place = integer_from_text(text)
    if place is None or not 0 <= place < len(rules):
        raise Outdated(OUTDATED)
    return (*rules[:place], *rules[place + 1 :])


def _place(form: Form, most: int) -> int:
    place = integer_from_text(form.place)
    return most if place is None or not 0 <= place <= most else place


def _state(rules: Sequence[Rule]) -> str:
    """What stands for the rules as they are."""
    return hashlib.sha256(json_text(list(rules)).encode()).hexdigest()[:16]


async def _respond(
    request: Request,
    form: Form,
    *,
    trial: Due | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    now = request.services.clock.now()
    found = await request.timeline.read(lambda reader: reader.due_by_rule(now), bounded=False)
    context = {
        "form": form,
        "rules": found,
        "places": [
            ("", "behind all others"),
            *[(str(at), f"before {at + 1}: {one.rule.kind}") for at, one in enumerate(found)],
        ],
        "levels": LEVEL_CHOICES,
        "seen": _state([one.rule for one in found]),
        "trial": trial,
        "shown": RETENTION_SHOWN,
    }
    return await respond_section(
        request, RETENTION, "retention.html", context, problems=problems, status=status
    )


RESOURCES = (
    resource(
        RETENTION.url,
        GET=Operation(show_rules, scope=ADMIN, parameters=FREE),
        POST=Operation(change, scope=ADMIN, parameters=FREE),
    ),
)
