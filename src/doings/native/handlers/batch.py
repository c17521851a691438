"""Recording many: a JSON array in one transaction, or NDJSON as it streams in."""

import msgspec
from starlette.responses import Response

from doings.core.activity import Draft
from doings.core.errors import Invalid, UnsupportedType
from doings.core.interactions import recording
from doings.core.store import Writer
from doings.httpkit.request import Request, decoded
from doings.native.formats.export import NDJSON
from doings.native.handlers.ingest import Ingest, Tally
from doings.native.http.answer import Answer, response_of
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import JSON
from doings.native.http.responses import written

ARRAY_BYTES = 16 * 1_048_576
ARRAY_ITEMS = 10_000

NDJSON_TYPES = frozenset({NDJSON, "application/ndjson", "application/jsonl"})


async def record_batch(request: Request) -> Response:
    """Record all that can be recorded and say what could not."""
    if request.content_type in NDJSON_TYPES:
        return response_of(written(await Ingest(request).run()))
    if request.content_type in {"", JSON}:
        return await _record_array(request)
    raise UnsupportedType(JSON, NDJSON)


async def _record_array(request: Request) -> Response:
    body = await request.body()
    items = decoded(body, list[msgspec.Raw])
    if len(items) > ARRAY_ITEMS:
        raise Invalid.of("body", f"at most {ARRAY_ITEMS} items; send more as {NDJSON}")
    tally = Tally()
    drafts: list[Draft] = []
    now = request.services.clock.now()
    for number, item in enumerate(items, 1):
        draft = tally.draft_from_line(number, bytes(item), now)
        if draft is not None:
            drafts.append(draft)

    async def record(writer: Writer) -> Answer:
        tally.count(await recording.record(writer, drafts))
        return written(tally.result())

    return await write_once(request, body, record, also=await request.timeline.receivers(drafts))
