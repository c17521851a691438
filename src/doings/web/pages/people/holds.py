"""Keeping a person or a thing from being erased, and letting that go again."""

from starlette.responses import Response

from doings.auth.principal import ADMIN, READ
from doings.core.erasing.erasure import checked_reason
from doings.core.errors import Invalid
from doings.core.store import Writer
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import fields_of, sentence_of
from doings.web.page import redirect
from doings.web.pages.entity import Typed, entity_key, respond_entity
from doings.web.timeline.articles import entity_url


async def hold(request: Request) -> Response:
    """Put on hold for a reason, which has to be given; raises NotFound."""
    key = entity_key(request)
    request.principal.require(READ)
    reason = (await fields_of(request)).get("reason", "").strip()

    async def work(writer: Writer) -> None:
        await writer.hold_entity(key, checked_reason(reason))

    try:
        await request.timeline.write(work)
    except Invalid as error:
        typed = Typed(reason=reason, problems={"hold": sentence_of(error)})
        return await respond_entity(request, key, typed, status=422)
    return redirect(entity_url(key))


async def release(request: Request) -> Response:
    """End the holds on a person, under any of their ids; raises NotFound."""
    key = entity_key(request)
    request.principal.require(READ)
    await fields_of(request)

    async def work(writer: Writer) -> None:
        await writer.release_entity(key)

    await request.timeline.write(work)
    return redirect(entity_url(key))


FREE = Parameters(is_free=True)

RESOURCES = (
    resource("/entities/{key}/hold", POST=Operation(hold, scope=ADMIN, parameters=FREE)),
    resource("/entities/{key}/release", POST=Operation(release, scope=ADMIN, parameters=FREE)),
)
