"""The feed as a stream of events, from a position on and for as long as the caller stays."""

from starlette.responses import Response

from doings.core.resuming.position import Position, position_from_text
from doings.httpkit.input.accept import negotiated
from doings.httpkit.request import Request
from doings.httpkit.viewing import narrowed
from doings.live.sse import HEADERS, MEDIA_TYPE
from doings.native.params import position, stream_query

NOWHERE = Position("", 0)
"""In the place of a `Last-Event-ID` that is no position: no history has this epoch."""


async def stream_changes(request: Request) -> Response:
    """Every event from the position on; raises NotAcceptable, Malformed, Forbidden and Busy."""
    negotiated(request.header("accept"), (MEDIA_TYPE,))
    query = narrowed(stream_query(request.query), request.principal.view)
    start = _start(request)
    # A stream is never the answer to another request.
    request.lapse_at(request.services.clock.now())
    if request.method == "HEAD":
        head = Response(headers=HEADERS)
        # A stream has no length, so its head may not say that it is empty.
        del head.headers["content-length"]
        return head
    return request.services.streams.respond(request.principal, query, start)


def _start(request: Request) -> Position:
    """Where a browser that connects again was, else what the caller asks for, else the end."""
    after = position(request.query)
    last_event_id = request.header("last-event-id")
    if last_event_id:
        return position_from_text(last_event_id) or NOWHERE
    return after or request.principal.position
