"""Recording, showing, changing and deleting activities."""

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity, Draft
from doings.core.documents.document import activity_document
from doings.core.interactions import recording
from doings.core.interactions.lifecycle import check_revision
from doings.core.interactions.replacing import Upsert, record_or_replace_one
from doings.core.store import Writer
from doings.core.values.markup import HTML_KINDS, links_only
from doings.httpkit.request import Request, off_loop
from doings.native.documents.activities import ActivityInput, ActivityPatch, NameInput
from doings.native.handlers.timeline import respond_timeline
from doings.native.http.answer import Answer, response_of
from doings.native.http.conditions import Conditions, conditions_of
from doings.native.http.idempotency import key_of, write_once
from doings.native.http.position import POSITION, position_of, read_shown
from doings.native.http.request_body import body_of_type, patch_of_type
from doings.native.http.responses import NO_CONTENT, respond_document, written
from doings.native.mapping import (
    change_page,
    draft_from_input,
    draft_from_patch,
    named_draft_from_document,
)
from doings.native.params import activity_id, after, limit, query_from_params


async def list_activities(request: Request) -> Response:
    """The account's timeline."""
    return await respond_timeline(
        request, query_from_params(request.query, request.principal.account.time_zone)
    )


async def record_activity(request: Request) -> Response:
    """Record one: 201, or 200 with the first one of the same (origin, external_id)."""
    body = await request.body()
    now = request.services.clock.now()
    draft = await off_loop(
        body,
        lambda: draft_from_input(body_of_type(request, body, ActivityInput), now=now),
    )
    base = f"{request.base_url}/activities/"

    def answer(activity: Activity, *, is_new: bool) -> Answer:
        status = 201 if is_new else 200
        return written(activity_document(activity), status=status, Location=base + activity.id)

    if key_of(request) is None:
        activity, is_new = await request.timeline.record(draft)
        # One that was there before is shown as it was at this sign-in, or later.
        seq = max(activity.seq, request.principal.position.seq)
        request.headers[POSITION] = position_of(request, seq)
        return response_of(answer(activity, is_new=is_new))

    async def record(writer: Writer) -> Answer:
        activity, is_new = await recording.record_one(writer, draft)
        return answer(activity, is_new=is_new)

    return await write_once(request, body, record, also=await request.timeline.receivers([draft]))


async def put_activity(request: Request) -> Response:
    """Record (201) or replace (200) the activity of an origin and external id.

    Where the body gives no time, that of a recorded one stays.
    """
    name = (request.path_params["origin"], request.path_params["external_id"])
    body = await request.body()
    now = request.services.clock.now()

    def read() -> Upsert:
        document = body_of_type(request, body, ActivityInput)
        named = body_of_type(request, body, NameInput)
        draft = named_draft_from_document(document, named, name, now=now)
        return Upsert(draft, is_dated=document.occurred_at is not None)

    upsert = await off_loop(body, read)
    conditions = conditions_of(request)
    base = f"{request.base_url}/activities/"

    async def put(writer: Writer) -> Answer:
        if conditions.are_set:
            _check_state(conditions, await writer.activity_by_external_id(*name))
        activity, is_new = await record_or_replace_one(writer, upsert)
        status = 201 if is_new else 200
        return written(activity_document(activity), status=status, Location=base + activity.id)

    return await write_once(
        request, body, put, also=await request.timeline.receivers([upsert.draft])
    )


async def show_activity(request: Request) -> Response:
    """One activity."""
    ref = activity_id(request)
    activity = await read_shown(request, lambda reader: reader.activity(ref, with_attrs=False))
    return respond_document(request, activity_document(activity))


async def patch_activity(request: Request) -> Response:
    """Change one by a merge patch, unless it is not what the caller saw."""
    ref = activity_id(request)
    body = await request.body()
    patch = await off_loop(body, lambda: patch_of_type(request, body, ActivityPatch))
    html_patch = await off_loop(body, lambda: _with_clean_body(patch))
    conditions = conditions_of(request)

    def patched(activity: Activity) -> Draft:
        _check_state(conditions, activity)
        is_html = (patch.kind or activity.kind) in HTML_KINDS
        draft = draft_from_patch(activity, html_patch if is_html else patch)
        check_revision(activity, draft)
        return draft

    async def revise(writer: Writer) -> Answer:
        return written(activity_document(await writer.revise(ref, patched)))

    return await write_once(request, body, revise)


async def delete_activity(request: Request) -> Response:
    """Delete one, unless it is not what the caller saw."""
    ref = activity_id(request)
    conditions = conditions_of(request)

    async def erase(writer: Writer) -> Answer:
        await writer.erase(ref, lambda activity: _check_state(conditions, activity))
        return NO_CONTENT

    return await write_once(request, b"", erase)


async def show_history(request: Request) -> Response:
    """The changes of one activity after a seq, oldest first, also of a deleted one."""
    ref = activity_id(request)
    first, most = after(request.query), limit(request.query)
    changes = await read_shown(request, lambda reader: reader.history(ref, first, most))
    return respond_document(request, change_page(changes, first))


def _with_clean_body(patch: ActivityPatch) -> ActivityPatch:
    """The patch for an activity whose body is HTML: cleaned before the writer waits for it."""
    if not patch.body:
        return patch
    return msgspec.structs.replace(patch, body=links_only(patch.body))


def _check_state(conditions: Conditions, activity: Activity | None) -> None:
    if conditions.are_set:
        conditions.check(activity_document(activity) if activity else None)
