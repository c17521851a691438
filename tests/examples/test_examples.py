"""Each example against a real server, and the typed client against the server's description."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.running import PATIENCE, RunningServer, Token, serving

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all of them; no engine makes a difference here."""
    folder = tmp_path_factory.mktemp("server")
    database = f"sqlite:///{folder}/doings.db"
    with serving(folder, database=database, webhook_allow="127.0.0.1") as running:
        yield running


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def token(server: RunningServer) -> Token:
    """A credential that may do everything."""
    return server.token("co-up", "read", "write", "admin")


@pytest.fixture(scope="module")
def client(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the typed client, made from the description of the running server."""
    folder = tmp_path_factory.mktemp("client")
    made = _run("typed_client.py", f"{server.url}/v1/openapi.json")
    (folder / "doings_client.py").write_text(made, encoding="utf-8")
    return folder


def _run(name: str, *arguments: str, **variables: str) -> str:
    """What an example prints."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def _running(name: str, log: Path, *arguments: str, **variables: str) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, EXAMPLES / name, *arguments],
            env={**os.environ, **variables},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _soon(ask: Callable[[], object]) -> object:
    """What is there before long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if found := ask():
                return found
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("it did not come")


def _variables(server: RunningServer, token: Token) -> dict[str, str]:
    return {"DOINGS_URL": server.url, "DOINGS_SECRET": token.secret}


@pytest.mark.parametrize("name", ["timeline.py", "typed.py"])
def test_an_app_shows_what_it_recorded(
    server: RunningServer, token: Token, client: Path, name: str
) -> None:
    """The newest first."""
    variables = {**_variables(server, token), "PYTHONPATH": str(client)}
    customer = f"{name} a/b?"  # an id is any text

    _run(name, customer, "Jim Halpert", "Asked for an offer", **variables)
    printed = _run(name, customer, "Jim Halpert", "Got it", **variables).splitlines()

    assert [line.partition(" ")[2] for line in printed] == ["Got it", "Asked for an offer"]


def test_a_page_shows_one_timeline(
    server: RunningServer, token: Token, tmp_path: Path, free_port: int
) -> None:
    """Its token reads that timeline on this origin, and nothing else."""
    page_url = f"http://127.0.0.1:{free_port}"
    variables = {**_variables(server, token), "PORT": str(free_port)}
    contact = f"{server.url}/v1/entities/contact/8"
    httpx.put(contact, json={"name": "Jim Halpert"}, headers=token.bearer).raise_for_status()

    with _running("embed.py", tmp_path / "log", "8", **variables):
        page = _soon(lambda: httpx.get(page_url).text)

    assert isinstance(page, str)
    assert f'<script src="{server.url}/embed.js" async></script>' in page
    viewer = page.partition('token="')[2].partition('"')[0]
    headers = {"Authorization": f"Bearer {viewer}", "Origin": page_url}
    own = httpx.get(f"{server.url}/v1/entities/contact/8/activities", headers=headers)
    other = httpx.get(f"{server.url}/v1/entities/contact/9/activities", headers=headers)
    assert (own.status_code, other.status_code) == (200, 403)


def test_a_receiver_handles_each_event_once(
    server: RunningServer, token: Token, tmp_path: Path, free_port: int
) -> None:
    """And refuses what nobody signed."""
    url = f"http://127.0.0.1:{free_port}/"
    asked = {"url": url, "kind": ["order.placed"]}
    hook = httpx.post(f"{server.url}/v1/webhooks", json=asked, headers=token.bearer).json()
    log = tmp_path / "log"

    with _running(
        "webhook_receiver.py", log, DOINGS_WEBHOOK_SECRET=hook["secret"], PORT=str(free_port)
    ):
        unsigned = _soon(lambda: httpx.post(url, json={"type": "activity.created"}))
        order = {"kind": "order.placed", "summary": "Ten chairs", "links": ["contact:8"]}
        httpx.post(f"{server.url}/v1/activities", json=order, headers=token.bearer)
        line = _soon(lambda: [one for one in log.read_text().splitlines() if "chairs" in one])

    assert isinstance(unsigned, httpx.Response)
    assert unsigned.status_code == 400
    assert isinstance(line, list)
    event, _, body = line[0].partition(" ")
    assert event == "activity.created"
    assert json.loads(body)["activity"]["summary"] == "Ten chairs"


def test_the_typed_client_says_what_is_unchanged(
    server: RunningServer, token: Token, client: Path
) -> None:
    """With the ETag of an answer, which has no body then."""
    asked = httpx.get(f"{server.url}/v1/account", headers=token.bearer)
    script = (
        "import sys; from doings_client import Doings, Problem\n"
        "try: Doings(sys.argv[1], sys.argv[2]).get_account(if_none_match=sys.argv[3])\n"
        "except Problem as problem: print(problem.status)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, server.url, token.secret, asked.headers["ETag"]],
        cwd=client,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "304\n"


def test_the_typed_client_fits_the_description(client: Path, tmp_path: Path) -> None:
    """A type checker finds no fault in it, nor in what the examples do with it."""
    files = [EXAMPLES / name for name in ("timeline.py", "embed.py", "typed.py", "typed_client.py")]
    for file in files:
        shutil.copy(file, tmp_path)
    shutil.copy(client / "doings_client.py", tmp_path)
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from doings_client import Doings\n"
        'Doings("", "").get_activities(colour="red")\n'
        'Doings("", "").post_activities({"body": "x"})\n'
    )

    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )

    lines = checked.stdout.splitlines()
    errors = [line.partition(": error: ")[0] for line in lines if ": error: " in line]
    assert errors == ["wrong.py:2", "wrong.py:3"], checked.stdout
