"""`doings demo --embed`: a page of another product, on an origin of its own, that shows a timeline.

It is the smallest server that can do that: one page, for this machine only, until Ctrl-C.
"""

from base64 import b64encode
from contextlib import suppress
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

import typer

from doings.auth.viewers import issue_viewer_token
from doings.cli.demo import people
from doings.cli.terminal import remark
from doings.config import MAX_PORT, Settings, base_url, http_url
from doings.core.clock import DAY, SystemClock
from doings.core.store import Store
from doings.core.store.credentials import View

HOST = "127.0.0.1"

PERSON = people.MEMBERS[0]
ENTITY = ("contact", PERSON.id)


def page_server(port: int) -> ThreadingHTTPServer:
    """A server on the port next to that of Doings, or on a free one where that is taken."""
    with suppress(OSError):
        next_one = min(port + 1, MAX_PORT) if port else 0
        return ThreadingHTTPServer((HOST, next_one), BaseHTTPRequestHandler)
    return ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler)


def origin_of(server: ThreadingHTTPServer) -> str:
    """Where its page is found."""
    return http_url(HOST, server.server_address[1])


async def token_for_page(store: Store, key: str, origin: str) -> str:
    """A viewer token of the demo's credential, good for a day on that page only."""
    account = await store.account(people.SLUG)
    return issue_viewer_token(
        store.secret,
        View(entity=ENTITY, origins=(origin,)),
        key=key,
        account_id=account.id,
        expires_at=SystemClock().now() + DAY,
    )


def serve_page(server: ThreadingHTTPServer, settings: Settings, token: str) -> None:
    """Serve the page until Ctrl-C."""
    body, policy = page(base_url(settings), token)
    server.RequestHandlerClass = handler_of(body, policy)
    remark("While `doings serve` runs, a page of another origin shows one timeline, live:\n")
    typer.echo(origin_of(server))
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()


def page(doings: str, token: str) -> tuple[bytes, str]:
    """The page, and a policy as strict as a careful product has it."""
    entity = ":".join(ENTITY)
    source = (files("doings.cli.demo") / "templates" / "embed.html").read_text()
    frame = f"{doings}/embed?{urlencode({'entity': entity, 'token': token, 'limit': 5})}"
    values = {"doings": doings, "entity": entity, "token": token, "frame": frame}
    text = Template(source).substitute(
        {name: escape(value) for name, value in values.items()}, name=escape(PERSON.name)
    )
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src {doings}; connect-src {doings}; frame-src {doings};"
        f" style-src 'sha256-{digest}'"
    )
    return text.encode(), policy


def handler_of(body: bytes, policy: str) -> type[BaseHTTPRequestHandler]:
    """What answers with the page."""

    class Handler(BaseHTTPRequestHandler):
        """Answers with the page."""

        def do_GET(self) -> None:
            """The page, at its one address."""
            is_known = self.path == "/"
            self.send_response(200 if is_known else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body if is_known else b"")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            """Say nothing: the terminal shows the address."""

    return Handler
