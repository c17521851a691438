"""What an operator sees of the server: logs, metrics, health."""

import json
import platform
import re
from typing import Any

import httpx

import doings
from doings.storage.sql.schema.steps import VERSION
from tests.acceptance.running import RunningServer
from tests.engines import SQLITE_ONLY


@SQLITE_ONLY  # what is logged is the same on both engines
def test_logs_name_the_request_and_the_credential_and_never_a_secret(
    server: RunningServer,
) -> None:
    """However the secret was sent, rightly or wrongly, no line has it."""
    token = server.token("co-up", "read", "write")
    secret = {"token": token.secret, "access_token": token.secret}
    url = f"{server.url}/v1/activities"

    answers = [
        httpx.get(url, headers=token.bearer),
        httpx.get(url, params=secret),
        httpx.get(url, params=secret, headers=token.bearer),
        httpx.get(url, auth=("co-up", token.secret)),
        httpx.get(url, headers={"Authorization": token.secret}),
        httpx.get(f"{server.url}/monica/api/nowhere", params=secret, headers=token.bearer),
        httpx.get(f"{server.url}/nowhere", params=secret),
        httpx.get(f"{server.url}/cobot/co-up/api/activities?last=1", params=secret),
        httpx.get(
            f"{server.url}/agendize/api/2.3/activities", params={"apiKey": token.key} | secret
        ),
        httpx.post(url, headers=token.bearer, content="{oops"),
        httpx.post(url, headers=token.bearer, json={"kind": "x", "body": token.secret}),
    ]
    server.terminate()

    log = server.log()
    assert token.secret.removeprefix(token.key) not in log
    lines = {line["request_id"]: line for line in _requests(log)}
    for answer in answers:
        line = lines[answer.headers["x-request-id"]]
        assert line["status"] == answer.status_code
        assert line["surface"] != "none"
    assert lines[answers[0].headers["x-request-id"]]["key"] == token.key
    assert "key" not in lines[answers[1].headers["x-request-id"]]


@SQLITE_ONLY  # no database is asked
def test_a_request_id_of_the_caller_is_kept(server: RunningServer) -> None:
    """So that one request can be followed through several systems; a wild one is replaced."""
    kept = httpx.get(f"{server.url}/healthz", headers={"X-Request-Id": "abc-123"})
    replaced = httpx.get(f"{server.url}/healthz", headers={"X-Request-Id": 'x" onload="'})

    assert kept.headers["x-request-id"] == "abc-123"
    assert re.fullmatch(r"[0-9a-f-]{36}", replaced.headers["x-request-id"])


def test_health_and_metrics_take_no_credential(server: RunningServer) -> None:
    """They are for the machine that watches the machine."""
    token = server.token("co-up", "write")
    activity = {"kind": "note.created", "links": ["contact:1"]}
    httpx.post(f"{server.url}/v1/activities", headers=token.bearer, json=activity)

    alive = httpx.get(f"{server.url}/healthz")
    ready = httpx.get(f"{server.url}/readyz")
    metrics = httpx.get(f"{server.url}/metrics")

    build = (
        f'doings_build_info{{python="{platform.python_version()}",schema="{VERSION}",'
        f'version="{doings.__version__}"}} 1'
    )
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert metrics.headers["content-type"].startswith("text/plain")
    for name in (
        'doings_requests_total{method="POST",route="/activities",status="201",surface="native"} 1',
        'doings_request_seconds_count{surface="native"} 1',
        "doings_activities_recorded_total 1",
        "doings_group_commit_writes_count ",
        "doings_queue_depth 0",
        build,
    ):
        assert name in metrics.text


def _requests(log: str) -> list[dict[str, Any]]:
    """The lines about requests; every line of the log is JSON."""
    lines = [json.loads(line) for line in log.splitlines()]
    return [line for line in lines if line["event"] == "request"]
