"""`doings webhook`: what is delivered where, sending again what failed, and a receiver to try."""

import errno
import sys
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from doings.cli.options import AccountOption, DatabaseOption, with_store
from doings.cli.terminal import say, show_table, shown
from doings.core.account import Account
from doings.core.clock import SystemClock
from doings.core.errors import Invalid, Misconfigured
from doings.core.store import Reader, Store, Writer
from doings.core.store.webhooks import DeliveryStatus, Webhook
from doings.core.values.json_values import as_text

webhooks = typer.Typer(
    help="List webhooks, send again what failed, and receive deliveries to try them.",
    no_args_is_help=True,
)

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest delivery that `listen` takes."""

LONGEST_LINE = 4_000
"""Bytes of a delivery that are printed."""

MAX_PORT = 65_535


class Listed(NamedTuple):
    """A webhook of an account, with how many deliveries there are of each status."""

    account: Account
    webhook: Webhook
    counts: dict[DeliveryStatus, int]


@webhooks.command("list", epilog="$ doings webhook list --account co-up")
def list_(
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="SLUG", help="One account's only.", show_default=False),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """All webhooks, with what waits for each and what has failed."""
    listed = with_store(database, lambda store: _listed(store, account))
    rows = [
        (
            one.webhook.id,
            one.account.slug,
            one.webhook.settings.url,
            one.webhook.settings.format,
            _status(one.webhook),
            str(one.counts["pending"]),
            str(one.counts["failed"]),
        )
        for one in listed
    ]
    show_table(("ID", "ACCOUNT", "URL", "FORMAT", "STATUS", "PENDING", "FAILED"), rows)


def _status(webhook: Webhook) -> str:
    """As the API has it, and why it is so."""
    return f"{webhook.status} ({webhook.reason})" if webhook.reason else webhook.status


async def _listed(store: Store, slug: str | None) -> list[Listed]:
    accounts = await store.accounts() if slug is None else [await store.account(slug)]
    listed = []
    for account in accounts:

        async def read(
            reader: Reader,
        ) -> list[tuple[Webhook, dict[DeliveryStatus, int]]]:
            found = await reader.webhooks()
            return [(one, await reader.delivery_counts(one.id)) for one in found]

        found = await store.read(account.id, read, bounded=False)
        listed += [Listed(account, webhook, counts) for webhook, counts in found]
    return listed


@webhooks.command("retry", epilog="$ doings webhook retry wh_01a226… --account co-up")
def retry(
    webhook: Annotated[str, typer.Argument(metavar="ID", help="The webhook.", show_default=False)],
    account: AccountOption,
    database: DatabaseOption = None,
) -> None:
    """Send what failed again, and what waits at once; a webhook that was disabled is enabled."""
    count = with_store(database, lambda store: _retry(store, account, webhook))
    say(f"{count:,} deliveries will be sent by the server")


async def _retry(store: Store, slug: str, webhook_id: str) -> int:
    now = SystemClock().now()

    async def write(writer: Writer) -> int:
        webhook = await writer.webhook(webhook_id)
        counts = await writer.delivery_counts(webhook_id)
        await writer.queue_failed(webhook_id, now)
        active = msgspec.structs.replace(webhook, status="active", reason=None, updated_at=now)
        await writer.change_webhook(active)
        return counts["failed"] + counts["pending"]

    return await store.write((await store.account(slug)).id, write)


@webhooks.command(
    "listen",
    epilog="$ doings webhook listen --secret-file secret.txt\n\n"
    "The server delivers to this machine where DOINGS_WEBHOOK_ALLOW=127.0.0.1 says so.",
)
def listen(
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=MAX_PORT, help="The port on this machine; 0 is a free one."
        ),
    ] = 9000,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            "--secret-file",
            metavar="FILE",
            help="A file with the webhook's secret (whsec_…); - reads it from stdin.",
            show_default=False,
        ),
    ] = None,
    public_key: Annotated[
        str | None,
        typer.Option(
            "--public-key",
            metavar="KEY",
            help="The webhook's public key (whpk_…).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Receive deliveries, verify them and print each on a line."""
    checks = Checks(_secret(secret_file), public_key)
    server = _server(port, checks)
    typer.echo(f"Listening on http://127.0.0.1:{server.server_port}/; Ctrl-C ends it", err=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _server(port: int, checks: "Checks") -> ThreadingHTTPServer:
    """A server that listens; raises Misconfigured where that cannot be done."""
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), _handler(checks))
    except OSError as error:
        reason = {
            errno.EADDRINUSE: "another program does",
            errno.EACCES: "ports below 1024 are for root",
        }.get(error.errno or 0, error.strerror or str(error))
        msg = f"cannot listen on port {port}: {reason}; choose another with --port"
        raise Misconfigured(msg) from None


def _secret(file: Path | None) -> str | None:
    """The secret in a file; raises Misconfigured where there is none."""
    if file is None:
        return None
    # What is no text is no secret either, which is found out later.
    text = sys.stdin.readline() if str(file) == "-" else file.read_text("utf-8", errors="replace")
    if not text.strip():
        raise Misconfigured(f"--secret-file {file}: there is nothing in it")
    return text.strip()


_NO_KEY = "that is not {} ({}…), as the webhook's own answers have it"


def _decoded(text: str, prefix: str, what: str) -> bytes:
    """The bytes of a key; raises Misconfigured for any other text."""
    try:
        raw = b64decode(text.removeprefix(prefix), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(prefix) or not raw:
        raise Misconfigured(_NO_KEY.format(what, prefix))
    return raw


class Checks:
    """What a delivery is verified with; raises Misconfigured for what is no key."""

    def __init__(self, secret: str | None, public_key: str | None) -> None:
        # The libraries take their time to load, which other commands need not wait for.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )
        from standardwebhooks import Webhook as Verifier  # noqa: PLC0415

        self._verifier = self._key = None
        if secret is not None:
            self._verifier = Verifier(_decoded(secret, "whsec_", "a secret"))
        if public_key is not None:
            raw = _decoded(public_key, "whpk_", "a public key")
            try:
                self._key = Ed25519PublicKey.from_public_bytes(raw)
            except ValueError:
                raise Misconfigured(_NO_KEY.format("a public key", "whpk_")) from None

    def verdict(self, headers: dict[str, str], body: bytes) -> str:
        """`verified`, `unverified` where there is nothing to verify with, or what is wrong."""
        try:
            if self._verifier is not None:
                self._verifier.verify(body, headers)
            if self._key is not None:
                self._verify_key(headers, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, the delivery is not good
            return f"REFUSED ({str(error) or type(error).__name__})"
        return "verified" if self._verifier or self._key else "unverified"

    def _verify_key(self, headers: dict[str, str], body: bytes) -> None:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        signatures = headers["webhook-signature"].split()
        found = [one.removeprefix("v1a,") for one in signatures if one.startswith("v1a,")]
        if not found or self._key is None:
            raise Invalid.of("webhook-signature", "has no v1a")
        self._key.verify(b64decode(found[0]), signed)


def _handler(checks: Checks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Prints what is posted."""

        protocol_version = "HTTP/1.1"
        error_content_type = "text/plain; charset=utf-8"
        error_message_format = "%(message)s\n"

        def do_POST(self) -> None:
            """Print a delivery; answer 204 where it is good, else 400."""
            length = self.headers.get("content-length", "")
            if not (length.isascii() and length.isdecimal()):
                self.send_error(411, "Length Required")
                return
            if int(length[:12]) > LARGEST:
                self.send_error(413, f"At most {LARGEST:,} bytes")
                return
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            verdict = checks.verdict(headers, body)
            typer.echo(line_of(headers.get("webhook-id", "-"), verdict, body))
            sys.stdout.flush()
            self.send_response(400 if verdict.startswith("REFUSED") else 204)
            self.send_header("content-length", "0")
            self.end_headers()

        def _refuse(self) -> None:
            """Answer what is no delivery."""
            text = b"Deliveries are sent by POST.\n"
            self.send_response(405)
            self.send_header("allow", "POST")
            self.send_header("content-type", self.error_content_type)
            self.send_header("content-length", str(len(text)))
            self.send_header("connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing besides."""

    return Handler


def line_of(message: str, verdict: str, body: bytes) -> str:
    """What is printed of a delivery: its id, whether it is good, its event, and the body."""
    try:
        document = msgspec.json.decode(body)
    except ValueError:
        document = None
    event = as_text(document.get("type")) if isinstance(document, dict) else None
    text = body[:LONGEST_LINE].decode(errors="backslashreplace")
    rest = f"… ({len(body):,} bytes)" if len(body) > LONGEST_LINE else ""
    return f"{shown(message)}  {verdict}  {shown(event or '-')}  {shown(text)}{rest}"
