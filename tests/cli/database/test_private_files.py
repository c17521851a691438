"""Files are their owner's only, whatever the umask says; wider ones are named at start."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    """A umask that takes no right away."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(name: str) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(Path(name).stat().st_mode)


def test_a_database_its_log_its_copy_and_its_export_are_the_owner_s(cli: Cli) -> None:
    """From the start on: an export that is not whole yet, too."""
    cli("account", "create", "co-up")
    holding = apsw.Connection("doings.db")
    holding.execute("SELECT 1 FROM accounts").fetchall()
    cli("token", "create", "--account", "co-up", "--scope", "read")
    names = {path.name for path in Path().glob("doings.db*")}
    modes = {mode(name) for name in names}
    holding.close()
    Path("out.ndjson.partial").touch(0o666)

    cli("backup", "copy.db")
    cli("export", "--account", "co-up", "out.ndjson")

    assert {"doings.db", "doings.db-wal", "doings.db-shm"} <= names
    assert modes == {0o600}
    assert (mode("copy.db"), mode("out.ndjson")) == (0o600, 0o600)


def test_a_database_that_a_link_leads_to_is_the_owner_s(cli: Cli) -> None:
    """Also one that is not there yet."""
    Path("doings.db").symlink_to("elsewhere.db")

    cli("account", "create", "co-up")

    assert mode("elsewhere.db") == 0o600


def test_a_copy_that_fails_leaves_no_file(cli: Cli) -> None:
    """And one that is there already stays as it is."""
    Path("doings.db").write_text("no database, but a text that is long enough to be read as one")
    Path("there.db").write_text("kept")

    failed, refused = cli("backup", "copy.db"), cli("backup", "there.db")

    assert (failed.code, refused.code) == (2, 2)
    assert not Path("copy.db").exists()
    assert Path("there.db").read_text() == "kept"


@pytest.mark.usefixtures("not_serving")
def test_a_wider_database_is_named_at_start(cli: Cli) -> None:
    """With the command that makes it the owner's; nothing is changed without being asked."""
    cli("account", "create", "co-up")
    silent = cli("serve", "--port", "0")
    Path("doings.db").chmod(0o640)

    told = cli("serve", "--port", "0")

    assert silent.err == ""
    line = json.loads(told.err)
    assert (line["event"], line["level"]) == ("others may read the database", "warning")
    assert line["command"] == "chmod 600 doings.db doings.db-*"
    assert mode("doings.db") == 0o640
