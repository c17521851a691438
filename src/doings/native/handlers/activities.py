"""Recording, showing, changing and deleting activities."""

from starlette.responses import Response

from doings.core.activity import Activity, Draft
from doings.core.document import activity_document
from doings.core.interactions import recording
from doings.core.interactions.lifecycle import check_revision
from doings.core.store import Answer, Ledger
from doings.httpkit.request import Call
from doings.native.documents import ActivityInput, ActivityPatch, ChangePage
from doings.native.handlers.timeline import answer_timeline
from doings.native.http.etags import check_match
from doings.native.http.idempotency import key_of, response_of, write_once
from doings.native.http.request_body import body_of_type, patch_of_type
from doings.native.http.responses import NO_CONTENT, answer_document, encode, written
from doings.native.mapping import change_document, draft_from_document, draft_from_patch
from doings.native.params import activity_id, query_from_params


async def list_activities(call: Call) -> Response:
    """The account's timeline."""
    return await answer_timeline(call, query_from_params(call.query))


async def record_activity(call: Call) -> Response:
    """Record one: 201, or 200 with the first one of the same (origin, external_id)."""
    body = await call.body()
    document = body_of_type(call, body, ActivityInput)
    draft = draft_from_document(document, now=call.services.clock.now())
    base = f"{call.base_url}/activities/"

    def answer(activity: Activity, *, is_new: bool) -> Answer:
        status = 201 if is_new else 200
        return written(activity_document(activity), status=status, Location=base + activity.id)

    if key_of(call) is None:
        activity, is_new = await call.timeline.record(draft)
        return response_of(answer(activity, is_new=is_new))

    async def record(ledger: Ledger) -> Answer:
        activity, is_new = await recording.record_one(ledger, draft)
        return answer(activity, is_new=is_new)

    return await write_once(call, body, record, also=await call.timeline.receivers([draft]))


async def show_activity(call: Call) -> Response:
    """One activity."""
    ref = activity_id(call)
    activity = await call.timeline.read(lambda reader: reader.activity(ref))
    return answer_document(call, activity_document(activity))


async def patch_activity(call: Call) -> Response:
    """Change one by a merge patch, unless it is not what the caller saw."""
    ref = activity_id(call)
    body = await call.body()
    patch = patch_of_type(call, body, ActivityPatch)
    seen = call.header("if-match")

    def patched(activity: Activity) -> Draft:
        _check_seen(seen, activity)
        draft = draft_from_patch(activity, patch)
        check_revision(activity, draft)
        return draft

    async def revise(ledger: Ledger) -> Answer:
        return written(activity_document(await ledger.revise(ref, patched)))

    return await write_once(call, body, revise)


async def delete_activity(call: Call) -> Response:
    """Delete one, unless it is not what the caller saw."""
    ref = activity_id(call)
    seen = call.header("if-match")

    async def erase(ledger: Ledger) -> Answer:
        await ledger.erase(ref, lambda activity: _check_seen(seen, activity))
        return NO_CONTENT

    return await write_once(call, b"", erase)


async def show_history(call: Call) -> Response:
    """The changes of one activity, also of a deleted one."""
    ref = activity_id(call)
    changes = await call.timeline.read(lambda reader: reader.history(ref))
    items = [change_document(change) for change in changes]
    return answer_document(call, ChangePage(items, last=items[-1].seq))


def _check_seen(seen: str | None, activity: Activity) -> None:
    if seen is not None:
        check_match(seen, encode(activity_document(activity)))
