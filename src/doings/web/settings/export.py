"""Export: the whole account as NDJSON, as `doings export` writes it."""

from collections.abc import AsyncIterator

from starlette.responses import Response

from doings.auth.principal import READ
from doings.core.documents.exporting import activity_lines, entity_lines, merge_lines
from doings.core.query import Query
from doings.core.timeline import Timeline
from doings.httpkit.bounds.answers import ChunkedResponse
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.settings.frame import EXPORT, FREE, respond_section

NDJSON = "application/x-ndjson"

ALL = Parameters(is_closed=True)
"""A file cannot say what it leaves out: a caller that asks for less than all is refused."""


async def show_export(request: Request) -> Response:
    """What there is to export."""
    total = await request.timeline.read(lambda reader: reader.total(None, None))
    return await respond_section(request, EXPORT, "export.html", {"total": total})


async def download(request: Request) -> Response:
    """All of it as a file, read as it is sent."""
    slug = request.principal.account.slug
    headers = {"Content-Disposition": f'attachment; filename="{slug}.ndjson"'}
    if request.method == "HEAD":
        return Response(media_type=NDJSON, headers=headers)
    response = ChunkedResponse(_chunks(request.timeline), media_type=NDJSON)
    response.headers.update(headers)
    return response


async def _chunks(timeline: Timeline) -> AsyncIterator[bytes]:
    async for lines in entity_lines(timeline):
        yield lines.text
    async for lines in activity_lines(timeline, Query(is_descending=False)):
        yield lines.text
    async for lines in merge_lines(timeline):
        if lines.number:
            yield lines.text


RESOURCES = (
    resource(EXPORT.url, GET=Operation(show_export, scope=READ, parameters=FREE)),
    resource(f"{EXPORT.url}/ndjson", GET=Operation(download, scope=READ, parameters=ALL)),
)
