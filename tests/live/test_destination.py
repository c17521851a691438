"""Where a delivery may go, and what receivers that misbehave can do."""

import asyncio
import time
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from doings.core.errors import Invalid
from doings.core.store.webhooks import Attempt
from doings.live.webhooks import destination
from doings.live.webhooks.destination import (
    NOT_ALLOWED,
    Post,
    Sender,
    checked_url,
    is_allowed,
    networks_from_texts,
)
from tests.engines import SQLITE_ONLY
from tests.live.receiver import Receiver, answer, receiving

pytestmark = SQLITE_ONLY

LOCAL = networks_from_texts(["127.0.0.0/8"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "0.0.0.0",  # noqa: S104 - it is refused
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[fe80::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[ff02::1]",
    ],
)
def test_literal_addresses_within_are_refused(host: str) -> None:
    """However they are written."""
    with pytest.raises(Invalid, match=NOT_ALLOWED):
        checked_url(f"http://{host}/hook", ())


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/a?b=c",
        "http://93.184.216.34:8080/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "http://localhost/",
    ],
)
def test_other_addresses_may_be_named(url: str) -> None:
    """A name is looked up when something is sent."""
    assert checked_url(url, ()) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://example.org/",
        "http:///path",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://user:password@example.org/",
        "http://user@example.org/",
        "http://exa mple.org/",
        "http://example.org/\r\nhost: other",
        "http://exämple.org/",
        "http://example.org\\@127.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://[::1/",
        f"http://example.org/{'a' * 2048}",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """So is what two programs could read in two ways."""
    with pytest.raises(Invalid):
        checked_url(url, LOCAL)


@pytest.mark.parametrize(
    ("address", "expected"), [("127.0.0.1", True), ("10.0.0.1", False), ("::ffff:127.0.0.1", False)]
)
def test_a_setting_allows_networks(address: str, expected: bool) -> None:  # noqa: FBT001
    """And nothing else with them."""
    assert is_allowed(ip_address(address), LOCAL) is expected


async def sent(url: str, *, sender: Sender | None = None, body: bytes = b"{}") -> Attempt:
    """What comes of one request."""
    sender = sender or Sender(LOCAL, version="1")
    channel = sender.channel(url)
    try:
        return (await channel.post(Post([], body), clock_now=0)).attempt
    finally:
        await channel.close()
        sender.close()


async def test_a_name_that_changes_leads_nowhere_else(receiver: Receiver) -> None:
    """The address that is connected to is the one that was checked; the name is asked once."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:  # noqa: ARG001
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    sender = Sender(LOCAL, version="1", resolve=resolve)
    url = f"http://rebound.test:{receiver.port}/"

    first = await sent(url, sender=sender)
    second = await sent(url, sender=sender)

    assert (first.status, second.error) == (204, NOT_ALLOWED)
    assert asked == ["rebound.test", "rebound.test"]
    assert receiver.received[0].headers["host"] == f"rebound.test:{receiver.port}"


async def test_an_address_within_is_not_connected_to() -> None:
    """The name of this machine leads to it, and is resolved by the machine's own resolver."""
    async with receiving() as receiver:
        attempt = await sent(f"http://localhost:{receiver.port}/", sender=Sender((), version="1"))

    assert (attempt.error, receiver.connections) == (NOT_ALLOWED, 0)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """It is an answer like any other that is no success."""
    async with receiving() as other:
        receiver.respond = lambda _: answer(302, b"", f"location: {other.url}".encode())

        attempt = await sent(receiver.url)

    assert (attempt.status, other.connections) == (302, 0)


@pytest.mark.parametrize("drips_head", [True, False])
async def test_a_receiver_that_answers_byte_by_byte_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
    drips_head: bool,  # noqa: FBT001
) -> None:
    """The time is that of the whole request."""
    monkeypatch.setattr(destination, "WEBHOOK_SECONDS", 0.3)
    text = b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n" + b"x" * 10_000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        rest = text
        if not drips_head:
            writer.write(text[:100])
            rest = text[100:]
        try:
            for byte in rest:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        began = time.monotonic()
        attempt = await sent(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        took = time.monotonic() - began

    assert attempt.error == "timeout"
    assert took < 3


async def test_little_is_read_of_a_long_answer(receiver: Receiver) -> None:
    """Its status counts; its first kilobyte is kept."""
    receiver.respond = lambda _: answer(200, b"y" * 10_000_000)

    attempt = await sent(receiver.url)

    assert attempt.status == 200
    assert attempt.response == "y" * 1024


@pytest.mark.parametrize(
    "text", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"]
)
async def test_what_is_no_answer_is_a_failure(text: bytes) -> None:
    """A connection that is closed before the answer ends is one, too."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        attempt = await sent(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert attempt.status is None
    assert attempt.error


async def test_nobody_there_is_a_failure() -> None:
    """The reason says so."""
    async with receiving() as receiver:
        url = receiver.url

    attempt = await sent(url)

    assert attempt.status is None
    assert attempt.error is not None
    assert attempt.error.startswith("cannot connect")


async def test_a_quiet_connection_is_used_again(receiver: Receiver) -> None:
    """One after the other, requests share a connection."""
    sender = Sender(LOCAL, version="1")
    channel = sender.channel(receiver.url)

    for number in range(3):
        await channel.post(Post([("x-number", str(number))], b"{}"), clock_now=0)

    await channel.close()
    sender.close()
    assert receiver.connections == 1
    assert [one.headers["x-number"] for one in receiver.received] == ["0", "1", "2"]


async def test_a_name_server_that_hangs_takes_one_thread_for_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many ask for that name at a time."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:  # noqa: ARG001
        asked.append(host)
        time.sleep(0.2)
        return ["127.0.0.1"]

    monkeypatch.setattr(destination, "addresses_of", look_up)
    resolver = destination.Resolver()

    found = await asyncio.gather(*[resolver("slow.test", 80) for _ in range(100)])

    resolver.close()
    assert (len(found), asked) == (100, ["slow.test"])
