"""Streams over real sockets: what a reader has after kills, restarts and other processes."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.acceptance.running import PATIENCE, RunningServer, Token, serving
from tests.engines import SQLITE_ONLY

Event = tuple[str, str]
"""The id and the name of an event."""


def events(url: str, token: Token, last: str | None = None) -> Iterator[Event]:
    """The events of a stream, positions left out, until the server ends it or is gone."""
    headers = {**token.bearer, **({"Last-Event-ID": last} if last else {})}
    fields: dict[str, str] = {}
    try:
        with httpx.stream(
            "GET", f"{url}/v1/stream", headers=headers, params={"after": 0}, timeout=PATIENCE
        ) as answer:
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields.get("event") not in {None, "position"}:
                    yield fields.get("id", ""), fields["event"]
                    fields = {}
    except httpx.TransportError:
        return


def seq_of(event: Event) -> int:
    """The seq in an event's id."""
    return int(event[0].rpartition("-")[2])


def record(server: RunningServer, token: Token, count: int) -> None:
    """Record some activities."""
    lines = "".join(f'{{"kind": "note.created", "summary": "{n}"}}\n' for n in range(count))
    answer = httpx.post(
        f"{server.url}/v1/activities/batch",
        content=lines,
        headers={**token.bearer, "Content-Type": "application/x-ndjson"},
    )
    assert answer.json()["recorded"] == count


def test_a_reader_resumes_after_a_kill_and_misses_nothing(tmp_path: Path) -> None:
    """What it has in the end is every seq of the account, each once."""
    got: list[Event] = []
    with serving(tmp_path) as server:
        token = server.token("co-up", "read", "write")
        record(server, token, 30)
        for event in events(server.url, token):
            got.append(event)
            if len(got) == 35:
                server.kill()
    with serving(tmp_path) as server:
        record(server, token, 5)
        last = httpx.get(f"{server.url}/v1/changes?limit=200", headers=token.bearer).json()["last"]
        for event in events(server.url, token, got[-1][0]):
            got.append(event)
            if seq_of(event) == last:
                break

    assert [seq_of(event) for event in got] == list(range(1, last + 1))


@SQLITE_ONLY
def test_a_server_that_stops_says_so(server: RunningServer) -> None:
    """The last event is the reason, and the server does not wait for its readers."""
    token = server.token("co-up", "read", "write")
    stream = events(server.url, token)
    next(stream)

    began = time.monotonic()
    assert server.terminate() == 0

    assert [name for _, name in stream][-1] == "closing"
    assert time.monotonic() - began < PATIENCE / 2


@SQLITE_ONLY
def test_what_another_process_writes_is_told(server: RunningServer) -> None:
    """A command writes into the file that the server streams from."""
    token = server.token("co-up", "read", "write")
    stream = events(server.url, token)
    seqs = [seq_of(next(stream))]
    server.installation.run("import", "-", "--account", "co-up", stdin='{"kind": "note.created"}\n')

    for event in stream:
        seqs.append(seq_of(event))
        if event[1] == "created":
            break

    assert seqs == list(range(1, len(seqs) + 1))


@SQLITE_ONLY
def test_a_reader_that_takes_nothing_is_closed_and_others_go_on(server: RunningServer) -> None:
    """More than the system and the queue hold; it may come again from where it was."""
    token = server.token("co-up", "read", "write")
    place = urlsplit(server.url)
    with closing(socket.create_connection((place.hostname, place.port), PATIENCE)) as slow:
        head = f"GET /v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token.secret}\r\n\r\n"
        slow.sendall(head.encode())
        quick = events(server.url, token)
        next(quick)
        for number in range(24):
            body = {"kind": "note.created", "summary": str(number), "body": "x" * 400_000}
            answer = httpx.post(f"{server.url}/v1/activities", json=body, headers=token.bearer)
            while seq_of(next(quick)) < answer.json()["seq"]:
                pass
        taken = b""
        while not taken.endswith(b'{"reason":"slow"}\n\n\r\n0\r\n\r\n'):
            piece = slow.recv(1 << 20)
            assert piece, taken[-200:]
            taken += piece

    assert b"event: created" in taken


@SQLITE_ONLY
def test_the_tail_shows_what_happens(server: RunningServer) -> None:
    """A line for each thing that its filters let through, without a server."""
    token = server.token("co-up", "read", "write")
    tail = subprocess.Popen(
        [sys.executable, "-m", "doings", "tail", "--account", "co-up", "--link", "contact:8"],
        env=server.installation.variables,
        cwd=server.installation.folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert tail.stdout is not None
    url = f"{server.url}/v1/activities"
    line = ""
    try:
        asyncio.run(_until_it_shows(tail, url, token))
        line = tail.stdout.readline()
    finally:
        tail.terminate()
        tail.wait(PATIENCE)
        tail.stdout.close()

    assert "note.created" in line or "contact:8" in line
    assert "created" in line
    assert "\x1b" not in line


def _note(shown: "asyncio.Future[None]") -> None:
    if not shown.done():
        shown.set_result(None)


async def _until_it_shows(tail: "subprocess.Popen[str]", url: str, token: Token) -> None:
    """Record until the tail, which takes a while to start, has something to show."""
    assert tail.stdout is not None
    loop = asyncio.get_running_loop()
    shown: asyncio.Future[None] = loop.create_future()
    loop.add_reader(tail.stdout.fileno(), lambda: _note(shown))
    body = {"kind": "note.created", "links": ["contact:8"]}
    async with httpx.AsyncClient(headers=token.bearer) as client:
        while not shown.done():
            await client.post(url, json=body)
            await asyncio.wait([shown], timeout=0.3)
    loop.remove_reader(tail.stdout.fileno())
