"""`doings token`."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def _account(cli: Cli) -> None:
    cli("account", "create", "co-up")


def test_scripts_get_exactly_key_and_secret(cli: Cli) -> None:
    """The contract of --json."""
    outcome = cli("token", "create", "--account", "co-up", "--scope", "read", "--json")

    token = json.loads(outcome.out)
    assert list(token) == ["key", "secret"]
    assert token["secret"].startswith(token["key"])


def test_people_are_told_how_each_surface_takes_it(cli: Cli) -> None:
    """The panel shows the secret, and what to do with it, surface by surface."""
    outcome = cli("token", "create", "--account", "co-up", "--scope", "read", "--scope", "admin")

    assert "shown this once" in outcome.out
    assert re.search(r"Native +Authorization: Bearer k\w+_\S+", outcome.out)
    assert re.search(r"Monica +Authorization: Bearer k\w+_\S+", outcome.out)


def test_no_secret_is_stored(cli: Cli, tmp_path: Path) -> None:
    """Neither the list nor the file has it."""
    created = cli("token", "create", "--account", "co-up", "--scope", "read", "--json")
    token = json.loads(created.out)

    listed = cli("token", "list", "--account", "co-up")

    random = token["secret"].removeprefix(token["key"])
    assert token["key"] in listed.out
    assert random not in listed.out
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("doings.db*"))
    assert token["key"].encode() in stored
    assert random.encode() not in stored


def test_short_names_of_scopes_are_understood(cli: Cli) -> None:
    """`read` and `write` stand for the vendors' long words."""
    cli("token", "create", "--account", "co-up", "--scope", "read", "--scope", "write")

    assert "read_activities write_activities" in cli("token", "list", "--account", "co-up").out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--scope", "red"], "'red' is none of read_activities, write_activities, admin"),
        (["--scope", "read", "--expires-in", "soon"], "'soon' is no span like 90d, 12h or 2w"),
        (["--scope", "read", "--expires-in", "0d"], "'0d' is no span"),
        (["--scope", "read", "--expires-in", "999999w"], "outside the years"),
        (["--scope", "read", "--expires-at", "2001-01-01T00:00:00Z"], "is over already"),
        (["--scope", "read", "--expires-at", "tomorrow"], "not an RFC 3339 time"),
        (["--scope", "read", "--expires-at", "2999-01-01T00:00:00"], "offset"),
        (["--scope", "read", "--expires-at", "x", "--expires-in", "1d"], "not together"),
    ],
)
def test_wrong_values_are_refused(cli: Cli, options: list[str], reason: str) -> None:
    """And no credential is made."""
    outcome = cli("token", "create", "--account", "co-up", *options)

    assert outcome.code == 2
    assert reason in outcome.err
    assert len(cli("token", "list", "--account", "co-up").out.splitlines()) == 1


def test_an_expiry_is_kept(cli: Cli) -> None:
    """The list shows when a credential ends."""
    options = ["--scope", "read", "--expires-at", "2999-01-31T00:00:00Z", "--label", "crm"]
    cli("token", "create", "--account", "co-up", *options)

    listed = cli("token", "list", "--account", "co-up").out

    assert "2999-01-31 00:00" in listed
    assert "crm" in listed


def test_a_revoked_credential_is_gone(cli: Cli) -> None:
    """Revoking it a second time says that there is none."""
    created = cli("token", "create", "--account", "co-up", "--scope", "read", "--json")
    key = json.loads(created.out)["key"]

    revoked = cli("token", "revoke", key, "--account", "co-up")
    again = cli("token", "revoke", key, "--account", "co-up")

    assert revoked.out == f"Revoked {key}\n"
    assert again == (1, "", f"doings: there is no credential {key}\n")


def test_a_credential_is_revoked_by_its_own_account_only(cli: Cli) -> None:
    """Another account cannot even name it."""
    cli("account", "create", "other")
    created = cli("token", "create", "--account", "co-up", "--scope", "read", "--json")
    key = json.loads(created.out)["key"]

    outcome = cli("token", "revoke", key, "--account", "other")

    assert outcome.code == 1
    assert key in cli("token", "list", "--account", "co-up").out
