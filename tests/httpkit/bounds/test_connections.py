"""How many connections a process may have, and which it lets go."""

import asyncio
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from doings.core.budget import CONNECTIONS, DESCRIPTORS_KEPT
from doings.core.errors import Busy
from doings.httpkit import request
from doings.httpkit.bounds import connections
from doings.httpkit.bounds.connections import Connections, connection_limit
from doings.httpkit.bounds.waiting import WaitingRoom
from tests.serving import Business, Served

ONE = 1
OTHER = 2
THIRD = 3


@pytest.mark.parametrize(
    ("descriptors", "allowed"),
    [
        (100, connections.FEWEST),
        (1024, 1024 - DESCRIPTORS_KEPT),
        (1_048_576, CONNECTIONS),
        (resource.RLIM_INFINITY, CONNECTIONS),
    ],
)
def test_descriptors_are_kept_from_connections(
    monkeypatch: pytest.MonkeyPatch, descriptors: int, allowed: int
) -> None:
    """The database and the log need some, and memory has an end too."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))

    assert connection_limit() == allowed


@contextmanager
def connected(count: int) -> Iterator[tuple[int, list[socket.socket], list[socket.socket]]]:
    """A port, the ends of its clients, and its own ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        ends = [listener.accept()[0] for _ in range(count)]
        try:
            yield port, clients, ends
        finally:
            for end in (*clients, *ends):
                end.close()


def is_closed(client: socket.socket) -> bool:
    """Whether the other end has closed the connection."""
    client.settimeout(0)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_the_quietest_connections_make_room() -> None:
    """Those stay whose request is being served, and those that sent something just now."""
    with connected(5) as (port, clients, ends):
        watched = Connections(port)
        address, busy_port = clients[0].getsockname()
        watched.busy.add((address, str(busy_port)))
        time.sleep(connections.SHED_MS / 1000 + 0.1)
        clients[1].sendall(b"G")

        closed = watched.let_go(2)

        assert closed == 3
        assert [is_closed(client) for client in clients] == [False, False, True, True, True]
        assert all(end.fileno() >= 0 for end in ends)


def test_a_peer_that_takes_its_answer_slowly_gets_the_rest() -> None:
    """Although its request is done."""
    with connected(1) as (port, clients, ends):
        ends[0].settimeout(0)
        with suppress(BlockingIOError):
            while True:
                ends[0].send(bytes(65_536))
        time.sleep(connections.SHED_MS / 1000 + 0.1)

        assert Connections(port).let_go(0) == 0
        assert clients[0].recv(1)


def test_who_has_asked_and_is_not_answered_is_spared() -> None:
    """It takes long until a request is served where thousands come at a time."""
    with connected(4) as (port, clients, ends):
        for client in clients[:3]:
            client.sendall(b"GET")
        for end in ends[:2]:
            end.recv(3)
        time.sleep(0.02)
        ends[1].sendall(b"200")
        clients[1].recv(3)
        time.sleep(connections.SHED_MS / 1000 + 0.1)

        closed = Connections(port).let_go(0)
        found = [is_closed(client) for client in clients]
        later = Connections(port).let_go(0, owed_ms=connections.SHED_MS)

        assert (closed, found) == (2, [False, True, False, True])
        assert (later, is_closed(clients[0]), is_closed(clients[2])) == (1, True, False)


async def test_streams_leave_the_rest_of_the_room_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many they are, quiet connections are let go only where hardly any room is left."""
    monkeypatch.setattr(connections, "connection_limit", lambda: 100)
    watched = Connections(1)
    watched.busy.update(("127.0.0.1", str(port)) for port in range(80))

    assert watched._share(connections.FULL_SHARE) == 95  # noqa: SLF001
    assert watched._share(connections.KEPT_SHARE) == 90  # noqa: SLF001


def test_connections_to_elsewhere_are_left_alone() -> None:
    """Those to a database are quiet for long."""
    with connected(3) as (port, clients, _):
        time.sleep(connections.SHED_MS / 1000 + 0.1)

        closed = Connections(port + 1).let_go(0)

        assert closed == 0
        assert not any(is_closed(client) for client in clients)


def test_an_account_may_wait_half_as_often_as_all() -> None:
    """What is no longer waited for makes room again."""
    room = WaitingRoom(4)

    with room.place(ONE), room.place(ONE):
        with pytest.raises(Busy, match="wait for changes"):
            room.place(ONE).__enter__()
        with room.place(OTHER), room.place(OTHER), pytest.raises(Busy, match="wait for changes"):
            room.place(THIRD).__enter__()

    with room.place(ONE):
        pass


@pytest.fixture
async def business(served: Served) -> Business:
    """An account in which nothing happens."""
    return await served.business()


async def _end(served: Served, business: Business) -> str:
    """The present end of the account's feed."""
    answer = await served.client.get("/v1/account", headers=business.bearer)
    return str(answer.headers["doings-position"])


async def test_a_long_poll_too_many_is_told_to_come_again(
    served: Served, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not wait is answered."""
    monkeypatch.setattr(served.application.services().waiting, "_most", 2)
    url = f"/v1/changes?after={await _end(served, business)}&wait={{}}"
    waiting = asyncio.create_task(served.client.get(url.format(1), headers=business.bearer))
    await asyncio.sleep(0.1)

    refused = await served.client.get(url.format(1), headers=business.bearer)
    other = await served.client.get(url.format(0), headers=business.bearer)

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert other.status_code == 200
    assert (await waiting).json()["items"] == []


async def test_a_poll_ends_when_its_caller_goes_away(served: Served, business: Business) -> None:
    """It would keep its place until its time is over otherwise."""
    query = f"after={await _end(served, business)}&wait=30"
    scope = _scope("GET", "/v1/changes", query.encode(), business.bearer)
    messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:  # noqa: ANN401 - a message of ASGI
        return next(messages)

    async def send(message: Any) -> None:  # noqa: ANN401 - likewise
        sent.append(message)

    await asyncio.wait_for(served.application(scope, receive, send), 5)

    assert sent == []


async def stopping() -> AsyncIterator[bytes]:
    """A body of which nothing follows after its beginning."""
    yield b"{"
    await asyncio.sleep(30)


async def trickling() -> AsyncIterator[bytes]:
    """A body of which there is always one byte more."""
    yield b"{"
    while True:
        await asyncio.sleep(0.002)
        yield b" "


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "QUIET_SECONDS", 0.01)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("body", [stopping, trickling])
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/v1/activities", "the body came too slowly"),
        ("/v1/activities/batch", "the body came too slowly"),
        ("/monica/api/activities", "The body came too slowly."),
        ("/cobot/acme/api/activities", "request_timeout"),
        ("/mio/business/v1/auth/nothing", None),
    ],
)
async def test_a_body_that_comes_too_slowly_is_given_up(
    served: Served,
    business: Business,
    body: Callable[[], AsyncIterator[bytes]],
    path: str,
    reason: str | None,
) -> None:
    """In the shape of the surface; a path without a body does not wait for it."""
    headers = {**business.bearer, "Content-Type": "application/json"}
    if path.endswith("batch"):
        headers["Content-Type"] = "application/x-ndjson"
    answer = await asyncio.wait_for(served.client.post(path, content=body(), headers=headers), 5)

    if reason is None:
        assert answer.status_code != httpx.codes.REQUEST_TIMEOUT
    else:
        assert answer.status_code == httpx.codes.REQUEST_TIMEOUT
        assert reason in answer.text


def _scope(method: str, path: str, query: bytes, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "method": method, "path": path,
        "http_version": "1.1", "scheme": "http", "raw_path": path.encode(), "query_string": query,
        "root_path": "", "client": ("127.0.0.1", 1), "server": ("server", 80),
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
    }  # fmt: skip
