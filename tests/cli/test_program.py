"""How every command takes its database, and how every way to fail ends."""

from pathlib import Path

import apsw
import pytest

from doings.cli.server.serving import shown_database
from doings.config import Settings
from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["sreve"], "No such command 'sreve'. Did you mean 'serve'? Try 'doings --help'."),
        (["account", "creat"], "No such command 'creat'. Did you mean 'create'?"),
        (["serve", "--prot", "1"], "No such option: --prot. Did you mean --port?"),
        (["serve", "--port", "x"], "Invalid value for '--port'"),
        (["token", "create", "--scope", "read"], "Missing option '--account'."),
        (["account", "create", "Co_up"], "slug: letters a-z, digits and inner hyphens"),
        (["account", "create", "x", "--time-zone", "Nowhere"], "'Nowhere' is no IANA time zone"),
        (["account", "list"], "there is no database doings.db;"),
        (["account", "list", "--database", "mysql://x"], "is neither sqlite:///path nor"),
        (["account", "create", "x", "--database", "sqlite:///no/x.db"], "the folder no of the"),
        (["import", "gone.ndjson", "--account", "x"], "there is no file gone.ndjson"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(cli: Cli, arguments: list[str], line: str) -> None:
    """A typing error is answered with what may have been meant, a wrong setting with why."""
    outcome = cli(*arguments)

    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("doings: ")
    assert line in outcome.err
    assert outcome.out == ""


def test_an_unknown_setting_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled variable would otherwise be silently without effect."""
    monkeypatch.setenv("DOINGS_WORKER", "2")

    outcome = cli("account", "list")

    assert outcome.code == 2
    assert outcome.err == ("doings: DOINGS_WORKER is no setting, did you mean DOINGS_WORKERS?\n")


def test_what_does_not_exist_is_a_failure(cli: Cli) -> None:
    """A command that was right and could not be carried out ends with 1."""
    cli("account", "create", "co-up")

    outcome = cli("account", "delete", "gone", "--yes")

    assert outcome == (1, "", "doings: there is no account gone\n")


def test_the_database_may_be_named_before_or_after_the_command(cli: Cli, tmp_path: Path) -> None:
    """Both mean the same, and the nearer one wins."""
    cli("--database", "sqlite:///one.db", "account", "create", "one")
    cli("account", "create", "two", "--database", "sqlite:///one.db")
    cli(
        "--database",
        "sqlite:///gone.db",
        "account",
        "create",
        "three",
        "--database=sqlite:///one.db",
    )

    listed = cli("--database", "sqlite:///one.db", "account", "list").out

    assert [line.split()[0] for line in listed.splitlines()[1:]] == ["one", "three", "two"]
    assert not (tmp_path / "gone.db").exists()


def test_the_database_may_be_named_by_a_variable(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """DOINGS_DATABASE serves every command."""
    monkeypatch.setenv("DOINGS_DATABASE", f"sqlite:///{tmp_path / 'mine.db'}")

    cli("account", "create", "co-up")

    assert (tmp_path / "mine.db").exists()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["serve", "-h"], ["token", "create", "--help"], ["import", "--help"]]
)
def test_help_shows_examples(cli: Cli, arguments: list[str]) -> None:
    """The quickest way to learn a command is to copy one."""
    outcome = cli(*arguments)

    assert outcome.code == 0
    assert "$ " in outcome.out


def test_no_command_shows_the_help(cli: Cli) -> None:
    """`doings` alone tells what there is, and is no success."""
    outcome = cli()

    assert outcome.code == 2
    assert "doings serve" in outcome.out
    assert outcome.err == ""


def test_the_version_is_told(cli: Cli) -> None:
    """As every program does."""
    outcome = cli("--version")

    assert outcome.code == 0
    assert outcome.out.startswith("doings ")


def test_a_damaged_or_foreign_file_is_told_in_one_line(cli: Cli, tmp_path: Path) -> None:
    """A file that is no database is no reason for a trace."""
    (tmp_path / "doings.db").write_text("Dear diary, " * 1000)

    outcome = cli("account", "list")

    assert outcome.code == 2
    assert "doings.db cannot be opened: " in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_database_of_a_newer_program_is_refused(cli: Cli, tmp_path: Path) -> None:
    """An old program must not touch what it does not know."""
    cli("account", "create", "co-up")
    raw = apsw.Connection(str(tmp_path / "doings.db"))
    raw.execute("UPDATE installation SET value = '999' WHERE name = 'schema'")
    raw.close()

    outcome = cli("account", "list")

    assert outcome.code == 2
    assert "the database is at schema 999" in outcome.err


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///doings.db", "sqlite:///doings.db"),
        ("postgresql://db:5432/doings", "postgresql://db:5432/doings"),
        ("postgresql://me:pa@ss@db:5432/doings", "postgresql://me:…@db:5432/doings"),
    ],
)
def test_the_password_of_a_database_is_not_shown(url: str, shown: str) -> None:
    """`serve` says which database it serves, in places that many can read."""
    assert shown_database(Settings(database=url)) == shown
