"""`doings copy` and `doings schema`."""

from pathlib import Path

from tests.cli.conftest import Cli

COPY = ("copy", "--from", "sqlite:///doings.db", "--to", "sqlite:///other.db")


def test_a_copy_exports_the_same(cli: Cli) -> None:
    """Everything is there, and the number of rows is told."""
    cli("demo")

    outcome = cli(*COPY)

    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("Copied and compared ")
    exported = cli("export", "--account", "demo").out
    assert cli("export", "--account", "demo", "--database", "sqlite:///other.db").out == exported
    assert cli("check", "--database", "sqlite:///other.db").out == "clean\n"


def test_a_copy_goes_into_a_new_database_only(cli: Cli) -> None:
    """A second copy would mix two histories."""
    cli("demo")
    cli(*COPY)

    outcome = cli(*COPY)

    assert outcome.code == 2
    assert outcome.err == "doings: the target holds accounts: copy into a new database\n"


def test_a_source_that_does_not_exist_is_told(cli: Cli, tmp_path: Path) -> None:
    """And no empty database is made in its place."""
    outcome = cli(*COPY)

    assert outcome.code == 2
    assert "there is no database doings.db" in outcome.err
    assert not (tmp_path / "doings.db").exists()


def test_a_database_is_not_copied_into_itself(cli: Cli) -> None:
    """One line, exit code 2."""
    outcome = cli("copy", "--from", "sqlite:///doings.db", "--to", "sqlite:///doings.db")

    assert outcome == (2, "", "doings: --from and --to are the same database\n")


def test_only_postgresql_can_be_distributed(cli: Cli) -> None:
    """What to do instead is said."""
    outcome = cli("schema", "distribute", "--database", "sqlite:///doings.db")

    assert outcome.code == 2
    assert "copy it to PostgreSQL first" in outcome.err


def test_a_url_of_no_database_is_refused_without_its_password(cli: Cli) -> None:
    """What is wrong is said; what might be secret is not repeated."""
    outcome = cli("check", "--database", "mysql://root:hunter2@db/x")

    assert outcome.code == 2
    assert "neither sqlite:///path nor postgresql://user@host/name" in outcome.err
    assert "hunter2" not in outcome.err


def test_a_server_that_does_not_answer_is_one_line(cli: Cli) -> None:
    """The URL is shown without its password. It is no mistake: the server may come later."""
    outcome = cli("check", "--database", "postgresql://me:hunter2@127.0.0.1:1/x")

    assert outcome.code == 1
    assert outcome.err == "doings: postgresql://me@127.0.0.1:1/x: nobody answers there\n"
