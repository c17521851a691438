"""Keeping a person or a thing from being erased, and letting that go again."""

from contextlib import suppress

from starlette.responses import Response

from doings.auth.principal import ADMIN, READ
from doings.core.erasing.erasure import checked_reason
from doings.core.errors import Conflict, Invalid
from doings.core.store import Writer
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.forms import end_of_day, fields_of, problems_at
from doings.web.page import redirect
from doings.web.pages.entity import Typed, entity_key, respond_entity
from doings.web.timeline.articles import entity_url


async def hold(request: Request) -> Response:
    """Put on hold for a reason, which has to be given, to the end of a day; raises NotFound."""
    key = entity_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    reason, last = fields.get("reason", "").strip(), fields.get("until", "").strip()

    async def work(writer: Writer) -> None:
        await writer.hold_entity(key, checked_reason(reason), until)

    try:
        until = end_of_day(last, zone_of(request), request.services.clock.now(), field="until")
        await request.timeline.write(work)
    except Invalid as error:
        problems = problems_at(error, {"until": "until", "reason": "hold"})
        typed = Typed(reason=reason, until=last, problems=problems)
        return await respond_entity(request, key, typed, status=422)
    return redirect(entity_url(key))


async def release(request: Request) -> Response:
    """End the hold on an id itself; raises NotFound. The page then shows what else keeps it."""
    key = entity_key(request)
    request.principal.require(READ)
    await fields_of(request)

    async def work(writer: Writer) -> None:
        await writer.release_entity(key)

    with suppress(Conflict):  # somebody has ended it already, and others are left
        await request.timeline.write(work)
    return redirect(entity_url(key))


FREE = Parameters(is_free=True)

RESOURCES = (
    resource("/entities/{key}/hold", POST=Operation(hold, scope=ADMIN, parameters=FREE)),
    resource("/entities/{key}/release", POST=Operation(release, scope=ADMIN, parameters=FREE)),
)
