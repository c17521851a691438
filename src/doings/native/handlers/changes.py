"""The feed of changes, for callers that keep a copy or wait for news."""

from starlette.responses import Response

from doings.httpkit.params import integer
from doings.httpkit.request import Request
from doings.native.documents import ChangePage
from doings.native.http.responses import respond_document
from doings.native.mapping import change_document
from doings.native.params import LONGEST_WAIT, limit

_LARGEST_SEQ = 2**40


async def list_changes(request: Request) -> Response:
    """What changed after a seq, oldest first; waits for news where there is none yet."""
    after = integer(request.query, "after", 0, least=0, most=_LARGEST_SEQ)
    wait = integer(request.query, "wait", 0, least=0, most=LONGEST_WAIT)
    changes = await request.timeline.changes(after, limit(request.query), wait)
    items = [change_document(change) for change in changes]
    return respond_document(request, ChangePage(items, last=items[-1].seq if items else after))
