"""Recording many: a JSON array, in one transaction if that can be, or NDJSON as it streams in."""

import msgspec
from starlette.responses import Response

from doings.core.budget import WRITE_WORK
from doings.core.errors import Malformed, Problem, TooMuch, UnsupportedType
from doings.core.store import Writer
from doings.httpkit.input.json_body import decoded
from doings.httpkit.request import Request, off_loop
from doings.native.formats.export import NDJSON
from doings.native.handlers.batching.batch_lines import (
    BatchOptions,
    Chunk,
    Tally,
    check_whole,
    ndjson_lines,
    options_of,
)
from doings.native.handlers.batching.ingest import Ingest, lines_of_array, lines_of_stream
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import JSON
from doings.native.http.responses import written

ARRAY_BYTES = 16 * 1_048_576
ARRAY_ITEMS = 10_000
ARRAY_COMMAS = 1_000_000

_TOO_MUCH = (
    "more than one transaction records, which is some 4,000 activities with two links and little"
    f" text; send fewer, or without atomic, or as {NDJSON}"
)

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
        return await Ingest(request, options, lines_of_stream(request), form=b"").run()
    if request.content_type in {"", JSON}:
        return await _record_array(request, options)
    raise UnsupportedType(JSON, NDJSON)


async def _record_array(request: Request, options: BatchOptions) -> Response:
    body = await request.body()
    items = await off_loop(body, lambda: _items(body))
    chunk = Chunk(options)
    now = request.services.clock.now()
    if not await off_loop(body, lambda: _read(chunk, items, now)):
        if options.is_atomic:
            raise TooMuch("transaction", Problem("atomic", _TOO_MUCH))
        return await Ingest(request, options, lines_of_array(items), form=body).run()
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


def _items(body: bytes) -> list[msgspec.Raw]:
    """The items of an array; raises Malformed, Invalid and TooMuch."""
    # Before they are told apart: sixteen million bytes can be eight million numbers.
    if body.count(b",") > ARRAY_COMMAS:
        raise TooMuch("list", Problem("body", f"at most {ARRAY_COMMAS:,} members and values"))
    items = decoded(body, list[msgspec.Raw])
    if len(items) > ARRAY_ITEMS:
        raise TooMuch(
            "list", Problem("body", f"at most {ARRAY_ITEMS} items; send more as {NDJSON}")
        )
    return items


def _read(chunk: Chunk, items: list[msgspec.Raw], now: int) -> bool:
    """Read items into a chunk; returns whether one transaction can record them all."""
    for number, item in enumerate(items, 1):
        chunk.read(number, bytes(item), now)
        if chunk.work > WRITE_WORK:
            return False
    return True
