"""`doings backup` and `doings check`."""

from pathlib import Path

import apsw

from tests.cli.conftest import Cli


def test_a_backup_is_an_equal_database(cli: Cli, tmp_path: Path) -> None:
    """It can be used in the place of the first one."""
    cli("demo")

    copied = cli("backup", "copy.db")

    assert copied.code == 0
    exported = cli("export", "--account", "demo").out
    assert cli("export", "--account", "demo", "--database", "sqlite:///copy.db").out == exported
    assert (tmp_path / "copy.db").stat().st_size > 0


def test_a_backup_overwrites_nothing(cli: Cli, tmp_path: Path) -> None:
    """A file that is there already is somebody's."""
    cli("account", "create", "co-up")
    (tmp_path / "copy.db").write_text("precious")

    outcome = cli("backup", "copy.db")

    assert outcome == (2, "", "doings: copy.db is there already\n")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_sound_database_is_clean(cli: Cli) -> None:
    """And the exit code says so."""
    cli("demo")

    assert cli("check") == (0, "clean\n", "")


def test_what_is_wrong_is_found(cli: Cli, tmp_path: Path) -> None:
    """A counter that was tampered with is a finding, and the exit code is 1."""
    cli("demo")
    raw = apsw.Connection(str(tmp_path / "doings.db"))
    raw.execute("UPDATE tallies SET count = count + 1 WHERE day = (SELECT max(day) FROM tallies)")
    raw.close()

    outcome = cli("check")

    assert outcome.code == 1
    assert outcome.out
    assert outcome.err == ""
