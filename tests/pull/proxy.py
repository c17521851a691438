"""A proxy between a pull and its service, that counts what is asked and breaks what it is told to.

with proxy(server.url, broken) as between:
    pull("monica", url=between.url)

`broken` takes a request and the answer that the service gave, and returns what is sent instead.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import httpx


class Asked(NamedTuple):
    """A request: its path with the query, which one it is from 0 on, and when it came."""

    path: str
    number: int
    at: float


class Given(NamedTuple):
    """An answer. `cut` bytes of the body are sent before the connection ends; None for all.

    `stream` sends the body instead, as chunks that it is to pass to what it is called with.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    cut: int | None = None
    stream: Callable[[Callable[[bytes], None]], None] | None = None


Break = Callable[[Asked, Given], Given]
"""Makes the answer that is sent of the one that the service gave."""


def whole(_asked: Asked, given: Given) -> Given:
    """Breaks nothing."""
    return given


class Between(NamedTuple):
    """A running proxy, and what was asked so far."""

    url: str
    asked: list[Asked]

    def lists(self, of: str = "") -> list[str]:
        """The addresses of lists that were asked for, in order."""
        return [one.path for one in self.asked if of in one.path]


def send(handler: BaseHTTPRequestHandler, given: Given) -> None:
    """Send an answer; the connection ends where it is cut, or where the client has gone."""

    def chunk(part: bytes) -> None:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    handler.close_connection |= given.cut is not None
    try:
        handler.send_response(given.status)
        for name, text in given.headers.items():
            handler.send_header(name, text)
        if given.stream is not None:
            handler.send_header("Transfer-Encoding", "chunked")
        elif "Content-Length" not in given.headers:
            handler.send_header("Content-Length", str(len(given.body)))
        handler.end_headers()
        if given.stream is None:
            handler.wfile.write(given.body[: given.cut])
        else:
            given.stream(chunk)
            handler.wfile.write(b"0\r\n\r\n")
    except OSError:
        handler.close_connection = True


@contextmanager
def proxy(target: str, broken: Break = whole) -> Iterator[Between]:
    """A proxy in a thread of its own for as long as this lasts."""
    asked: list[Asked] = []
    client = httpx.Client(base_url=target, timeout=30)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.forward()

        def do_POST(self) -> None:
            self.forward()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def forward(self) -> None:
            # Where a client takes this for its proxy, it sends the whole address.
            path = self.path.removeprefix("http://").partition("/")[2]
            path = f"/{path}" if self.path.startswith("http://") else self.path
            one = Asked(path, len(asked), time.monotonic())
            asked.append(one)
            sent = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
            answer = client.request(self.command, one.path, headers=sent)
            headers = {k: v for k, v in answer.headers.items() if k.lower() not in HOP}
            send(self, broken(one, Given(answer.status_code, headers, answer.content)))

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that went."""

    running = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Between(f"http://127.0.0.1:{running.server_address[1]}", asked)
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
        client.close()


HOP = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "content-encoding", "date",
     "server", "accept-encoding"}
)  # fmt: skip
"""Headers that are each connection's own."""


def status(code: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> Break:
    """Answers with a status."""
    return lambda _asked, _given: Given(code, headers or {}, body)


class Switch:
    """Breaks as long as it is not repaired."""

    is_broken = True

    def __init__(self, broken: Break) -> None:
        self._broken = broken
        Switch.is_broken = True

    def __call__(self, asked: Asked, given: Given) -> Given:
        """The answer, broken or not."""
        return self._broken(asked, given) if Switch.is_broken else given
