"""The feed of changes, for callers that keep a copy or wait for news."""

from starlette.responses import Response

from doings.httpkit.input.params import integer
from doings.httpkit.request import Request
from doings.native.http.responses import respond_document
from doings.native.mapping import change_page
from doings.native.params import LONGEST_WAIT, after, limit


async def list_changes(request: Request) -> Response:
    """What changed after a seq, oldest first; waits for news where there is none yet."""
    first = after(request.query)
    wait = integer(request.query, "wait", 0, least=0, most=LONGEST_WAIT)
    if not wait:
        return await _respond_changes(request, first, wait)
    # It is the waiting that is asked for; an answer kept would come at once.
    request.lapse_at(request.services.clock.now())
    with request.services.waiting.place(request.principal.account.id):
        return await _respond_changes(request, first, wait)


async def _respond_changes(request: Request, first: int, wait: int) -> Response:
    changes = await request.timeline.changes(first, limit(request.query), wait)
    return respond_document(request, change_page(changes, first))
