"""The feed of changes, for callers that keep a copy or wait for news."""

from starlette.responses import Response

from doings.core.errors import HistoryReplaced, Unauthenticated
from doings.httpkit.input.params import integer, one_of
from doings.httpkit.request import Request
from doings.native.http.position import POSITION, position_of
from doings.native.http.responses import respond_document
from doings.native.mapping import change_page, feed_page
from doings.native.params import LONGEST_WAIT, limit, position


async def list_changes(request: Request) -> Response:
    """What changed after a position, oldest first; waits for news where there is none yet.

    Raises HistoryReplaced for a position of another epoch, and for one beyond the end, which was
    never given out in this history.
    """
    here = request.principal.position
    after = position(request.query)
    if after is not None and after.epoch not in {None, here.epoch}:
        raise HistoryReplaced(str(here))
    first = 0 if after is None else after.seq
    if first > here.seq:
        await _check_end(request, first)
    wait = integer(request.query, "wait", 0, least=0, most=LONGEST_WAIT)
    if not wait:
        return await _respond_changes(request, first, wait)
    # It is the waiting that is asked for; an answer kept would come at once.
    request.lapse_at(request.services.clock.now())
    with request.services.waiting.place(request.principal.account.id):
        return await _respond_changes(request, first, wait)


async def _check_end(request: Request, first: int) -> None:
    """The end may have moved since the sign-in; raises HistoryReplaced."""
    last_seq = await request.timeline.read(lambda reader: reader.last_seq())
    if first > last_seq:
        raise HistoryReplaced(position_of(request, last_seq))


async def _respond_changes(request: Request, first: int, wait: int) -> Response:
    async def check() -> None:
        """Raise Unauthenticated once the credential is revoked or has expired."""
        await request.services.authenticator.by_key(request.principal.key)
        # A viewer's token may end before the credential that it was made with.
        ends_at = request.principal.expires_at
        if ends_at is not None and ends_at <= request.services.clock.now():
            raise Unauthenticated("the credential has expired")

    most = limit(request.query)
    if one_of(request.query, "entities", ("true", "false")) == "true":
        chunk, last_seq = await request.timeline.feed(first, most, wait, check)
        request.headers[POSITION] = position_of(request, last_seq)
        return respond_document(request, feed_page(chunk.items, first))
    changes, last_seq = await request.timeline.changes(first, most, wait, check)
    request.headers[POSITION] = position_of(request, last_seq)
    return respond_document(request, change_page(changes, first))
