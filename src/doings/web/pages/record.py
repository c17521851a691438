"""Recording by hand: a note, a lunch, a call."""

from urllib.parse import urlencode

from starlette.responses import Response

from doings.auth.principal import READ, WRITE
from doings.core.errors import Invalid, NotFound
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.forms import Problems, members_of
from doings.web.page import redirect, redirect_with_query, respond_page
from doings.web.recording.context import Checked, checked, form_context
from doings.web.recording.drafts import ORIGIN, Setting, new_draft, problems_of
from doings.web.recording.form import LISTS, WHATS, Form, What, blank_form, form_from_fields
from doings.web.recording.people import links_to
from doings.web.remarks import knowing
from doings.web.timeline.articles import activity_url
from doings.web.timeline.times import local

FREE = Parameters(is_free=True)


async def show_choice(request: Request) -> Response:
    """The form of a note, from which the others are near."""
    return redirect_with_query(request, "/record/note")


async def show_form(request: Request) -> Response:
    """A form for something that just happened; raises NotFound."""
    request.principal.require(READ)
    what = _what(request)
    person = last(request.query, "person")
    moment = local(request.services.clock.now(), zone_of(request))
    shown = await _checked(request, blank_form(moment, (person,) if person else ()), what)
    return await _respond(request, shown, {})


async def record(request: Request) -> Response:
    """Record what was typed and show it, or the form with what is wrong; raises NotFound."""
    request.principal.require(READ)
    what = _what(request)
    form = form_from_fields(await members_of(request, LISTS))
    sent = await _checked(request, form, what)
    if sent.given is None:
        return await _respond(request, sent, sent.problems, status=422)
    given = sent.given

    async def work(writer: Writer) -> str:
        # A form that was sent twice, by an impatient hand, is recorded once.
        if form.once:
            known = await writer.activity_by_external_id(ORIGIN, form.once)
            if known is not None:
                return known.id
        links = await links_to(writer, sent.people, what)
        activity, _ = await recording.record_one(writer, new_draft(form, what, given, links))
        return activity.id

    try:
        id_ = await request.timeline.write(work)
    except Invalid as error:
        return await _respond(request, sent, problems_of(error), status=422)
    return redirect(activity_url(id_))


def _what(request: Request) -> What:
    name = request.path_params["what"]
    if name not in WHATS:
        raise NotFound("form", name)
    return WHATS[name]


async def _checked(request: Request, form: Form, what: What) -> Checked:
    setting = Setting(zone_of(request), request.services.clock.now())
    return await request.timeline.read(
        lambda reader: checked(reader, form, what, setting), bounded=False
    )


async def _respond(
    request: Request, shown: Checked, problems: Problems, *, status: int = 200
) -> Response:
    context = form_context(shown, problems) | {
        "heading": shown.what.heading,
        "whats": {name: what.name for name, what in WHATS.items()},
        "query": _query(request),
        "zone": zone_of(request),
        "action": request.path,
        "submit": "Record",
        "changes": None,
        "has_level": False,
    }
    return await respond_page(request, "record.html", context, status=status)


def _query(request: Request) -> str:
    """Whom it is about, to be kept when another form is chosen."""
    person = last(request.query, "person")
    return f"?{urlencode({'person': person}, safe=':')}" if person else ""


RESOURCES = (
    resource("/record", GET=Operation(show_choice, scope=WRITE, parameters=FREE)),
    resource(
        "/record/{what}",
        GET=Operation(show_form, scope=WRITE, parameters=knowing("person")),
        POST=Operation(record, scope=WRITE, parameters=FREE),
    ),
)
