"""Changing and deleting an activity, unless somebody else changed it meanwhile.

A form holds the seq of the last change that its reader knows. The transaction that writes compares
it, so of two tabs the second is shown what the first did, with all that was typed in it.
"""

import msgspec
from starlette.responses import Response

from doings.auth.principal import READ, WRITE
from doings.core.activity import Activity
from doings.core.errors import Conflict, Invalid, NotFound, Outdated
from doings.core.presentation.title import title_pieces
from doings.core.store import Reader, Writer
from doings.core.store.changes import ChangeReader
from doings.httpkit.input.params import Parameters, integer_from_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.activity.history import History, read_history
from doings.web.display import zone_of
from doings.web.forms import Problems, fields_of, members_of
from doings.web.page import redirect, respond_page
from doings.web.pages.activity import activity_id
from doings.web.recording.context import Checked, checked, form_context
from doings.web.recording.drafts import Setting, changed_draft, problems_of
from doings.web.recording.form import LISTS, Form, form_from_fields, form_of, what_of
from doings.web.recording.people import links_to
from doings.web.remarks import knowing
from doings.web.timeline.articles import activity_url

FREE = Parameters(is_free=True)

OUTDATED = (
    "Somebody changed this since you loaded the form. What you typed is still here; look at what"
    " changed, and save once more if yours should stand."
)

OUTDATED_DELETE = "Somebody changed this since you loaded the page. Do you still want to delete it?"


class Shown(msgspec.Struct, frozen=True):
    """An activity with its form, the last change of it, and the changes that were not known."""

    activity: Activity
    sent: Checked
    newest: int
    changes: History | None


async def show_edit(request: Request) -> Response:
    """The form of an activity; raises NotFound."""
    request.principal.require(READ)
    shown = await _read(request, None)
    return await _respond_edit(request, shown, {})


async def edit(request: Request) -> Response:
    """Change it as was typed, or show the form with what is wrong; raises NotFound."""
    request.principal.require(READ)
    form = form_from_fields(await members_of(request, LISTS))
    shown = await _read(request, form)
    sent, ref, zone = shown.sent, activity_id(request), zone_of(request)
    if sent.given is None:
        return await _respond_edit(request, shown, sent.problems, status=422)
    given = sent.given

    async def work(writer: Writer) -> None:
        activity = await _unchanged(writer, ref, form.seen)
        links = await links_to(writer, sent.people, sent.what)
        draft = changed_draft(activity, form, sent.what, given, links, time_zone=zone)
        await writer.replace([(activity, draft)])

    try:
        await request.timeline.write(work)
    except Outdated:
        return await _respond_edit(
            request, await _read(request, form), {"form": OUTDATED}, status=409
        )
    except Conflict as error:
        return await _respond_edit(request, shown, {"form": f"{error}."}, status=409)
    except Invalid as error:
        return await _respond_edit(request, shown, problems_of(error), status=422)
    return redirect(activity_url(ref))


async def show_delete(request: Request) -> Response:
    """The question whether it is meant; raises NotFound."""
    request.principal.require(READ)
    if await _is_deleted(request):
        return redirect(activity_url(activity_id(request)))
    return await _respond_delete(request, await _read(request, None), None)


async def delete(request: Request) -> Response:
    """Delete it, and show what is left of it, also where that was done; raises NotFound."""
    request.principal.require(READ)
    seen, ref = (await fields_of(request)).get("seen", ""), activity_id(request)
    if await _is_deleted(request):
        return redirect(activity_url(ref))

    async def work(writer: Writer) -> None:
        activity = await _unchanged(writer, ref, seen)
        await writer.erase(activity.seq)

    try:
        await request.timeline.write(work)
    except Outdated:
        shown = await _read(request, Form(seen=seen))
        return await _respond_delete(request, shown, OUTDATED_DELETE, status=409)
    return redirect(activity_url(ref))


async def _is_deleted(request: Request) -> bool:
    """Whether there was such an activity, which has a page that says so."""
    ref = activity_id(request)

    async def read(reader: Reader) -> bool:
        try:
            await reader.activity(ref)
        except NotFound:
            return bool(await reader.history(ref, 0, 1))
        return False

    return await request.timeline.read(read)


async def _unchanged(writer: Writer, ref: str, seen: str) -> Activity:
    """The activity as its reader knows it; raises NotFound and Outdated."""
    activity = await writer.activity(ref)
    if seen != str(await _newest(writer, activity)):
        raise Outdated(OUTDATED)
    return activity


async def _newest(reader: ChangeReader, activity: Activity) -> int:
    """The seq of the last change of an activity, which is its own if it was never changed."""
    revisions = await reader.newest_revisions([activity.seq], 0)
    return revisions[activity.seq].seq if revisions else activity.seq


async def _read(request: Request, form: Form | None) -> Shown:
    """The activity with a form that was sent, or its own; raises NotFound."""
    ref, zone, now = activity_id(request), zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> Shown:
        activity = await reader.activity(ref)
        newest = await _newest(reader, activity)
        own = form or form_of(activity, zone, newest)
        changes = None
        seen = integer_from_text(own.seen)
        if seen is not None and 0 <= seen < newest:
            changes = await read_history(reader, ref, seen, zone, now)
        sent = await checked(reader, own, what_of(activity), Setting(zone, now))
        return Shown(activity, sent, newest, changes)

    return await request.timeline.read(read, bounded=False)


async def _respond_edit(
    request: Request, shown: Shown, problems: Problems, *, status: int = 200
) -> Response:
    form = shown.sent.form
    if status == 409:  # noqa: PLR2004 - one who saw the changes may save
        form = msgspec.structs.replace(form, seen=str(shown.newest))
    sent = msgspec.structs.replace(shown.sent, form=form)
    context = form_context(sent, problems) | _about(request, shown)
    return await respond_page(request, "record.html", context, status=status)


async def _respond_delete(
    request: Request, shown: Shown, problem: str | None, *, status: int = 200
) -> Response:
    context = _about(request, shown) | {"problem": problem, "seen": shown.newest}
    return await respond_page(request, "delete.html", context, status=status)


def _about(request: Request, shown: Shown) -> dict[str, object]:
    title = "".join([piece.text for piece in title_pieces(shown.activity)])
    return {
        "heading": "Change",
        "title": title,
        "url": activity_url(shown.activity.id),
        "whats": {},
        "query": "",
        "zone": zone_of(request),
        "action": request.path,
        "submit": "Save",
        "changes": shown.changes,
        "has_level": True,
    }


RESOURCES = (
    resource(
        "/activities/{id}/edit",
        GET=Operation(show_edit, scope=WRITE, parameters=knowing()),
        POST=Operation(edit, scope=WRITE, parameters=FREE),
    ),
    resource(
        "/activities/{id}/delete",
        GET=Operation(show_delete, scope=WRITE, parameters=knowing()),
        POST=Operation(delete, scope=WRITE, parameters=FREE),
    ),
)
