"""One request to a surface: who makes it, its parameters and body, and the timeline it is about."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from doings.auth.credentials import Authenticator
from doings.auth.log_keys import LogKeys
from doings.auth.principal import Principal
from doings.config import Settings
from doings.core.budget import BODY_RATE, LARGE_BODY, QUIET_SECONDS
from doings.core.clock import Clock
from doings.core.errors import TooLarge, UnsupportedType
from doings.core.import_jobs import ImportJobs
from doings.core.resuming.cursor import CursorSigner
from doings.core.store import Store
from doings.core.timeline import Timeline
from doings.core.values.encoding import utf8_content
from doings.core.webhooks import Deliveries
from doings.httpkit.bounds.presence import while_present
from doings.httpkit.bounds.waiting import WaitingRoom
from doings.httpkit.errors import TooSlow, Unreadable
from doings.httpkit.input import headers
from doings.httpkit.input.addresses import UNKNOWN, address_from_text, is_host
from doings.httpkit.input.body import coding_from_header, content_chunks
from doings.httpkit.input.forms import NO_LISTS, members_from_form, members_from_multipart
from doings.httpkit.input.json_body import decoded, members_from_json
from doings.httpkit.input.params import (
    Parameters,
    QueryString,
    bounded_integer_from_text,
    query_from_bytes,
)
from doings.httpkit.streams import Streams

T = TypeVar("T")

SCHEMES = frozenset({"http", "https"})

READING = frozenset({"GET", "HEAD"})
"""The methods that change nothing."""

COMPRESSION_OVERHEAD = 65_536
"""Bytes that a compressed body may be larger than its content, which is text and hardly ever is."""


class Services(msgspec.Struct, frozen=True):
    """What every request may use."""

    settings: Settings
    store: Store
    clock: Clock
    authenticator: Authenticator
    cursors: CursorSigner
    waiting: WaitingRoom
    deliveries: Deliveries
    streams: Streams
    log_keys: LogKeys
    imports: ImportJobs


class Request:
    """One request to a surface. `principal` and `timeline` are there once it is authenticated.

    It reads ASGI's scope itself: Starlette's Request, which can do more, takes longer.
    """

    principal: Principal
    timeline: Timeline

    def __init__(self, services: Services, scope: Scope, receive: Receive, body_limit: int) -> None:
        self.services = services
        self.scope = scope
        self._receive = receive
        self._body_limit = body_limit
        self._query: QueryString | None = None
        self.parameters = Parameters()
        """The query parameters that the operation knows, once it is found."""
        self._origin_url: str | None = None
        self.headers: dict[str, str] = {}
        """Headers for the answer, whatever it will be."""
        self.is_signed_in = False
        self.lapses_at: int | None = None
        """The instant from which on time alone makes the answer another one, if there is any."""

    def authenticated(self, principal: Principal) -> None:
        """Bind the request to the credential that makes it, and to that account's timeline."""
        self.principal = principal
        self.timeline = Timeline(self.services.store, principal.account, principal.key)
        self.scope["doings"]["key"] = principal.key
        self.is_signed_in = True
        if principal.expires_at is not None:
            self.lapse_at(principal.expires_at)

    def lapse_at(self, instant: int) -> None:
        """Say that the answer holds until then at most."""
        if self.lapses_at is None or instant < self.lapses_at:
            self.lapses_at = instant

    @property
    def account_id(self) -> int:
        """The number of the account that asks; 0 before the caller is known, and of nobody."""
        return self.principal.account.id if hasattr(self, "principal") else 0

    def keep_no_answer(self) -> None:
        """Have the answer made for each request: what it shows changes without a trace.

        That is what deliveries change, which no reader of activities may be disturbed by.
        """
        self.lapse_at(self.services.clock.now())

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        method: str = self.scope["method"]
        return method

    @property
    def path(self) -> str:
        """The whole path, with that of the mount; see `path_of_segments`."""
        path: str = self.scope["path"]
        return path

    @property
    def path_params(self) -> dict[str, str]:
        """The variable parts of the path."""
        params: dict[str, str] = self.scope["path_params"]
        return params

    @property
    def query(self) -> QueryString:
        """The query parameters that the operation knows, lists under their plain names.

        Before the caller is known these are all parameters that can be read.
        """
        if self._query is None:
            self._query = query_from_bytes(self.scope["query_string"], skip_unreadable=True)
        return self._query

    def keep_known(self, parameters: Parameters) -> None:
        """Keep the query parameters that the operation knows; raises Unreadable."""
        pairs = query_from_bytes(self.scope["query_string"], skip_unreadable=parameters.is_free)
        self._query = parameters.read(pairs, self.scope.get("path_params") or {})
        self.parameters = parameters

    def header(self, name: str) -> str | None:
        """The request's header of that name as a list: all its lines, with commas between."""
        return headers.joined(self.scope["headers"], name)

    def single_header(self, name: str) -> str | None:
        """The request's header of that name, which is no list; raises Unreadable."""
        return headers.single(self.scope["headers"], name)

    def credential(self, name: str) -> str | None:
        """The request's header of that name, which a caller signs in with."""
        return headers.credential(self.scope["headers"], name)

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`, upper or lower case."""
        word, _, token = (self.credential("authorization") or "").partition(" ")
        return token.strip() if word.lower() == "bearer" else None

    @property
    def address(self) -> str:
        """The caller's IP address: the peer's, or what the proxy in front says; else "unknown".

        That proxy added the last address; those before it are what the caller wrote.
        """
        if self.services.settings.behind_proxy:
            forwarded = headers.elements(self.header("x-forwarded-for"))
            if forwarded:
                return address_from_text(forwarded[-1])
        client: tuple[str, int] | None = self.scope.get("client")
        return address_from_text(client[0]) if client else UNKNOWN

    @property
    def origin_url(self) -> str:
        """`scheme://host` as the caller sees it, or as the installation says; raises Unreadable.

        A surface mounted by host name is where the caller found it, whatever that says.
        """
        if self._origin_url is None:
            self._origin_url = self._read_origin_url()
        return self._origin_url

    def _read_origin_url(self) -> str:
        settings = self.services.settings
        if settings.public_url and not self.scope.get("by_host"):
            return settings.public_url.rstrip("/")
        host = self.single_header("host") or "localhost"
        if not is_host(host):
            raise Unreadable("must be a host, with or without a port", "host")
        return f"{self._scheme}://{host}"

    @property
    def is_secure(self) -> bool:
        """Whether the caller came by HTTPS; also told of a request whose Host cannot be read."""
        public_url = self.services.settings.public_url
        if public_url and not self.scope.get("by_host"):
            return public_url.startswith("https:")
        return self._scheme == "https"

    @property
    def _scheme(self) -> str:
        """The scheme that the caller used: the first that the proxies in front name."""
        scheme: str = self.scope["scheme"]
        if self.services.settings.behind_proxy:
            forwarded = headers.elements(self.header("x-forwarded-proto"))
            if forwarded and forwarded[0].lower() in SCHEMES:
                return forwarded[0].lower()
        return scheme

    @property
    def base_url(self) -> str:
        """Where this surface is mounted, without a slash at the end."""
        root: str = self.scope.get("root_path", "")
        return self.origin_url + root

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes in, still compressed where it is.

        Raises ClientDisconnect, and TooSlow where nothing comes for QUIET_SECONDS, or so little
        that all of it is less than BODY_RATE for each second that it was waited for.
        """
        is_complete = False
        waited, received = 0.0, 0
        while not is_complete:
            left = QUIET_SECONDS + received / BODY_RATE - waited
            began = time.monotonic()
            try:
                async with asyncio.timeout(min(left, QUIET_SECONDS)):
                    message = await self._receive()
            except TimeoutError:
                raise TooSlow(QUIET_SECONDS) from None
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            # What is done with a piece before the next one is asked for is no time of the caller's.
            waited += time.monotonic() - began
            content: bytes = message.get("body", b"")
            received += len(content)
            yield content
            is_complete = not message.get("more_body", False)

    async def while_present(self, work: Awaitable[T]) -> T:
        """Await work that only reads, once the body is read; it ends when the caller leaves.

        What a GET does ends so by itself.
        """
        if self.method in READING:
            return await work
        return await while_present(work, self._receive)

    def content(self) -> AsyncIterator[bytes]:
        """The body as it comes in, inflated, without a byte order mark.

        Raises UnsupportedCoding at once, and on the way Malformed for what cannot be inflated,
        WrongEncoding for UTF-16 and UTF-32, ClientDisconnect and TooSlow.
        """
        return content_chunks(self.chunks(), self._coding)

    async def body(self) -> bytes:
        """The whole body, inflated; raises what `content` raises, and TooLarge.

        The limit holds for what is inflated.
        """
        coding = self._coding
        most_sent = self._body_limit + (COMPRESSION_OVERHEAD if coding else 0)
        declared = bounded_integer_from_text(self.header("content-length") or "")
        if declared is not None and declared > most_sent:
            raise TooLarge(self._body_limit)
        sent = self._chunks_up_to(most_sent)
        content = bytearray()
        async for chunk in content_chunks(sent, coding) if coding else sent:
            content += chunk
            if len(content) > self._body_limit:
                raise TooLarge(self._body_limit)
        return bytes(content) if coding else utf8_content(bytes(content))

    @property
    def _coding(self) -> str | None:
        return coding_from_header(self.header("content-encoding"))

    async def _chunks_up_to(self, most: int) -> AsyncIterator[bytes]:
        """The body as it comes in; raises TooLarge as soon as it is more than that."""
        sent = 0
        async for chunk in self.chunks():
            sent += len(chunk)
            if sent > most:
                raise TooLarge(self._body_limit)
            yield chunk

    @property
    def content_type(self) -> str:
        """The body's type without parameters, in lower case."""
        return self._content_type.partition(";")[0].strip().lower()

    @property
    def _content_type(self) -> str:
        return self.single_header("content-type") or ""

    async def json(self, kind: type[T]) -> T:
        """The body as JSON of a type; raises Malformed, Invalid, TooLarge and UnsupportedType."""
        if self.content_type not in JSON_TYPES and not self.content_type.endswith("+json"):
            raise UnsupportedType("application/json")
        return decoded(await self.body(), kind)

    async def members(self, lists: frozenset[str] = NO_LISTS) -> dict[str, Any]:
        """The members of a body that is a JSON object or a form, whatever it says it is.

        A form may repeat those of `lists`. Raises Malformed for broken JSON, Invalid for a form
        that gives another member several values, TooMuch for a list or a body that is too long, and
        TooLarge.
        """
        body = await self.body()
        if self.content_type == "application/x-www-form-urlencoded":
            return await off_loop(body, lambda: members_from_form(body, lists))
        if self.content_type == "multipart/form-data":
            return await members_from_multipart(body, self._content_type, lists)
        return await off_loop(body, lambda: members_from_json(body)) if body.strip() else {}


async def off_loop(body: bytes, read: Callable[[], T]) -> T:
    """What `read` makes of a body; a large one is read on a thread, so that others go on."""
    return read() if len(body) < LARGE_BODY else await asyncio.to_thread(read)


JSON_TYPES = frozenset({"", "application/json", "text/json"})
