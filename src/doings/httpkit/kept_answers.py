"""Whole answers that were given lately, to be given again while nothing they show has changed.

Most requests for a page ask what was asked just before. An answer to a GET is kept under everything
that it was made of: path, query and the headers that anybody here reads, the credential among them.
Whether it still holds is asked in the order of what the question costs:

1. Has anybody committed anything? SQLite counts that, for all processes that use the file.
2. If so, has anything changed for this credential? One statement: see `Standing`.

What time alone changes is kept until that time. What neither question covers, like the full text,
which is made again in the background, is not kept.

Many often ask for the same at once, and an answer that is made on another thread or by another
server takes a while. So it is made once, and the others wait for it a moment.
"""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from hashlib import blake2b
from sys import getsizeof

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Scope, Send

from doings.auth.credentials import Authenticator
from doings.core.errors import Unavailable
from doings.core.store import Store
from doings.core.store.credentials import Standing
from doings.httpkit.bounds.head import is_refused
from doings.httpkit.etags import Headers, is_unchanged, without_body
from doings.httpkit.input import headers
from doings.httpkit.observing.metrics import KEPT_BYTES, KEPT_HITS, KEPT_MISSES
from doings.httpkit.request import Request

ENTRY_OVERHEAD = 1_100
"""What keeping an answer takes in addition to its texts, in bytes: all that holds them together."""

HEADER_OVERHEAD = 64
"""What each header takes in addition to its name and its value."""

LONGEST_ADDRESS = 2_048
"""Answers to longer addresses, path and query together, are not kept.

An answer may repeat its address several times, and hardly anybody asks twice for so long a one.
"""

LARGEST_SHARE = 16
"""An answer of more than this part of all the bytes is not kept: it would drive out too many."""

WAIT_SECONDS = 0.05
"""How long a request waits for the answer that another one is having made."""

_LONG_POLL = b"wait="
"""How a query says that the answer may wait for changes."""

_HAS_BODY = frozenset({b"content-length", b"transfer-encoding"})


class KeptAnswer(msgspec.Struct):
    """An answer with status 200, and as of when it holds."""

    headers: Headers
    body: bytes
    etag: str | None
    about: dict[str, str]
    key: str
    account_id: int
    standing: Standing
    version: int | None
    lapses_at: int | None
    size: int = 0
    """How many bytes it takes at most."""

    def __post_init__(self) -> None:
        """Add up all that it holds.

        The texts of its standing count for each answer, as each may have a copy of its own.
        """
        held = [len(self.headers) * HEADER_OVERHEAD, *map(getsizeof, self.standing)]
        held += [getsizeof(name) + getsizeof(value) for name, value in self.headers]
        self.size = ENTRY_OVERHEAD + getsizeof(self.body) + getsizeof(self.etag) + sum(held)

    async def send(self, scope: Scope, send: Send) -> None:
        """Answer a request with it, or that the caller has it already."""
        status, sent, body = 200, self.headers, self.body
        if self.etag is not None:
            if_none_match = headers.joined(scope["headers"], "if-none-match")
            if if_none_match and is_unchanged(if_none_match, self.etag):
                status, sent, body = 304, without_body(sent), b""
        # A copy, as the request's id is put behind them.
        await send({"type": "http.response.start", "status": status, "headers": list(sent)})
        await send({"type": "http.response.body", "body": body})


class Making:
    """An answer that is being made, and those who wait for the same."""

    def __init__(self, answers: "KeptAnswers", key: bytes, version: int | None) -> None:
        self._answers = answers
        self._key = key
        self._version = version
        """That of the store when the request came."""
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        """Return when it is made, when there will be none, or when it takes long."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(ended)
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                await ended

    def keep(self, request: Request, response: Response) -> None:
        """Keep the answer, which has status 200, if it can be kept."""
        self._answers.keep(self._key, self._version, request, response)
        self.end()

    def end(self) -> None:
        """Let those go on who wait: whatever becomes of the answer, they need wait no longer."""
        self._answers.forget(self._key, self)
        for ended in self._waiting:
            if not ended.done():
                ended.set_result(None)
        self._waiting.clear()


class KeptAnswers:
    """The answers that a process keeps, at most `max_bytes` of them; 0 keeps none."""

    def __init__(self, store: Store, authenticator: Authenticator, max_bytes: int) -> None:
        self._store = store
        self._authenticator = authenticator
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[bytes, KeptAnswer] = OrderedDict()
        self._being_made: dict[bytes, Making] = {}

    async def find(self, scope: Scope) -> KeptAnswer | None:
        """The answer to a request, if it is kept and still holds.

        Where there is none, the request has `making`, which keeps the one that will be made. It
        must be ended with the request.
        """
        if scope["method"] != "GET" or not self._max_bytes:
            return None
        key = _key_of(scope)
        if key is None:
            return None
        answer, version = await self._look_up(key, scope)
        if answer is None and (making := self._being_made.get(key)) is not None:
            await making.wait()
            # What it shows may be over by now, so this is asked as if the request came just now.
            answer, version = await self._look_up(key, scope)
        if answer is None:
            KEPT_MISSES.inc()
            making = scope["making"] = Making(self, key, version)
            # One that waits for changes takes long on purpose.
            if _LONG_POLL not in scope["query_string"]:
                self._being_made.setdefault(key, making)
            return None
        KEPT_HITS.inc()
        if key in self._answers:
            self._answers.move_to_end(key)
        self._authenticator.note_use(answer.key)
        return answer

    async def _look_up(self, key: bytes, scope: Scope) -> tuple[KeptAnswer | None, int | None]:
        """What is kept and holds, if anything is; the version of the store before it was looked at.

        What is committed from then on makes an answer one to ask about.
        """
        version = self._store.version()
        answer = self._answers.get(key)
        if answer is None or is_refused(scope) or not await self._holds(answer, version):
            return None, version
        return answer, version

    def forget(self, key: bytes, making: Making) -> None:
        """Let nobody wait for it any more."""
        if self._being_made.get(key) is making:
            del self._being_made[key]

    async def _holds(self, answer: KeptAnswer, version: int | None) -> bool:
        if answer.lapses_at is not None and answer.lapses_at <= self._authenticator.clock.now():
            return False
        if version is not None and version == answer.version:
            return True
        try:
            standing = await self._store.standing(answer.key, answer.account_id)
        except Unavailable:
            # The request itself will be told, in its surface's own shape.
            return False
        if standing != answer.standing:
            return False
        answer.version = version
        return True

    def keep(self, key: bytes, version: int | None, request: Request, response: Response) -> None:
        """Keep an answer with status 200, made after `version` was read, if it can be kept."""
        if not request.is_signed_in or isinstance(response, StreamingResponse):
            return
        principal, lapses_at = request.principal, request.lapses_at
        if principal.standing is None or request.timeline.is_searched:
            return
        if lapses_at is not None and lapses_at <= self._authenticator.clock.now():
            return
        about = request.scope["doings"]
        answer = KeptAnswer(
            headers=list(response.raw_headers),
            body=bytes(response.body),
            etag=response.headers.get("etag"),
            about={name: about[name] for name in ("surface", "route", "key")},
            key=principal.key,
            account_id=principal.account.id,
            standing=principal.standing,
            version=version,
            lapses_at=lapses_at,
        )
        if answer.size * LARGEST_SHARE <= self._max_bytes:
            self._put(key, answer)

    def _put(self, key: bytes, answer: KeptAnswer) -> None:
        former = self._answers.pop(key, None)
        self._bytes += answer.size - (former.size if former else 0)
        self._answers[key] = answer
        while self._bytes > self._max_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= oldest.size
        KEPT_BYTES.set(self._bytes)


def _key_of(scope: Scope) -> bytes | None:
    """What the answer is made of, as a digest: secrets are part of it, and are kept nowhere.

    None for a request with a body, and for one with a long address.
    """
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(path) + len(scope["query_string"]) > LONGEST_ADDRESS:
        return None
    parts = [scope["scheme"].encode(), path, scope["query_string"]]
    for name, value in scope["headers"]:
        if name in headers.ANSWERED:
            parts += (name, value)
        elif name in _HAS_BODY:
            return None
    # No header and no address can hold a line end.
    return blake2b(b"\n".join(parts), digest_size=16).digest()
