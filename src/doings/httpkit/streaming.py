"""Lists without pages: a short one is answered whole, a long one is sent as it is read.

Each chunk is a short read of its own, taken when the one before it was sent. So memory stays flat
however long the list is, and a caller who reads slowly keeps no transaction open.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import msgspec
from starlette.responses import Response

from doings.core.query import LARGEST_PAGE, Query
from doings.core.store.rendering import Rendering
from doings.core.timeline import Timeline
from doings.httpkit.bounds.answers import ChunkedResponse
from doings.httpkit.request import Request

T = TypeVar("T")


class Frame(msgspec.Struct, frozen=True):
    """What stands around the elements of a list, and between them."""

    media_type: str
    head: bytes
    separator: bytes
    tail: bytes


JSON_ARRAY = Frame("application/json", b"[", b",", b"]")

_encode = msgspec.json.Encoder().encode


async def document_chunks(
    timeline: Timeline, query: Query, rendering: Rendering
) -> AsyncIterator[list[msgspec.Raw]]:
    """All that the query finds; the first page is read at once, as most lists are no longer."""
    first = msgspec.structs.replace(query, limit=LARGEST_PAGE)
    page = await timeline.rendered_page(first, rendering)
    if page.items:
        yield page.items
    if page.after is not None:
        rest = msgspec.structs.replace(query, gap=page.after, skip=0)
        async for chunk in timeline.walk_rendered(rest, rendering):
            yield chunk


async def going_on(first: list[T], rest: AsyncIterator[list[T]]) -> AsyncIterator[list[T]]:
    """The first chunk of a list, which was read already, and the rest."""
    if first:
        yield first
    del first  # a slow caller shall hold one chunk of this list, not two
    async for chunk in rest:
        yield chunk


def json_elements(documents: Sequence[object]) -> bytes:
    """The elements of a JSON array, without its brackets."""
    return _encode(documents)[1:-1]


async def respond_list(
    request: Request,
    chunks: AsyncIterator[list[T]],
    render: Callable[[list[T]], bytes],
    frame: Frame,
) -> Response:
    """Answer with a list; what fails before its second chunk is read is answered as an error.

    Chunks are emptied once they are rendered.
    """
    first = await anext(chunks, None)
    if not first:
        return Response(frame.head + frame.tail, media_type=frame.media_type)
    body = frame.head + _rendered(first, render)
    second = await anext(chunks, None)
    if second is None:
        return Response(body + frame.tail, media_type=frame.media_type)
    if request.method == "HEAD":
        return Response(media_type=frame.media_type)
    return ChunkedResponse(
        _framed([body, frame.separator + _rendered(second, render)], chunks, render, frame),
        media_type=frame.media_type,
    )


async def _framed(
    begun: list[bytes],
    rest: AsyncIterator[list[T]],
    render: Callable[[list[T]], bytes],
    frame: Frame,
) -> AsyncIterator[bytes]:
    """A list of which the beginning is rendered; what was sent is let go of."""
    begun.reverse()
    while begun:
        yield begun.pop()
    async for chunk in rest:
        yield frame.separator + _rendered(chunk, render)
    yield frame.tail


def _rendered(chunk: list[T], render: Callable[[list[T]], bytes]) -> bytes:
    """A chunk's text. The chunk is emptied, as a slow caller shall hold no more than the text."""
    text = render(chunk)
    chunk.clear()
    return text
