"""Recording many: a JSON array in one transaction, or NDJSON as it streams in."""

import msgspec
from starlette.responses import Response

from doings.core.errors import Invalid, Malformed, UnsupportedType
from doings.core.store import Writer
from doings.httpkit.request import Request, decoded
from doings.native.formats.export import NDJSON
from doings.native.handlers.batch_lines import (
    BatchOptions,
    Chunk,
    Tally,
    check_whole,
    ndjson_lines,
    options_of,
)
from doings.native.handlers.ingest import Ingest
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import JSON
from doings.native.http.responses import written

ARRAY_BYTES = 16 * 1_048_576
ARRAY_ITEMS = 10_000

LIMITS = (
    f"A JSON array has at most {ARRAY_ITEMS:,} items and {ARRAY_BYTES:,} bytes.",
    "NDJSON has no end; a line of it has at most as many bytes as a body (`DOINGS_BODY_LIMIT`).",
)
"""What the description of the API says of them."""

NDJSON_TYPES = frozenset({NDJSON, "application/ndjson", "application/jsonl"})


async def record_batch(request: Request) -> Response:
    """Record all that can be recorded and say what could not."""
    options = options_of(request)
    if request.content_type in NDJSON_TYPES:
        if options.is_atomic:
            raise Malformed("only a JSON array is recorded whole or not at all", "atomic")
        return await Ingest(request, options).run()
    if request.content_type in {"", JSON}:
        return await _record_array(request, options)
    raise UnsupportedType(JSON, NDJSON)


async def _record_array(request: Request, options: BatchOptions) -> Response:
    body = await request.body()
    items = decoded(body, list[msgspec.Raw])
    if len(items) > ARRAY_ITEMS:
        raise Invalid.of("body", f"at most {ARRAY_ITEMS} items; send more as {NDJSON}")
    chunk = Chunk(options)
    now = request.services.clock.now()
    for number, item in enumerate(items, 1):
        chunk.read(number, bytes(item), now)
    if options.is_atomic:
        check_whole(chunk.refused)

    async def record(writer: Writer) -> Answer:
        counts = await chunk.record(writer)
        if options.is_atomic:
            check_whole([line for line in counts.lines if line.status == "refused"])
        tally = Tally(options)
        lines = tally.add(chunk, counts)
        if not options.has_lines:
            return written(tally.result())
        return Answer(200, {"Content-Type": NDJSON}, ndjson_lines([*lines, tally.result()]))

    also = await request.timeline.receivers(chunk.drafts)
    return await write_once(request, body, record, also=also)
