"""`Idempotency-Key`: a write that is sent again is answered again and done once.

The key is seen and kept in the transaction of the write itself, so that of two requests at the
same time one waits and gets the other's answer. Only answers of success are kept: a request that
failed changed nothing and may be sent again.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable

import msgspec
from starlette.responses import Response

from doings.core.errors import Malformed
from doings.core.store import Writer
from doings.httpkit.request import Request
from doings.native.http.answer import Answer, recall_answer, remember_answer, response_of
from doings.native.http.position import POSITION, position_of

HEADER = "Idempotency-Key"

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def key_of(request: Request) -> str | None:
    """The key that the caller gave the request; raises Malformed."""
    key = request.single_header(HEADER.lower())
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed("1 to 255 printable ASCII characters", HEADER)
    return key


def digest_of(request: Request, body: bytes) -> bytes:
    """What makes a request the same: method, path, parameters and body."""
    query: bytes = request.scope["query_string"]
    head = f"{request.method} {request.path}".encode() + (b"?" + query if query else b"")
    return hashlib.blake2b(head + b"\n" + body, digest_size=16).digest()


def _as_it_is(answer: Answer) -> Answer:
    return answer


async def write_once(
    request: Request,
    body: bytes,
    work: Callable[[Writer], Awaitable[Answer]],
    *,
    kept: Callable[[Answer], Answer] = _as_it_is,
    also: tuple[int, ...] = (),
) -> Response:
    """Carry out a write, or repeat its answer; `kept` makes what is kept of an answer.

    `also` are other accounts that work writes in.
    """
    key = key_of(request)

    async def shown(writer: Writer) -> Answer:
        answer = await work(writer)
        position = position_of(request, await writer.last_seq())
        return msgspec.structs.replace(answer, headers={**answer.headers, POSITION: position})

    if key is None:
        return response_of(await request.timeline.write(shown, also=also))
    digest = digest_of(request, body)

    async def once(writer: Writer) -> Answer:
        first = await recall_answer(writer, key, digest)
        if first is not None:
            return first
        answer = await shown(writer)
        await remember_answer(writer, key, digest, kept(answer))
        return answer

    return response_of(await request.timeline.write(once, also=also))


async def answered_before(request: Request, body: bytes) -> Response | None:
    """The answer to the same request before it, for a write that takes several transactions.

    It ends with `write_once`, which keeps its answer. Raises Conflict.
    """
    key = key_of(request)
    if key is None:
        return None
    digest = digest_of(request, body)
    first = await request.timeline.write(lambda writer: recall_answer(writer, key, digest))
    return None if first is None else response_of(first)
