"""Whole timelines, streamed: as NDJSON without loss, as CSV for spreadsheets."""

import asyncio
import codecs
import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity
from doings.core.budget import INLINE_BYTES
from doings.core.clock import text_from_instant
from doings.core.documents.document import activity_document, link_documents
from doings.core.entity import EntityKey
from doings.core.query import Query
from doings.httpkit.bounds.answers import ChunkedResponse
from doings.httpkit.request import Request
from doings.native.http.position import POSITION

CSV = "text/csv"
NDJSON = "application/x-ndjson"

COLUMNS = (
    "id",
    "seq",
    "kind",
    "occurred_at",
    "time_zone",
    "summary",
    "body",
    "actor",
    "links",
    "data",
    "metadata",
    "level",
    "channels",
    "origin",
    "external_id",
    "recorded_at",
    "updated_at",
)

_FORMULA = frozenset("=+-@\t\r\n")
"""What makes a spreadsheet take a cell for a formula, in ASCII; the full-width forms do so too."""

BOM = codecs.BOM_UTF8
"""What tells a spreadsheet that a file is UTF-8."""

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="export")
"""Where long chunks are rendered: several threads would be no faster, and hold a chunk each."""

_encode_into = msgspec.json.Encoder().encode_into
_encode = msgspec.json.Encoder().encode


async def respond_stream(
    request: Request, query: Query, media_type: str, owner: EntityKey | None, *, has_mark: bool
) -> Response:
    """Answer with all that the query finds; raises NotFound before anything is sent.

    With `has_mark` a CSV file begins with a byte order mark.
    """
    head = _HEADS[media_type]
    if has_mark and media_type == CSV:
        head = BOM + head
    # Where it stood before the first chunk: what changes while chunks are read is told again.
    request.headers[POSITION] = str(request.principal.position)
    chunks = request.timeline.walk(query, with_attrs=False)
    render = _RENDERERS[media_type]
    first: list[Activity] = await anext(chunks, [])
    if owner is not None and not first:
        await request.timeline.read(lambda reader: reader.entity(owner))
    if request.method == "HEAD":
        return Response(media_type=media_type)
    begun = [head + await _text(first, render)]
    return ChunkedResponse(_rendered(begun, render, chunks), media_type=media_type)


async def _rendered(
    begun: list[bytes],
    render: Callable[[list[Activity]], bytes],
    rest: AsyncIterator[list[Activity]],
) -> AsyncIterator[bytes]:
    """The text of an export, of which `begun` is the beginning."""
    yield begun.pop()
    async for chunk in rest:
        yield await _text(chunk, render)


async def _text(chunk: list[Activity], render: Callable[[list[Activity]], bytes]) -> bytes:
    """A chunk's text. The chunk is emptied, as a slow caller shall hold no more than the text."""
    if _takes_long(chunk, render):
        text = await asyncio.get_running_loop().run_in_executor(_THREAD, render, chunk)
    else:
        text = render(chunk)
    chunk.clear()
    return text


def _takes_long(chunk: list[Activity], render: Callable[[list[Activity]], bytes]) -> bool:
    """Whether to render a chunk on a thread: CSV looks at each character, in Python."""
    if render is not csv_rows:
        return False
    return sum([len(one.data) + len(one.body or "") for one in chunk]) > INLINE_BYTES // 2


def ndjson(activities: list[Activity]) -> bytes:
    """A document a line."""
    lines = bytearray()
    for activity in activities:
        _encode_into(activity_document(activity), lines, -1)
        lines += b"\n"
    return bytes(lines)


def csv_rows(activities: list[Activity]) -> bytes:
    """RFC 4180 rows; text that a spreadsheet would run as a formula begins with an apostrophe."""
    rows = io.BytesIO()
    # Encoded as it is written: a StringIO takes four bytes for each character.
    text = io.TextIOWrapper(rows, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerows([[_cell(value) for value in _row(activity)] for activity in activities])
    text.flush()
    return rows.getvalue()


def _row(activity: Activity) -> tuple[object, ...]:
    actor, links = link_documents(activity.links)
    return (
        activity.id,
        activity.seq,
        activity.kind,
        text_from_instant(activity.occurred_at),
        activity.time_zone,
        activity.summary,
        activity.body,
        f"{actor.type}:{actor.id}" if actor else None,
        _encode(links).decode(),
        activity.data,
        activity.metadata,
        activity.level,
        " ".join(activity.channels),
        activity.origin,
        activity.external_id,
        text_from_instant(activity.recorded_at),
        text_from_instant(activity.updated_at),
    )


def _cell(value: object) -> object:
    if isinstance(value, str) and unicodedata.normalize("NFKC", value[:1])[:1] in _FORMULA:
        return "'" + value
    return value


_RENDERERS: dict[str, Callable[[list[Activity]], bytes]] = {CSV: csv_rows, NDJSON: ndjson}
_HEADS = {CSV: (",".join(COLUMNS) + "\r\n").encode(), NDJSON: b""}
