"""`doings webhook`."""

import asyncio
import socket
import threading
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from doings.app import open_store
from doings.cli import webhooks as command
from doings.cli.webhooks import Checks, line_of
from doings.config import Settings
from doings.core.clock import SystemClock
from doings.core.store import Writer
from doings.live.webhooks import signing
from doings.live.webhooks.settings import new_webhook
from doings.native.documents.webhooks import WebhookInput
from doings.native.webhooks import settings_from_input
from tests.cli.conftest import Cli

SECRET = signing.new_secret()
KEY = signing.new_key()


@pytest.fixture
def webhook_id(cli: Cli) -> str:
    """A webhook that is disabled, in an account co-up."""
    cli("account", "create", "co-up")

    async def make() -> str:
        store = await open_store(Settings())
        account = await store.account("co-up")
        settings = settings_from_input(WebhookInput(url="https://hooks.example.org/"))
        made = new_webhook(settings, clock=SystemClock(), is_enabled=False)

        async def add(writer: Writer) -> None:
            await writer.add_webhook(made)

        await store.write(account.id, add)
        await store.close()
        return made.id

    return asyncio.run(make())


def test_webhooks_are_listed_and_tried_again(cli: Cli, webhook_id: str) -> None:
    """One that was disabled is enabled."""
    before = cli("webhook", "list")
    retried = cli("webhook", "retry", webhook_id, "--account", "co-up")
    after = cli("webhook", "list", "--account", "co-up")
    unknown = cli("webhook", "retry", "wh_none", "--account", "co-up")

    assert "disabled" in before.out
    assert "https://hooks.example.org/" in before.out
    assert (retried.code, retried.out) == (0, "0 deliveries will be sent by the server\n")
    assert "active" in after.out
    assert unknown.code == 1
    assert "there is no webhook wh_none" in unknown.err


def headers_of(body: bytes) -> dict[str, str]:
    """The headers of a delivery that is good."""
    now = SystemClock().now()
    return dict(signing.signature_headers("msg_1", body, secrets=[SECRET], key=KEY, now=now))


@pytest.mark.parametrize(
    ("secret", "key", "verdict"),
    [
        (SECRET, None, "verified"),
        (None, signing.public_key(KEY), "verified"),
        (SECRET, signing.public_key(KEY), "verified"),
        (None, None, "unverified"),
        (signing.new_secret(), None, "REFUSED"),
        (None, signing.public_key(signing.new_key()), "REFUSED"),
    ],
    ids=["secret", "key", "both", "nothing", "wrong secret", "wrong key"],
)
def test_a_delivery_is_verified(secret: str | None, key: str | None, verdict: str) -> None:
    """By whatever there is to verify it with."""
    body = b'{"type":"note"}'

    assert Checks(secret, key).verdict(headers_of(body), body).startswith(verdict)


def test_what_is_no_key_is_refused(cli: Cli) -> None:
    """In one line."""
    outcome = cli("webhook", "listen", "--public-key", "whpk_x")

    assert outcome.code == 2
    assert "not a public key (whpk_…)" in outcome.err


def test_what_came_from_outside_steers_no_terminal() -> None:
    """What is not printable is spelled out."""
    line = line_of("m\x1b[1", "verified", b'{"type":"a"}\x1b\n')

    assert line == 'm\\x1b[1  verified  -  {"type":"a"}\\x1b '


def test_a_receiver_answers_what_it_thinks(capsys: pytest.CaptureFixture[str]) -> None:
    """204 for what is good, 400 for what is not, 411 for what has no length."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), command._handler(Checks(SECRET, None)))  # noqa: SLF001
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    body = b'{"type":"note"}'

    statuses = []
    for headers in (headers_of(body), {}, {"content-length": "x"}):
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.request("POST", "/", body, headers)
        statuses.append(connection.getresponse().status)
        connection.close()

    server.shutdown()
    thread.join()
    server.server_close()
    assert statuses == [204, 400, 411]
    assert "msg_1  verified  note" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "\n", "garbage", "whpk_AAAA", "whsec_", "whsec_%%%", "\0\xff"]
)
def test_what_is_no_secret_is_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    """In one line, before anything listens."""
    file = tmp_path / "secret.txt"
    file.write_bytes(text.encode("latin-1"))

    outcome = cli("webhook", "listen", "--port", "0", "--secret-file", str(file))

    assert outcome.code == 2
    assert "Listening" not in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_port_that_is_taken_is_named(cli: Cli) -> None:
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = cli("webhook", "listen", "--port", str(port))

    assert outcome.code == 2
    assert f"cannot listen on port {port}: another program does" in outcome.err


def test_a_long_delivery_is_printed_in_part() -> None:
    """With how many bytes it has."""
    line = line_of("msg_1", "verified", b'{"type":"a","text":"' + b"x" * 3_000_000 + b'"}')

    assert len(line) < 5_000
    assert line.endswith("xxx… (3,000,022 bytes)")


def test_a_receiver_says_what_it_takes() -> None:
    """In plain words, whatever it is asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), command._handler(Checks(None, None)))  # noqa: SLF001
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    answers = []
    for method in ("GET", "PUT", "HEAD", "BREW"):
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.request(method, "/")
        answer = connection.getresponse()
        answers.append((answer.status, answer.getheader("allow"), answer.read()))
        connection.close()

    server.shutdown()
    thread.join()
    server.server_close()
    sentence = b"Deliveries are sent by POST.\n"
    assert answers[:3] == [(405, "POST", sentence), (405, "POST", sentence), (405, "POST", b"")]
    assert (answers[3][0], b"<" in answers[3][2]) == (501, False)
