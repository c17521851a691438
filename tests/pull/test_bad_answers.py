"""Each of the five services when it is not well: a sentence, its exit code, and going on."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doings.cli.transfer.pull_credentials import credentials_for
from doings.importing.pull import client
from doings.importing.pull.services import SERVICES
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.proxy import Asked, Break, Given, Switch, proxy, status
from tests.pull.test_faults import half, half_a_document
from tests.pull.test_following import encounter, request

COUNT = 12


def of_a_person(number: int) -> dict[str, object]:
    """What Invent and Agendize show of contact 8, and Cobot of a membership."""
    return {
        "kind": "note.created",
        "body": f"Note {number}",
        "occurred_at": f"2026-01-{number + 1:02}T10:00:00Z",
        "links": ["contact:8", "membership:m1"],
    }


def never_ending(send: Callable[[bytes], None]) -> None:
    """One sign after the other."""
    for _ in range(100):
        send(b" ")
        time.sleep(0.05)


def endless(send: Callable[[bytes], None]) -> None:
    """A body that is larger than anybody should hold."""
    for _ in range(64):
        send(b" " * 65536)


def waits(text: str) -> Break:
    """Asks to wait."""
    return status(429, headers={"Retry-After": text})


def with_header(name: str, text: str) -> Break:
    """Sends another header."""
    return lambda _asked, given: given._replace(headers={**given.headers, name: text})


def streams(send: Callable[[Callable[[bytes], None]], None]) -> Break:
    """Sends a body that is made on the way."""
    return lambda _asked, _given: Given(200, {}, b"", stream=send)


class Fault(NamedTuple):
    """A service, what is wrong, the exit code, and words of the sentence."""

    dialect: str
    broken: Break
    code: int
    words: str


LATER = "Thu, 31 Dec 2099 23:59:59 GMT"

FAULTS = {
    "html for cobot": Fault("cobot", status(200, b"<p>"), 3, "a page of HTML"),
    "html 404 for invent": Fault("invent", status(404, b"<p>"), 3, "with 404"),
    "html 502 for agendize": Fault("agendize", status(502, b"<p>"), 3, "answers 502"),
    "500 for cobot": Fault("cobot", status(500), 3, "answers 500"),
    "401 for agendize": Fault("agendize", status(401), 2, "does not take these"),
    "403 for mio": Fault("mio", status(403), 2, "does not take these"),
    "half a page for mio": Fault("mio", half, 3, "broke the connection off"),
    "half a document for invent": Fault("invent", half_a_document, 3, "cut off"),
    "a length that is none": Fault(
        "invent", with_header("Content-Length", "many"), 3, "bad Content-Length"
    ),
    "endless": Fault("agendize", streams(endless), 3, "with more than 1 MiB"),
    "never ending": Fault("mio", streams(never_ending), 3, "took more than 0.3 s"),
    "packed twice": Fault(
        "mio", with_header("Content-Encoding", "gzip, gzip"), 3, "in a way not asked for"
    ),
    "no gzip": Fault("mio", with_header("Content-Encoding", "gzip"), 3, "be inflated"),
    "an object for a list": Fault("cobot", status(200, b"7"), 3, "something else than cobot"),
    "very deep": Fault("mio", status(200, b"[" * 9999 + b"]" * 9999), 3, "no JSON"),
    "another scheme": Fault(
        "invent", status(301, headers={"Location": "https://u:p@e.test/a?key=k"}), 3,
        "leads to https://e.test/a;",
    ),
    "a redirect to nowhere": Fault("agendize", status(302), 3, "with 302"),
    "a wait of a year": Fault("mio", waits("31536000"), 3, "asks to wait 31536000 s"),
    "a wait until 2099": Fault("cobot", waits(LATER), 3, "asks to wait"),
    "a wait that is absurd": Fault("agendize", waits("9" * 40), 3, "asks to wait"),
    "a wait below 0": Fault("invent", waits("-5"), 3, "answers 429"),
    "no time to wait": Fault("cobot", status(429), 3, "answers 429"),
    "waits of 0": Fault("mio", waits("0"), 3, "answers 429"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_service_that_is_not_well_ends_in_a_sentence(
    name: str, vendor: Vendor, pull: Puller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a trace or a secret, soon, and once it is well everything is there."""
    fault = FAULTS[name]
    monkeypatch.setenv("DOINGS_PULL_PATIENCE", "0.2")
    monkeypatch.setattr(client, "PULL_ANSWER_BYTES", 1_048_576)
    monkeypatch.setattr(client, "PULL_SECONDS", 0.3)
    monkeypatch.setattr(client, "FIRST_WAIT_S", 0.02)
    make = request if fault.dialect == "mio" else of_a_person
    vendor.record([make(number) for number in range(COUNT)])
    (tmp_path / "ids").write_text("8")
    needs_ids = fault.dialect in {"invent", "agendize"}
    options = ("--contacts", str(tmp_path / "ids")) if needs_ids else ()

    def broken(asked: Asked, given: Given) -> Given:
        return fault.broken(asked, given) if "activities?" in asked.path else given

    with proxy(vendor.server.url, Switch(broken)) as between:
        failed = pull(fault.dialect, *options, url=between.url)
        asked = len(between.asked)
        Switch.is_broken = False
        # Where nothing is broken, a service under load may take its time.
        monkeypatch.setattr(client, "PULL_SECONDS", 30)
        whole = pull(fault.dialect, *options, url=between.url)

    *_, last = failed.err.splitlines()
    assert (failed.code, fault.words in last) == (fault.code, True), failed.err
    assert last.startswith("doings: ")
    assert not [word for word in UNWANTED if word in failed.err], failed.err
    assert vendor.token.secret not in failed.err
    assert asked < 30
    assert (whole.code, len(pull.exported())) == (0, COUNT), whole.err


UNWANTED = ("Traceback", "Errno", "httpx", "msgspec", "_ssl", "None", " at 0x")
"""What is Python's, and says nothing to a person."""


def test_a_clock_that_is_ahead_hides_no_change(vendor: Vendor, pull: Puller) -> None:
    """What is changed before it is that late is found all the same."""
    vendor.record([encounter(number) for number in range(130)])
    late = with_header("Date", LATER)
    newest = vendor.get("/v1/activities", limit=1)["items"][0]["id"]

    with proxy(vendor.server.url, late) as between:
        pull.counts("monica", url=between.url)
        vendor.send("PATCH", f"/v1/activities/{newest}", {"summary": "Dinner"})
        later = pull.counts("monica", url=between.url)

    assert later["updated"] == 1


def test_how_an_answer_is_written_makes_no_difference(vendor: Vendor, pull: Puller) -> None:
    """On many lines, behind a mark of the byte order, and changed by a proxy between."""
    vendor.record([of_a_person(number) for number in range(COUNT)])

    def pretty(_asked: Asked, given: Given) -> Given:
        body = "\ufeff\n " + json.dumps(json.loads(given.body), indent=2)
        return given._replace(status=203, body=body.encode())

    with proxy(vendor.server.url, Switch(pretty)) as between:
        first = pull.counts("cobot", url=between.url)
        Switch.is_broken = False
        second = pull.counts("cobot", "--since", "2026-01-01", url=between.url)

    assert (first["recorded"], second["recorded"]) == (COUNT, 0)
    assert len(pull.exported()) == COUNT


def test_an_empty_round_of_cobot_is_not_the_last_word(vendor: Vendor, pull: Puller) -> None:
    """A service that showed nothing at all is asked for all of it again."""
    vendor.record([of_a_person(number) for number in range(COUNT)])
    empty = status(200, b"[]")

    with proxy(vendor.server.url, Switch(empty)) as between:
        first = pull.counts("cobot", url=between.url)
        Switch.is_broken = False
        second = pull.counts("cobot", url=between.url)

    assert (first["recorded"], second["recorded"]) == (0, COUNT)


def test_what_is_inserted_and_deleted_between_two_pages_hides_nothing(
    vendor: Vendor, pull: Puller
) -> None:
    """Of a list that begins with the newest: nothing is lost, and nothing is there twice."""
    vendor.record([request(number) for number in range(120)])
    items = vendor.get("/v1/activities", limit=200)["items"]
    done: list[str] = []

    def moving(asked: Asked, given: Given) -> Given:
        if "activities?" in asked.path and not done:
            done.append(asked.path)
            for one in items[-5:] + items[:3]:
                vendor.send("DELETE", f"/v1/activities/{one['id']}")
            vendor.record([request(number) for number in (900, 901)])
        return given

    with proxy(vendor.server.url, moving) as between:
        pull("mio", url=between.url)
        pull.counts("mio", url=between.url)

    there = {one["body"] for one in vendor.get("/v1/activities", limit=200)["items"]}
    held = [one["body"] for one in pull.exported()]
    assert there <= set(held)
    assert len(held) == len(set(held))


@contextmanager
def with_untrusted_certificate(folder: Path) -> Iterator[str]:
    """The address of a server whose certificate nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that went."""

    running = Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{running.server_address[1]}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def test_a_certificate_that_nobody_trusts_is_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: it is not a fault that passes."""
    monkeypatch.setenv("DOINGS_PULL_SECRET", "s3cret")
    cli("account", "create", "here")

    with with_untrusted_certificate(tmp_path) as url:
        outcome = cli("pull", "monica", "--from", url, "--account", "here")

    assert (outcome.code, "is not trusted: certificate verify" in outcome.err) == (3, True)
    assert not [word for word in (*UNWANTED, "s3cret") if word in outcome.err], outcome.err


@pytest.mark.parametrize(
    ("name", "value", "code", "sentence"),
    [
        ("HTTP_PROXY", "socks5://127.0.0.1:9", 2, "must be addresses like"),
        ("HTTP_PROXY", "http://127.0.0.1:99999", 2, "must be addresses like"),
        ("HTTP_PROXY", "http://u:s3cret@127.0.0.1:9", 3, "cannot be reached"),
        ("SSL_CERT_FILE", "/nowhere.pem", 2, "cannot be read as certificates"),
    ],
)
def test_what_the_environment_says_of_the_way(  # noqa: PLR0917 - a table and fixtures
    name: str, value: str, code: int, sentence: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that cannot be used is a setting, and its password is not shown."""
    monkeypatch.setattr(client, "FIRST_WAIT_S", 0.01)
    monkeypatch.setenv("DOINGS_PULL_SECRET", "s")
    monkeypatch.setenv(name, value)
    cli("account", "create", "here")

    outcome = cli("pull", "monica", "--from", "http://monica.example.test", "--account", "here")

    assert (outcome.code, sentence in outcome.err) == (code, True), outcome.err
    assert "s3cret" not in outcome.err


def test_what_needs_no_proxy_is_asked_itself(
    vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As NO_PROXY says."""
    vendor.record([encounter(1)])
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert pull.counts("monica")["recorded"] == 1


def test_credentials_go_to_nobody_else(vendor: Vendor, pull: Puller) -> None:
    """A service that leads elsewhere is not followed there."""
    with proxy(vendor.server.url) as other:
        moved = status(302, headers={"Location": other.url})
        with proxy(vendor.server.url, moved) as between:
            outcome = pull("monica", url=between.url)

    assert (outcome.code, len(between.asked), other.asked) == (3, 1, [])


def test_a_contact_that_may_not_be_read_stops_no_other(
    vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """It is named; where none may be read, the credentials are wrong."""
    vendor.record([of_a_person(number) for number in range(COUNT)])
    (tmp_path / "ids").write_text("7\n8")
    (tmp_path / "one").write_text("7")

    def denied(asked: Asked, given: Given) -> Given:
        return Given(403, {}, b"{}") if "/contacts/7/" in asked.path else given

    with proxy(vendor.server.url, denied) as between:
        some = pull("invent", "--contacts", str(tmp_path / "ids"), url=between.url)
        none = pull("invent", "--contacts", str(tmp_path / "one"), url=between.url)

    assert (some.code, len(pull.exported())) == (1, COUNT), some.err
    assert "contact 7 may not be read" in some.err
    assert (none.code, "does not take these credentials" in none.err) == (2, True), none.err


@pytest.mark.parametrize("code", [302, 400, 401])
def test_a_credential_that_the_service_says_again_is_not_shown(
    vendor: Vendor, pull: Puller, cli: Cli, code: int
) -> None:
    """Neither as it was sent nor as it stands in an address, and it is not stored."""
    secret = vendor.token.secret
    body = f"no such token: {secret}".encode()
    answer = status(code, body, headers={"Location": f"/sign-in/{secret}"})

    with proxy(vendor.server.url, answer) as between:
        outcome = pull("cobot", url=between.url)

    told = outcome.err + cli("pull", "status", "--json").out
    assert (outcome.code != 0, "***" in told, secret in told) == (True, True, False), told


def test_only_the_user_is_shown_while_it_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is as secret as a secret."""
    hidden: dict[str, bool] = {}

    def prompt(text: str, *, hide_input: bool, err: bool) -> str:
        hidden[text] = hide_input
        return f"{text}{err}"

    for name in ("KEY", "SECRET", "USER"):
        monkeypatch.delenv(f"DOINGS_PULL_{name}", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", prompt)

    credentials_for("mio", SERVICES["mio"])

    assert hidden == {"mio key": True, "mio secret": True, "mio user": False}
