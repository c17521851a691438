"""Where deliveries may go, and sending one there.

A name is resolved here, and the connection is made to an address that was checked: a name that
means another address a moment later leads nowhere else. Redirects are not followed.
"""

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
import httpcore
import msgspec

from doings.core.budget import (
    WEBHOOK_ANSWER_BYTES,
    WEBHOOK_IDLE_SECONDS,
    WEBHOOK_RESOLVERS,
    WEBHOOK_SECONDS,
)
from doings.core.errors import Invalid
from doings.core.store.webhooks import Attempt

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, for a port; raises OSError."""

URL_LENGTH = 2048
RESPONSE_LENGTH = 1024
"""Bytes of an answer that are kept."""

NOT_ALLOWED = "address not allowed"

ALLOWING = (
    "it is not a public one, and the server's setting DOINGS_WEBHOOK_ALLOW names the networks that"
    " deliveries may go to all the same"
)
"""What helps somebody whose receiver stands in a network of their own."""

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}")
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")


def checked_url(url: str, allowed: Sequence[Network]) -> str:
    """The URL itself; raises Invalid for one that nothing may be sent to."""
    try:
        parts = urlsplit(url)
        is_http = parts.scheme in {"http", "https"} and bool(parts.hostname)
        port = parts.port
    except ValueError:
        raise Invalid.of("url", "must be an http or https address, its port 1 to 65535") from None
    if len(url) > URL_LENGTH:
        raise Invalid.of("url", f"at most {URL_LENGTH} characters")
    if not is_http or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid.of("url", "must be an http or https address of printable ASCII characters")
    if port == 0:
        raise Invalid.of("url", "has the port 0, and nothing can be sent there")
    if "@" in parts.netloc:
        raise Invalid.of("url", "may hold no user and no password")
    host = parts.hostname or ""
    literal = _literal(host)
    if literal is None and not _HOST.fullmatch(host):
        raise Invalid.of("url", "must name a host")
    if literal is not None and not is_allowed(literal, allowed):
        raise Invalid.of("url", f"{NOT_ALLOWED}; {ALLOWING}")
    return url


def _literal(host: str) -> Address | None:
    """The address that a host is, in any spelling a resolver takes for one; None for a name."""
    text = host.rstrip(".")
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        # 127.1, 0x7f000001 and 017700000001 are addresses, too.
        return IPv4Address(socket.inet_aton(text)) if text[-1:].isalnum() else None
    except OSError:
        return None


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether a connection may be made: to an address of the public net, or one that is allowed."""
    if any(address in network for network in allowed):
        return True
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return inner is not address and is_allowed(inner, allowed)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> Address | None:
    """The IPv4 address that this one leads to, or itself where that is never allowed; else None."""
    if address.ipv4_mapped is not None or address in _COMPATIBLE or address.teredo is not None:
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def networks_from_texts(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks like 10.0.0.0/8 or ::1; raises ValueError."""
    return tuple([ip_network(text, strict=False) for text in texts])


class Resolver:
    """The machine's resolver, on threads of its own: a name server that hangs stops nobody else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(WEBHOOK_RESOLVERS, thread_name_prefix="resolver")
        self._running: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a name; one name takes one thread, however many ask."""
        key = (host, port)
        running = self._running.get(key)
        if running is None:
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._threads, addresses_of, host, port)
            self._running[key] = running
            running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)

    def close(self) -> None:
        """Let go of the threads, without waiting for those that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def addresses_of(host: str, port: int) -> list[str]:
    """What the machine's resolver says; raises OSError for a name that it does not know."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys([str(entry[4][0]) for entry in found]))


class NotAllowed(Exception):
    """A host none of whose addresses may be connected to."""


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to an address that was checked, whatever the name means later."""

    def __init__(self, resolve: Resolve, allowed: Sequence[Network]) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore calls it like this
        local_address: str | None = None,  # noqa: ARG002 - as above
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as above
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first allowed address that answers; raises NotAllowed."""
        literal = _literal(host)
        texts = [str(literal)] if literal else await self._resolve(host, port)
        addresses = [text for text in texts if is_allowed(ip_address(text), self._allowed)]
        if not addresses:
            raise NotAllowed
        for address in addresses[:-1]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(addresses[-1], port, timeout)


class Post(msgspec.Struct, frozen=True):
    """One request: headers besides those of HTTP itself, and the body."""

    headers: list[tuple[str, str]]
    body: bytes


class Answer(msgspec.Struct, frozen=True):
    """What came of a request; `retry_after` is that header of the answer."""

    attempt: Attempt
    retry_after: str | None = None


class Sender:
    """Sends to receivers; `resolve` and `allowed` say where a connection may be made to."""

    def __init__(
        self, allowed: Sequence[Network], *, version: str, resolve: Resolve | None = None
    ) -> None:
        self.allowed = allowed
        self._agent = f"Doings/{version}".encode()
        self._own = Resolver() if resolve is None else None
        self._backend = _Backend(resolve or self._own or Resolver(), allowed)
        self._tls: ssl.SSLContext | None = None

    def channel(self, url: str) -> "Channel":
        """Connections to a receiver."""
        parts = urlsplit(url)
        if parts.scheme == "https" and self._tls is None:
            # What SSL_CERT_FILE names or the machine trusts, and what certifi ships.
            self._tls = ssl.create_default_context()
            self._tls.load_verify_locations(certifi.where())
        return Channel(parts, self._backend, self._tls, self._agent)

    def close(self) -> None:
        """Let go of the resolver."""
        if self._own is not None:
            self._own.close()


class Channel:
    """The connections to one receiver, kept for the next request while they stay quiet."""

    def __init__(
        self,
        parts: SplitResult,
        backend: httpcore.AsyncNetworkBackend,
        tls: ssl.SSLContext | None,
        agent: bytes,
    ) -> None:
        self._agent = agent
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._origin = httpcore.Origin(parts.scheme.encode(), host.encode(), port)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._url = httpcore.URL(
            scheme=self._origin.scheme,
            host=self._origin.host,
            port=port,
            target=path.encode(),
        )
        self._host = parts.netloc.rpartition("@")[2].encode()
        self._backend = backend
        self._tls = tls
        self._idle: list[httpcore.AsyncHTTPConnection] = []

    async def post(self, post: Post, *, clock_now: int) -> Answer:
        """Send one request and read its answer, in `WEBHOOK_SECONDS` in total; never raises."""
        began = time.monotonic()
        status: int | None = None
        error, response, retry_after = None, None, None
        try:
            async with asyncio.timeout(WEBHOOK_SECONDS):
                status, response, retry_after = await self._exchange(post)
        except Exception as raised:  # noqa: BLE001 - whatever it is, the attempt has failed
            error = _reason(raised)
        ms = int((time.monotonic() - began) * 1000)
        return Answer(Attempt(clock_now, ms, status, error, response), retry_after)

    async def _exchange(self, post: Post) -> tuple[int, str, str | None]:
        connection = self._connection()
        request = httpcore.Request(
            "POST", self._url, headers=self._headers(post), content=post.body
        )
        is_whole = False
        try:
            response = await connection.handle_async_request(request)
            text, is_whole = await _beginning(response)
        finally:
            if is_whole and connection.is_idle():
                self._idle.append(connection)
            else:
                await _close(connection)
        return response.status, text, _header(response, b"retry-after")

    def _connection(self) -> httpcore.AsyncHTTPConnection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_idle() and not connection.has_expired():
                return connection
            self._closing(connection)
        return httpcore.AsyncHTTPConnection(
            self._origin,
            ssl_context=self._tls,
            keepalive_expiry=WEBHOOK_IDLE_SECONDS,
            network_backend=self._backend,
        )

    def _closing(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Close in the background: the next request need not wait for it."""
        task = asyncio.get_running_loop().create_task(_close(connection))
        _CLOSING.add(task)
        task.add_done_callback(_CLOSING.discard)

    def _headers(self, post: Post) -> list[tuple[bytes, bytes]]:
        own = [(name.encode(), value.encode()) for name, value in post.headers]
        return [
            (b"host", self._host),
            (b"content-length", str(len(post.body)).encode()),
            (b"user-agent", self._agent),
            *own,
        ]

    async def close(self) -> None:
        """Close what is kept."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await _close(connection)


_CLOSING: set[asyncio.Task[None]] = set()


async def _close(connection: httpcore.AsyncHTTPConnection) -> None:
    try:
        async with asyncio.timeout(1):
            await connection.aclose()
    except Exception:  # noqa: BLE001, S110 - it is given up either way
        pass


async def _beginning(response: httpcore.Response) -> tuple[str, bool]:
    """The first bytes of the answer as text, and whether it was read to its end."""
    kept = b""
    read = 0
    stream = response.aiter_stream()
    async for chunk in stream:
        if len(kept) < RESPONSE_LENGTH:
            kept += chunk[: RESPONSE_LENGTH - len(kept)]
        read += len(chunk)
        if read > WEBHOOK_ANSWER_BYTES:
            return kept.decode(errors="replace"), False
    await response.aclose()
    return kept.decode(errors="replace"), True


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next(
        (value.decode("latin-1") for key, value in response.headers if key.lower() == name), None
    )


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (NotAllowed, NOT_ALLOWED),
    (TimeoutError, "timeout"),
    (httpcore.TimeoutException, "timeout"),
    (socket.gaierror, "the host name cannot be resolved"),
    (ssl.SSLError, "TLS failed: {}"),
    (httpcore.ConnectError, "cannot connect: {}"),
    (httpcore.RemoteProtocolError, "no HTTP answer: {}"),
    (httpcore.ReadError, "the connection was closed"),
    (httpcore.WriteError, "the connection was closed"),
)


def _reason(error: Exception) -> str:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason.format(error)[:RESPONSE_LENGTH]
    return f"failed: {type(error).__name__}"
