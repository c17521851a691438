"""Deliveries to webhooks while server, receiver and database are killed again and again."""

import itertools
import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.acceptance.kills.revived import KILLS, Revived
from tests.acceptance.running import PATIENCE, Token
from tests.engines import POSTGRESQL_ONLY
from tests.storage.servers import Server

pytestmark = POSTGRESQL_ONLY

PEOPLE = "abcd"
EACH = 6
"""Activities between two kills."""

SCHEDULE = ",".join(["0.1"] * 500)
"""A receiver that is away is tried again soon, and never given up."""


class Receiver:
    """The seqs that were answered with success, by person, in that order."""

    def __init__(self) -> None:
        self.seqs: dict[str, list[int]] = defaultdict(list)
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it listens, in all its lives."""
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), handler_of(self))
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def kill(self) -> None:
        """Answer nobody any more; whoever waits for an answer gets none."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def note(self, body: bytes, server: object) -> bool:
        """Take a delivery, unless that life has ended."""
        if server is not self._server:
            return False
        change = json.loads(body)["data"]
        self.seqs[change["activity"]["links"][0]["id"]].append(change["seq"])
        return True


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """What answers a delivery."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if receiver.note(body, self.server):
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running() -> Iterator[tuple[Server, Receiver]]:
    """A database and a receiver."""
    postgres, receiver = Server(), Receiver()
    postgres.start()
    receiver.start()
    try:
        yield postgres, receiver
    finally:
        receiver.kill()
        postgres.remove()


def test_nothing_is_lost_and_each_person_s_order_stays(tmp_path: Path) -> None:
    """What was under way may come twice; nothing comes before what it has to wait for."""
    chance, numbers = random.Random(7), itertools.count()
    recorded: dict[str, list[int]] = defaultdict(list)
    with running() as (postgres, receiver):
        database = postgres.url()
        server = Revived(
            tmp_path,
            database=database,
            webhook_allow="127.0.0.0/8",
            webhook_schedule=SCHEDULE,
        )
        server.start()
        try:
            token = server.server.token("co-up", "read", "write", "admin")
            webhook = {"url": receiver.url, "lane": "entity"}
            answer = httpx.post(f"{server.url}/v1/webhooks", json=webhook, headers=token.bearer)
            assert answer.is_success, answer.text
            victims = [victim for _ in range(KILLS) for victim in (server, receiver, postgres)]
            for victim in chance.sample(victims[:KILLS], KILLS):
                for _ in range(EACH):
                    person = chance.choice(PEOPLE)
                    recorded[person].append(record(server, token, person, next(numbers)))
                victim.kill()
                victim.start()
            wait_for(recorded, receiver)
        finally:
            server.end()

    for person, seqs in recorded.items():
        assert receiver.seqs[person] == sorted(receiver.seqs[person])
        assert set(seqs) <= set(receiver.seqs[person])


def record(server: Revived, token: Token, person: str, number: int) -> int:
    """Record an activity, again and again until it is acknowledged; returns its seq."""
    body = {"kind": "note.created", "summary": str(number), "links": [f"contact:{person}"]}
    url = f"{server.url}/v1/activities/by-external-id/kills/{number}"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            answer = httpx.put(url, json=body, headers=token.bearer, timeout=PATIENCE)
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if answer.is_success:
            return int(answer.json()["seq"])
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
        time.sleep(0.05)
    pytest.fail("nothing is recorded any more")


def wait_for(recorded: dict[str, list[int]], receiver: Receiver) -> None:
    """Return once all has come, or nothing has for a while."""
    end = time.monotonic() + PATIENCE * 2
    while time.monotonic() < end:
        if all(set(seqs) <= set(receiver.seqs[person]) for person, seqs in recorded.items()):
            return
        time.sleep(0.05)
