"""What `doings serve` and its kin say before they serve, and why they cannot."""

import gc
import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from doings.app import MOUNTS
from doings.cli.access.surfaces import WAYS
from doings.cli.server import serving
from doings.config import Settings, base_url
from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back after the test what `serve` sets for its workers."""
    for name in Settings.__struct_fields__:
        monkeypatch.setenv(f"DOINGS_{name.upper()}", "")
        monkeypatch.delenv(f"DOINGS_{name.upper()}")


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_a_taken_port_names_the_option_that_chooses_another(cli: Cli, taken_port: int) -> None:
    """One line, exit code 2, and no database is made."""
    outcome = cli("serve", "--port", str(taken_port))

    assert outcome.code == 2
    assert outcome.err == (
        f"doings: cannot listen on 127.0.0.1 port {taken_port}: another program does;"
        " choose another port with --port or DOINGS_PORT\n"
    )
    assert not Path("doings.db").exists()


@pytest.mark.parametrize(
    ("variables", "option"),
    [
        ({"DOINGS_PORT": "{taken}"}, "--port"),
        ({"DOINGS_HOST": "0.0.0.0", "DOINGS_PORT": "{taken}"}, "--port"),  # noqa: S104 - refused
        ({"DOINGS_HOST": "192.0.2.1"}, "--host"),
    ],
    ids=str,
)
def test_an_address_that_cannot_be_had_names_its_option(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    taken_port: int,
    variables: dict[str, str],
    option: str,
) -> None:
    """Also where it came from a variable."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(taken=taken_port))

    outcome = cli("serve")

    assert outcome.code == 2
    assert option in outcome.err


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Settings]]:
    """The settings that would have been served."""
    settings: list[Settings] = []
    monkeypatch.setattr(serving, "_serve", settings.append)
    yield settings
    gc.enable()
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_serve_says_where_it_is_described(cli: Cli, served: list[Settings]) -> None:
    """The second line is an address to open in a browser."""
    outcome = cli("serve", "--port", "0")

    port = served[0].port
    first, second = outcome.out.splitlines()
    assert first == f"Doings listens on http://127.0.0.1:{port} (sqlite:///doings.db)"
    assert second == f"Its API describes itself at http://127.0.0.1:{port}/docs"


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="0.0.0.0"), "http://127.0.0.1:8000"),  # noqa: S104 - nothing listens
        (Settings(host="::", port=9000), "http://[::1]:9000"),
        (Settings(host="::1"), "http://[::1]:8000"),
        (Settings(host="fe80::1", port=1), "http://[fe80::1]:1"),
        (Settings(host="localhost"), "http://localhost:8000"),
        (Settings(public_url="https://doings.example.org/"), "https://doings.example.org"),
    ],
    ids=str,
)
def test_addresses_can_be_opened_as_they_are_printed(settings: Settings, base: str) -> None:
    """Also those of IPv6, and those of a server that listens everywhere."""
    assert base_url(settings) == base


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["demo"]], ids=" ".join)
@pytest.mark.parametrize("name", ["doings.db", "mine.db"])
def test_a_new_database_is_announced_and_an_old_one_is_not(
    cli: Cli,
    served: list[Settings],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    name: str,
) -> None:
    """With its whole path, as it may have been expected in another folder."""
    line = f"There is no database {Path.cwd() / name} yet: making an empty one.\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    made = cli("--database", f"sqlite:///{name}", *arguments)
    kept = cli("--database", f"sqlite:///{name}", *arguments)

    assert line in made.err
    assert "There is no database" not in kept.err + kept.out + made.out
    assert all(one.database == f"sqlite:///{name}" for one in served)


@pytest.mark.usefixtures("served")
def test_a_log_that_is_collected_has_the_new_database_as_a_line(cli: Cli, tmp_path: Path) -> None:
    """What reads the log expects a JSON object a line; the levels hold for this one, too."""
    made = cli("serve", "--port", "0")
    kept = cli("serve", "--port", "0")

    line = json.loads(made.err)
    assert (line["event"], line["level"]) == ("making a new database", "info")
    assert line["file"] == str(tmp_path / "doings.db")
    assert kept.err == ""


def test_a_database_that_a_first_account_made_is_told(cli: Cli, tmp_path: Path) -> None:
    """Once, and only where the account was made as well."""
    refused = cli("account", "create", "Co_up")
    (tmp_path / "doings.db").unlink()
    made = cli("account", "create", "co-up")
    more = cli("account", "create", "other")

    line = f"Made the database {tmp_path / 'doings.db'}\n"
    assert [line in outcome.err for outcome in (refused, made, more)] == [False, True, False]


def test_a_database_that_cannot_be_made_is_not_announced(cli: Cli) -> None:
    """The one line is why."""
    outcome = cli("serve", "--port", "0", "--database", "sqlite:///gone/doings.db")

    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        "doings: the folder gone of the database does not exist",
    ]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["account", "create", "two"], ["token", "create", "--help"]]
)
def test_hints_at_scopes_name_admin_for_cobot(cli: Cli, arguments: list[str]) -> None:
    """Cobot's API refuses a credential without it, which no answer of Cobot's says."""
    outcome = cli(*arguments)

    text = " ".join((outcome.out + outcome.err).replace("│", " ").split())
    assert "--scope read" in text
    assert "Cobot's API" in text
    assert "admin" in text


@pytest.mark.parametrize("scopes", [["read"], ["write"], ["read", "write"], ["admin"]], ids=str)
def test_a_new_credential_says_which_surface_refuses_it(cli: Cli, scopes: list[str]) -> None:
    """Only Cobot's does, where admin is missing."""
    cli("account", "create", "co-up")
    options = [word for scope in scopes for word in ("--scope", scope)]

    shown = cli("token", "create", "--account", "co-up", *options).out

    refused = [line for line in shown.splitlines() if "refuses this credential" in line]
    assert [line.split()[1] for line in refused] == ([] if "admin" in scopes else ["Cobot"])
    assert all(WAYS[mount].name in shown for mount in WAYS.keys() & MOUNTS.keys())
