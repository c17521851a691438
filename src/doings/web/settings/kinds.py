"""Own kinds: how activities are shown that are of no kind of the catalogue. A look can be tried."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.activity import KIND, Activity
from doings.core.errors import Conflict, Invalid, NotFound, Outdated, Problem
from doings.core.kinds.catalogue import CATALOGUE, Kind
from doings.core.kinds.own import (
    check_changeable,
    look_problems,
    own_kind,
    own_kinds,
    with_kind,
    without_kind,
)
from doings.core.kinds.template import Part, Slot, parsed
from doings.core.presentation.title import title
from doings.core.query import Query
from doings.core.store import Reader, Writer
from doings.core.text import json_text
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import Problems, fields_of, problems_at, sentence, text_of
from doings.web.remarks import knowing, unread
from doings.web.settings.frame import KINDS, Moment, lead_to, moment_of, respond_section
from doings.web.timeline.icons import DOT, Icon, icon_of

OUTDATED = (
    "There is such a kind already, or somebody changed it since you loaded the page. What you typed"
    " is still here; save once more if it should replace what there is."
)

_FIELDS = {"kind": "kind", "title": "title", "icon": "icon", "colour": "colour"}

SAMPLES = 3
"""How many of the newest activities show what a kind will look like."""

OTHERS = 20
"""How many kinds without a look are offered, the most frequent ones."""


class Form(msgspec.Struct, frozen=True):
    """The look of a kind as it is typed; `seen` stands for the one that its reader knows."""

    kind: str = ""
    title: str = ""
    icon: str = ""
    colour: str = ""
    seen: str = ""


class Row(NamedTuple):
    """A kind as the list shows it."""

    name: str
    template: str
    icon: Icon

    @property
    def url(self) -> str:
        """Where it is changed."""
        return f"{KINDS.url}?kind={self.name}#new"


class Sample(NamedTuple):
    """What an activity will look like; `at` is None for one that was made up."""

    icon: Icon
    title: str
    at: Moment | None


class Found(NamedTuple):
    """The samples of a kind that is tried; kinds without a look, and how many there are of each."""

    samples: list[Activity]
    others: list[tuple[str, int]]


async def show_kinds(request: Request) -> Response:
    """The kinds, and the form of one that the address names, or of a new one."""
    name = last(request.query, "kind") or ""
    return await _respond(request, _form_of(request, name if _is_name(name) else ""))


async def change(request: Request) -> Response:
    """Try the look of a kind or save it, as the button says."""
    fields = await fields_of(request)
    form = Form(**{name: text_of(fields, name).strip() for name in Form.__struct_fields__})
    try:
        kind = _kind(form)
        if "save" not in fields:
            return await _respond(request, form, trial=kind)
        await _save(request, form, kind)
    except Conflict as error:
        return await _respond(request, form, problems={"kind": sentence(str(error))}, status=422)
    except Invalid as error:
        return await _respond(request, form, problems=problems_at(error, _FIELDS), status=422)
    except Outdated:
        account = await request.timeline.read(lambda reader: reader.account())
        again = msgspec.structs.replace(form, seen=_state(own_kinds(account.settings), form.kind))
        return await _respond(request, again, problems={"form": OUTDATED}, status=409)
    return lead_to(KINDS, done="saved")


def _kind(form: Form) -> Kind:
    """The kind of a form; raises Invalid, and Conflict for one of the catalogue."""
    check_changeable(form.kind)
    icon, colour = form.icon or None, form.colour or None
    if not KIND.fullmatch(form.kind):
        wrong = Problem("kind", "must be noun.verb, like parcel.arrived")
        raise Invalid(wrong, *look_problems(form.title, icon, colour))
    return own_kind(form.kind, title=form.title, icon=icon, colour=colour)


def _is_name(text: str) -> bool:
    return KIND.fullmatch(text) is not None and text not in CATALOGUE


async def _save(request: Request, form: Form, kind: Kind) -> None:
    """Store a kind, unless its reader knows another look of it; raises Outdated and TooMuch."""

    def change(settings: dict[str, Any]) -> dict[str, Any]:
        if form.seen != _state(own_kinds(json_text(settings)), kind.kind):
            raise Outdated(OUTDATED)
        return with_kind(settings, kind)

    async def work(writer: Writer) -> None:
        await writer.change_settings(change)

    await request.timeline.write(work)


def _state(kinds: Mapping[str, Kind], name: str) -> str:
    """What stands for a kind as it is; empty where there is none."""
    kind = kinds.get(name)
    if kind is None:
        return ""
    text = json_text([kind.template, kind.icon, kind.colour])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _form_of(request: Request, name: str) -> Form:
    """The form of a kind as it is; only with the name where the account has none."""
    kinds = own_kinds(request.principal.account.settings)
    kind = kinds.get(name)
    if kind is None:
        return Form(kind=name)
    icon = "" if kind.icon == DOT else kind.icon
    return Form(name, kind.template, icon, kind.colour or "", _state(kinds, name))


async def show_remove(request: Request) -> Response:
    """The question whether it is meant; raises NotFound."""
    kind = _own(request)
    context = {"row": Row(kind.kind, kind.template, icon_of(kind))}
    return await respond_section(request, KINDS, "kind_remove.html", context)


async def remove(request: Request) -> Response:
    """Take a kind back; its activities stay. Raises NotFound."""
    await fields_of(request)
    name = _own(request).kind

    async def work(writer: Writer) -> None:
        await writer.change_settings(lambda settings: without_kind(settings, name))

    await request.timeline.write(work)
    return lead_to(KINDS, done="removed")


def _own(request: Request) -> Kind:
    """The kind that the path names; raises NotFound."""
    name = request.path_params["kind"]
    kind = own_kinds(request.principal.account.settings).get(name)
    if kind is None:
        raise NotFound("kind", name)
    return kind


async def _respond(
    request: Request,
    form: Form,
    *,
    trial: Kind | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    own = own_kinds(request.principal.account.settings)

    async def read(reader: Reader) -> Found:
        samples: Sequence[Activity] = ()
        if trial is not None:
            query = Query(kinds=(trial.kind,), limit=SAMPLES)
            samples = (await reader.page(query, with_attrs=False)).items
        totals = await reader.totals_by_kind(None)
        others = [one for one in totals if one[0] not in CATALOGUE and one[0] not in own]
        return Found(list(samples), others[:OTHERS])

    found = await request.timeline.read(read, bounded=False)
    context = {
        "form": form,
        "rows": [Row(one.kind, one.template, icon_of(one)) for one in own.values()],
        "others": found.others,
        "samples": None if trial is None else _samples(request, trial, found.samples),
    }
    name = last(request.query, "kind") or ""
    remarks = unread(
        request, "kind", _is_name(name) or None, "must be noun.verb, and none of the catalogue"
    )
    return await respond_section(
        request, KINDS, "kinds.html", context, problems=problems, status=status, remarks=remarks
    )


def _samples(request: Request, kind: Kind, activities: Sequence[Activity]) -> list[Sample]:
    """What activities look like as of a kind; where there are none, one that is made up."""
    icon = icon_of(kind)
    shown = [msgspec.structs.replace(one, own_kind=kind) for one in activities]
    if not shown:
        return [Sample(icon, example_title(parsed(kind.template)), None)]
    return [Sample(icon, title(one), moment_of(request, one.occurred_at)) for one in shown]


def example_title(parts: Sequence[Part]) -> str:
    """A title with all its parts, and the names of its placeholders in their places."""
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Slot):
            texts.append(f"«{'.'.join(part.path)}»")
        else:
            texts.append(example_title(part.parts))
    return "".join(texts)


RESOURCES = (
    resource(
        KINDS.url,
        GET=Operation(show_kinds, scope=ADMIN, parameters=knowing("done", "kind")),
        POST=Operation(change, scope=ADMIN, parameters=knowing()),
    ),
    resource(
        f"{KINDS.url}/{{kind}}/remove",
        GET=Operation(show_remove, scope=ADMIN, parameters=knowing()),
        POST=Operation(remove, scope=ADMIN, parameters=knowing()),
    ),
)
