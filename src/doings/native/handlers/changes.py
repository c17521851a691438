"""The feed of changes, for whoever keeps a copy or waits for news."""

from starlette.responses import Response

from doings.httpkit.params import integer
from doings.httpkit.request import Call
from doings.native.documents import ChangePage
from doings.native.http.responses import answer_document
from doings.native.mapping import change_document
from doings.native.params import LONGEST_WAIT, limit

_LARGEST_SEQ = 2**40


async def list_changes(call: Call) -> Response:
    """What changed after a seq, oldest first; waits for news where there is none yet."""
    after = integer(call.query, "after", 0, least=0, most=_LARGEST_SEQ)
    wait = integer(call.query, "wait", 0, least=0, most=LONGEST_WAIT)
    changes = await call.timeline.changes(after, limit(call.query), wait)
    items = [change_document(change) for change in changes]
    return answer_document(call, ChangePage(items, last=items[-1].seq if items else after))
