"""The server as a process: stopping, crashing, several workers."""

import os
import re
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.acceptance.running import PATIENCE, RunningServer, serving
from tests.acceptance.writers import stored, writing
from tests.engines import SQLITE_ONLY

ENOUGH = 300
"""Activities after which the server is in full swing."""


def test_what_was_accepted_before_a_stop_is_answered(server: RunningServer) -> None:
    """After SIGTERM in the middle of writes, what is stored is exactly what was acknowledged."""
    token = server.token("co-up", "read", "write")

    with writing(server, token) as writers:
        writers.wait_for(ENOUGH)
        code = server.terminate()

    assert code == 0
    assert not writers.refused
    assert stored(server.installation, "co-up") == writers.acknowledged


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_acknowledged_is_lost_in_a_crash(tmp_path: Path, workers: int) -> None:
    """After kill -9 in the middle of writes, everything acknowledged is there and sound."""
    with serving(tmp_path, workers=workers) as server:
        token = server.token("co-up", "read", "write")
        with writing(server, token) as writers:
            writers.wait_for(ENOUGH)
            server.kill()

    with serving(tmp_path, workers=workers) as server:
        answer = httpx.get(f"{server.url}/v1/activities?limit=1", headers=token.bearer)

        assert answer.status_code == httpx.codes.OK
        assert writers.acknowledged <= stored(server.installation, "co-up")
        assert not writers.refused
    assert server.installation.run("check").stdout == "clean\n"


def test_who_waits_for_changes_is_answered_when_the_server_stops(server: RunningServer) -> None:
    """A long poll does not hold up the end, and gets an answer like any other."""
    token = server.token("co-up", "read")
    page = httpx.get(f"{server.url}/v1/activities", headers=token.bearer)
    url = f"{server.url}/v1/changes?after={page.headers['doings-position']}&wait=30"
    answers: list[httpx.Response] = []
    poll = threading.Thread(
        target=lambda: answers.append(httpx.get(url, headers=token.bearer, timeout=60))
    )
    poll.start()
    time.sleep(0.5)  # until the server has the request: it says so only when it has answered

    code = server.terminate()
    poll.join()

    assert code == 0
    assert [answer.json()["items"] for answer in answers] == [[]]
    assert answers[0].elapsed.total_seconds() < 20


def test_ctrl_c_reaches_everybody_and_is_no_failure(tmp_path: Path) -> None:
    """SIGINT goes to the whole group of processes, as a terminal sends it."""
    with serving(tmp_path, workers=2) as server:
        os.killpg(server.process.pid, signal.SIGINT)

        assert server.process.wait(PATIENCE) == 0


@SQLITE_ONLY  # no database is asked
def test_workers_do_not_outlive_their_parent(server: RunningServer) -> None:
    """When the parent is killed, its workers stop serving."""
    server.process.kill()
    server.process.wait(PATIENCE)

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            httpx.get(f"{server.url}/healthz", timeout=1)
        except httpx.TransportError:
            return
    pytest.fail("the worker still serves")


def test_each_worker_shows_the_metrics_of_all(tmp_path: Path) -> None:
    """Requests and recorded activities are counted over all workers, whichever is asked."""
    with serving(tmp_path, workers=2) as server:
        token = server.token("co-up", "write")
        activity = {"kind": "note.created", "links": ["contact:1"]}

        for _ in range(20):  # each on a connection of its own, so that both workers get some
            httpx.post(f"{server.url}/v1/activities", json=activity, headers=token.bearer)
        seen = {httpx.get(f"{server.url}/metrics").text for _ in range(8)}

    for text in seen:
        assert _value(text, r'doings_requests_total\{.*status="201",surface="native"\}') == 20
        assert _value(text, r"doings_activities_recorded_total") == 20
        assert _value(text, r"doings_group_commit_writes_count") >= 20
        assert _value(text, r"doings_queue_depth") == 0


@SQLITE_ONLY  # no database is asked
def test_a_second_server_on_the_same_port_is_refused(server: RunningServer) -> None:
    """Two servers would share the port without noticing; the second one says so and ends."""
    port = server.url.rpartition(":")[2]

    refused = server.installation.run("serve", "--port", port, code=2)

    assert refused.stderr == (
        f"doings: cannot listen on 127.0.0.1 port {port}: another program does;"
        " choose another port with --port or DOINGS_PORT\n"
    )


def _value(text: str, pattern: str) -> float:
    found = re.search(rf"^{pattern} (\S+)$", text, re.MULTILINE)
    assert found is not None, f"{pattern} is not in\n{text}"
    return float(found[1])
