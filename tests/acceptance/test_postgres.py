"""The server on PostgreSQL: lost and found again, several workers, moving in and out."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.running import Installation, RunningServer, Token, installation_in, serving
from tests.acceptance.writers import stored, writing
from tests.engines import POSTGRESQL_ONLY, url_outside_a_loop
from tests.storage.servers import Server

pytestmark = POSTGRESQL_ONLY

ENOUGH = 200
"""Activities after which the server is in full swing."""

SECONDS = 10.0
"""How long after its database is back a server may take to notice."""

AWAY: dict[str, tuple[str, object]] = {
    "/v1/activities": (
        "application/problem+json",
        {"type": "about:blank", "title": "Service Unavailable", "status": 503},
    ),
    "/monica/api/activities": ("application/json", {"message": "Service Unavailable"}),
    "/cobot/co-up/api/activities?last=1": ("application/json", {"error": "service_unavailable"}),
}
"""What each of these answers while the database is away; `detail` may be any sentence."""


@pytest.fixture
def postgres() -> Iterator[Server]:
    """A PostgreSQL server that a test may kill."""
    server = Server()
    server.start()
    yield server
    server.remove()


def test_a_killed_database_is_waited_for_and_loses_nothing(
    tmp_path: Path, postgres: Server
) -> None:
    """Each surface says 503 in its own words while it is away; what was acknowledged is there."""
    with serving(tmp_path, database=postgres.url(), workers=2) as server:
        token = server.token("co-up", "read", "write", "admin")
        with writing(server, token) as writers:
            writers.wait_for(ENOUGH)
            postgres.kill()
            away = {path: _until(server, token, path, status=503) for path in AWAY}
            not_ready = httpx.get(f"{server.url}/readyz").status_code
            before = len(writers.acknowledged)
            postgres.start()
            back = time.monotonic()
            writers.wait_for(before + ENOUGH)
            seconds = time.monotonic() - back
        found = {path: _until(server, token, path, status=200) for path in AWAY}
        seqs = _seqs(server, token)

        assert {path: _shape(answer) for path, answer in away.items()} == AWAY
        assert not_ready == 503
        assert {_status(text) for text in writers.refused} == {503}
        assert seconds < SECONDS
        assert {answer.status_code for answer in found.values()} == {200}
        assert writers.acknowledged <= stored(server.installation, "co-up")
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert server.installation.run("check").stdout == "clean\n"


def test_servers_may_start_at_once_on_an_empty_database(tmp_path: Path) -> None:
    """Three with two workers each: one process makes the tables, and all serve."""
    folders = [tmp_path / name for name in ("one", "two", "three")]
    database = url_outside_a_loop(tmp_path)

    def recorded_in(folder: Path) -> list[int]:
        folder.mkdir()
        with serving(folder, database=database, workers=2) as server:
            token = server.token(folder.name, "write")
            return [_record(server, token).status_code for _ in range(8)]

    with ThreadPoolExecutor(len(folders)) as pool:
        codes = list(pool.map(recorded_in, folders))

    assert codes == [[201] * 8] * 3
    assert installation_in(tmp_path).run("check").stdout == "clean\n"


def test_a_write_in_one_worker_wakes_who_waits_in_another(tmp_path: Path) -> None:
    """Many wait for changes, in both workers; one write is told to all of them at once."""
    with serving(tmp_path, workers=2) as server:
        token = server.token("co-up", "read", "write")
        head = _record(server, token).json()["seq"]
        url = f"{server.url}/v1/changes?after={head}&wait=30"
        answers: list[tuple[float, httpx.Response]] = []

        def wait() -> None:
            answer = httpx.get(url, headers=token.bearer, timeout=60)
            answers.append((time.monotonic(), answer))

        polls = [threading.Thread(target=wait) for _ in range(12)]
        for poll in polls:
            poll.start()
        time.sleep(1)  # until they wait: a server says so only when it answers
        early = len(answers)
        written = _record(server, token).json()["seq"]
        at = time.monotonic()
        for poll in polls:
            poll.join()

    assert early == 0
    assert max(answered - at for answered, _ in answers) < 0.5
    assert [[one["seq"] for one in answer.json()["items"]] for _, answer in answers] == [
        [written]
    ] * len(polls)


@pytest.mark.parametrize("to", ["postgresql", "sqlite"])
def test_a_database_moves_to_the_other_engine(tmp_path: Path, to: str) -> None:
    """All accounts export the same afterwards, their secrets still open them, and it is sound."""
    urls = {"postgresql": url_outside_a_loop(tmp_path), "sqlite": f"sqlite:///{tmp_path}/moved.db"}
    target = installation_in(tmp_path, {"database": urls.pop(to)})
    (url,) = urls.values()
    source = installation_in(tmp_path, {"database": url})
    source.run("demo")
    token = source.token("co-up", "read")

    done = _copy(source, target)

    assert done.startswith("Copied and compared ")
    for account in ("demo", "co-up"):
        expected = source.run("export", "--account", account).stdout
        assert target.run("export", "--account", account).stdout == expected
    assert target.run("account", "list").stdout == source.run("account", "list").stdout
    assert target.run("check").stdout == "clean\n"
    with serving(tmp_path, database=target.variables["DOINGS_DATABASE"]) as server:
        assert _activities(server, token).status_code == 200


def test_unprepared_statements_serve(tmp_path: Path) -> None:
    """Writing, reading, searching and waiting work behind a pgbouncer that pools transactions."""
    with serving(tmp_path, prepared_statements="false") as server:
        token = server.token("co-up", "read", "write")
        recorded = _record(server, token, summary="Übergabe um neun")
        listed = _activities(server, token)
        found = httpx.get(
            f"{server.url}/v1/activities", params={"q": "ubergabe"}, headers=token.bearer
        )
        changes = _seqs(server, token)

    assert recorded.status_code == 201
    for answer in (listed, found):
        assert [one["id"] for one in answer.json()["items"]] == [recorded.json()["id"]]
    assert recorded.json()["seq"] in changes


def _record(server: RunningServer, token: Token, **more: str) -> httpx.Response:
    activity: dict[str, Any] = {"kind": "note.created", "links": ["contact:1"], **more}
    return httpx.post(f"{server.url}/v1/activities", json=activity, headers=token.bearer)


def _activities(server: RunningServer, token: Token) -> httpx.Response:
    return httpx.get(f"{server.url}/v1/activities", headers=token.bearer)


def _copy(source: Installation, target: Installation) -> str:
    ends = [one.variables["DOINGS_DATABASE"] for one in (source, target)]
    return source.run("copy", "--from", ends[0], "--to", ends[1]).stdout


def _until(server: RunningServer, token: Token, path: str, *, status: int) -> httpx.Response:
    """The first answer of that status, or the last one after some seconds of others."""
    end = time.monotonic() + SECONDS
    while True:
        answer = httpx.get(f"{server.url}{path}", headers=token.bearer, timeout=60)
        if answer.status_code == status or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def _shape(answer: httpx.Response) -> tuple[str, object]:
    document = answer.json()
    document.pop("detail", None)
    return answer.headers["content-type"], document


def _status(problem: str) -> int:
    status: int = httpx.Response(200, text=problem).json()["status"]
    return status


def _seqs(server: RunningServer, token: Token) -> list[int]:
    """Every seq that is told of in the feed, in its order."""
    seqs: list[int] = []
    while True:
        after = seqs[-1] if seqs else 0
        url = f"{server.url}/v1/changes?after={after}&limit=200"
        items = httpx.get(url, headers=token.bearer, timeout=60).json()["items"]
        if not items:
            return seqs
        seqs += [item["seq"] for item in items]
