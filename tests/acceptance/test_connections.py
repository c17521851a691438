"""Connections to a real server: quiet ones, too many, and workers that end by themselves."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.running import PATIENCE, RunningServer, serving
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database is asked

IMPATIENT = "from doings.core import budget; budget.QUIET_SECONDS = 1"

FEW_DESCRIPTORS = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (192, 192))"

HASTY = "from doings.cli.server import workers; workers.FIRST_PAUSE = 0.1"

POLL = b"GET /v1/changes?wait=20 HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n"

POST = b"POST /v1/activities HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Length: 9\r\n\r\n{"


def authorization(server: RunningServer) -> bytes:
    """The header of a good credential."""
    token = server.token("co-up", "read", "write")
    return b"Authorization: Bearer " + token.secret.encode()


@contextmanager
def connected(server: RunningServer, sent: list[bytes]) -> Iterator[list[socket.socket]]:
    """Connections on each of which so much has been sent."""
    port = int(server.url.rpartition(":")[2])
    with ExitStack() as stack:
        ends = []
        for text in sent:
            end = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            end.settimeout(PATIENCE)
            end.sendall(text)
            ends.append(end)
        yield ends


def all_of(end: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    return b"".join(iter(lambda: end.recv(65_536), b""))


def test_quiet_peers_are_let_go(tmp_path: Path) -> None:
    """Whatever they have sent before; half a body is answered."""
    with serving(tmp_path, before=IMPATIENT) as server:
        whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        started = time.monotonic()

        with connected(server, [b"", b"GET", whole, POST % authorization(server)]) as ends:
            silent, half, idle, half_body = [all_of(end) for end in ends]

        assert time.monotonic() - started < PATIENCE / 2
        assert (silent, half) == (b"", b"")
        assert idle.startswith(b"HTTP/1.1 200")
        assert half_body.startswith(b"HTTP/1.1 408")
        assert b'"status":408' in half_body


def test_others_are_answered_however_many_are_quiet_or_wait(tmp_path: Path) -> None:
    """Also where there are more of them than descriptors."""
    with serving(tmp_path, before=FEW_DESCRIPTORS) as server:
        header = authorization(server)

        with connected(server, [b""] * 150), connected(server, [POLL % header] * 80):
            answers = []
            for _ in range(3):
                answers.append(httpx.get(f"{server.url}/healthz", timeout=PATIENCE))
                time.sleep(0.2)

        assert {answer.status_code for answer in answers} == {200}
        assert min(answer.elapsed.total_seconds() for answer in answers) < 1
        assert '"limit":192,"connections":64,"event":"few descriptors"' in server.log()


def test_idle_peers_do_not_hold_up_the_end(tmp_path: Path) -> None:
    """It would wait for a request on each of them."""
    with serving(tmp_path) as server, connected(server, [b"", b"GET"]):
        started = time.monotonic()

        assert server.terminate() == 0
        assert time.monotonic() - started < PATIENCE / 2


def children(server: RunningServer) -> list[int]:
    """The processes of the workers."""
    listed = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_ends_is_started_again(tmp_path: Path, workers: int) -> None:
    """The others serve meanwhile, and the end is no failure."""
    with serving(tmp_path, before=HASTY, workers=workers) as server:
        gone = 0
        for _ in range(2):
            gone = children(server)[0]
            os.kill(gone, signal.SIGKILL)

            assert httpx.get(f"{server.url}/healthz", timeout=PATIENCE).status_code == 200
            wait_for_workers(server, workers, gone)

        assert f'"process":{gone},"exit_code":-9' in server.log()
        assert f'pid="{gone}"' not in httpx.get(f"{server.url}/metrics").text
        assert server.terminate() == 0


def test_a_worker_that_was_only_just_started_stops_at_once(tmp_path: Path) -> None:
    """The signal reaches it before it takes signals."""
    with serving(tmp_path, before=HASTY, workers=2) as server:
        gone = children(server)[0]
        os.kill(gone, signal.SIGKILL)
        wait_for_workers(server, 2, gone)
        asked = time.monotonic()

        assert server.terminate() == 0
        assert time.monotonic() - asked < PATIENCE / 2


def wait_for_workers(server: RunningServer, workers: int, gone: int) -> None:
    """Return when there are so many, without the one that is gone."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        running = children(server)
        if len(running) == workers and gone not in running:
            return
        time.sleep(0.02)
    pytest.fail("it was not started again")


def test_workers_that_cannot_start_end_the_program(tmp_path: Path) -> None:
    """Starting them again would never help."""
    before = "import doings.app; doings.app.create = lambda: 1 / 0"

    failed = pytest.raises(AssertionError, match=r"(?s)the server ended: .*ZeroDivision")

    with failed, serving(tmp_path, before=before):
        pass
