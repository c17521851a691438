"""The steps of an interaction, sent by the forms on its page."""

from starlette.responses import Response

from doings.auth.principal import READ, WRITE
from doings.core.errors import Conflict, Invalid
from doings.core.interactions.lifecycle import RULES, StepName
from doings.core.interactions.recording import other_accounts, take_step
from doings.core.store import Writer
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, Resource, resource
from doings.web.activity.interactions import LISTS, attendance_from_form
from doings.web.forms import members_of, sentence_of
from doings.web.page import redirect
from doings.web.pages.activity import activity_id, respond_activity
from doings.web.timeline.articles import activity_url


def taking(step: StepName) -> Handler:
    """The handler of a step; raises NotFound."""

    async def take(request: Request) -> Response:
        request.principal.require(READ)
        ref = activity_id(request)
        fields = await members_of(request, LISTS)
        activity = await request.timeline.read(lambda reader: reader.activity(ref))
        also = await other_accounts(request.services.store, request.principal.account, activity)
        now = request.services.clock.now()
        message, granted = str(fields.get("message", "")), fields.get("grant", [])

        async def work(writer: Writer) -> None:
            attendance = attendance_from_form(step, activity, message, granted)
            await take_step(writer, ref, step, attendance, now=now)

        try:
            await request.timeline.write(work, also=also)
        except Conflict as error:
            problem = f"That step cannot be taken any more: {error}."
            return await respond_activity(request, problem=problem, typed=message, status=409)
        except Invalid as error:
            problem = sentence_of(error)
            return await respond_activity(request, problem=problem, typed=message, status=422)
        return redirect(activity_url(ref))

    return take


def _resource(step: StepName) -> Resource:
    operation = Operation(taking(step), scope=WRITE, parameters=Parameters(is_free=True))
    return resource(f"/activities/{{id}}/{step}", POST=operation)


RESOURCES = tuple([_resource(step) for step in RULES])
