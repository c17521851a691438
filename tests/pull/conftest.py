"""A server that stands for all five vendors, and commands that pull from it."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.acceptance.running import RunningServer, Token, serving
from tests.cli.conftest import Cli, Outcome, cli
from tests.engines import ENGINES
from tests.storage import servers

__all__ = ["cli"]

BASES = {
    "monica": "/monica/api",
    "cobot": "/cobot/{account}",
    "invent": "/invent",
    "agendize": "/agendize",
    "mio": "/mio",
}
"""What a client of each service is given behind the server's address."""


class Vendor(NamedTuple):
    """A server, and an account of it that others pull from."""

    server: RunningServer
    token: Token

    def base(self, dialect: str, url: str | None = None) -> str:
        """The base URL of a dialect; `url` is a proxy's, where there is one."""
        return (url or self.server.url) + BASES[dialect].format(account=self.token.account)

    def get(self, path: str, token: Token | None = None, **params: object) -> Any:  # noqa: ANN401 - JSON
        """What the native API answers."""
        answer = httpx.get(
            self.server.url + path,
            headers=(token or self.token).bearer,
            params={name: str(value) for name, value in params.items()},
        )
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def send(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        """Change something through the native API."""
        answer = httpx.request(
            method, self.server.url + path, headers=self.token.bearer, json=document
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def record(self, documents: Sequence[Mapping[str, object]]) -> None:
        """Record many activities."""
        lines = b"\n".join(json.dumps(document).encode() for document in documents)
        answer = httpx.post(
            f"{self.server.url}/v1/activities/batch",
            headers={**self.token.bearer, "Content-Type": "application/x-ndjson"},
            content=lines,
            timeout=60,
        )
        assert answer.is_success, answer.text
        assert answer.json()["errors"] == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all of these tests; each test has accounts of its own."""
    folder = tmp_path_factory.mktemp("vendor")
    with serving(folder, database=f"sqlite:///{folder}/vendor.db") as running:
        yield running


def new_token(run: Cli, server: RunningServer, prefix: str) -> Token:
    """A credential that may do everything in a new account of the server's."""
    account = f"{prefix}-{next(_numbers)}"
    database = ("--database", server.installation.variables["DOINGS_DATABASE"])
    run("account", "create", account, *database)
    scopes = ("--scope", "read", "--scope", "write", "--scope", "admin")
    created = run("token", "create", "--account", account, *scopes, "--json", *database)
    return Token(account, **json.loads(created.out))


_numbers = count(1)


@pytest.fixture
def vendor(server: RunningServer, cli: Cli) -> Vendor:
    """An account of the server's that holds nothing yet."""
    return Vendor(server, new_token(cli, server, "vendor"))


class Puller:
    """Pulls from a vendor into an account, `here` in a database of its own."""

    def __init__(self, run: Cli, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = "here"
        self._run = run
        self._vendor = vendor
        monkeypatch.setenv("DOINGS_PULL_KEY", vendor.token.key)
        monkeypatch.setenv("DOINGS_PULL_SECRET", vendor.token.secret)
        monkeypatch.setenv("DOINGS_PULL_USER", vendor.token.account)
        monkeypatch.setenv("DOINGS_PULL_RATE", "0")
        monkeypatch.setenv("DOINGS_PULL_PATIENCE", "2")
        run("account", "create", "here")

    def __call__(self, dialect: str, *options: str, url: str | None = None) -> Outcome:
        """Run the command."""
        base = self._vendor.base(dialect, url)
        command = ("pull", dialect, "--from", base, "--account", self.account, "--json")
        return self._run(*command, *options)

    def counts(self, dialect: str, *options: str, url: str | None = None) -> dict[str, Any]:
        """What a pull that succeeds says that it did."""
        outcome = self(dialect, *options, url=url)
        assert outcome.code == 0, outcome.err
        counts: dict[str, Any] = json.loads(outcome.out)
        return counts

    def exported(self) -> list[dict[str, Any]]:
        """What the account holds: activities as NDJSON gives them."""
        outcome = self._run("export", "--account", self.account)
        lines = [json.loads(line) for line in outcome.out.splitlines()]
        return [line for line in lines if "kind" in line]


@pytest.fixture
def pull(cli: Cli, vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Puller:
    """Pulls into an account that holds nothing yet."""
    return Puller(cli, vendor, monkeypatch)


@pytest.fixture(params=ENGINES)
def pull_into_either(
    request: pytest.FixtureRequest,
    cli: Cli,
    vendor: Vendor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Puller:
    """The same on each engine."""
    if request.param == "postgresql":
        url = asyncio.run(servers.running().url_for(tmp_path))
        monkeypatch.setenv("DOINGS_DATABASE", url)
    return Puller(cli, vendor, monkeypatch)
