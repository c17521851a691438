"""`doings backup` and `doings check`."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from doings.storage.sqlite import backup
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


@pytest.mark.usefixtures("not_serving")
def test_the_database_of_another_program_is_left_as_it_is(cli: Cli, tmp_path: Path) -> None:
    """A name that was mistyped makes no tables in it; nor is a file without any a database."""
    with closing(apsw.Connection(str(tmp_path / "other.db"))) as raw:
        raw.execute("CREATE TABLE bookmarks (address)")
    before = (tmp_path / "other.db").read_bytes()
    (tmp_path / "empty.db").touch()

    commands = [("account", "list"), ("demo",), ("schema", "upgrade"), ("serve", "--port", "0")]
    others = [cli(*command, "--database", "sqlite:///other.db") for command in commands]
    backups = [cli("backup", "b.db", "--database", f"sqlite:///{x}.db") for x in ("other", "empty")]
    empty = cli("account", "list", "--database", "sqlite:///empty.db")

    assert {outcome.code for outcome in (*others, *backups, empty)} == {2}
    assert all("other.db belongs to another program" in outcome.err for outcome in others)
    assert all("is no database of Doings" in outcome.err for outcome in backups)
    assert "there is no database empty.db" in empty.err
    assert {path.name for path in tmp_path.iterdir()} == {"other.db", "empty.db"}
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_backup_without_room_says_so(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of it, and it is no mistake of the person who asked for it."""
    cli("account", "create", "acme")

    def full(*_: object) -> None:
        raise apsw.FullError

    monkeypatch.setattr(backup, "copy_pages", full)
    outcome = cli("backup", "copy.db")

    assert outcome == (1, "", "doings: doings.db cannot be copied to copy.db: the disk is full\n")
    assert not (tmp_path / "copy.db").exists()


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
