"""A database of an older version: which commands upgrade it, and that no other one touches it."""

import asyncio
import json
from pathlib import Path

import apsw
import pytest

from doings.core.clock import SystemClock
from doings.storage import database as opening
from doings.storage.opening import open_url
from doings.storage.sql.schema.steps import STEPS, VERSION
from tests.cli.conftest import Cli

OLDER = VERSION - 1

UPGRADING = f"Upgrading the database from schema {OLDER} to {VERSION}. It may take a while.\n"

REFUSED = (
    f"doings: the database is at schema {OLDER}, this program works with {VERSION}: stop the"
    " servers, make a backup and run `doings schema upgrade`\n"
)

OTHER_COMMANDS = (
    "account list",
    "account create co-up",
    "account delete co-up --yes",
    "token list --account co-up",
    "import list",
    "import - --account co-up",
    "export --account co-up",
    "webhook list",
    "tail",
    "check",
    "copy --from sqlite:///doings.db --to sqlite:///new.db",
    "schema restored",
)


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that lacks the last step of the schema."""
    file = tmp_path / "doings.db"

    async def make() -> None:
        store = await open_url(f"sqlite:///{file}", SystemClock())
        await store.close()

    with monkeypatch.context() as patched:
        patched.setattr(opening, "STEPS", STEPS[:OLDER])
        patched.setattr(opening, "VERSION", OLDER)
        asyncio.run(make())
    return file


def schema_of(file: Path) -> int:
    """The schema that the database says it is at."""
    raw = apsw.Connection(str(file))
    schema: str = raw.execute("SELECT value FROM installation WHERE name = 'schema'").get
    raw.close()
    return int(schema)


@pytest.mark.parametrize("command", OTHER_COMMANDS)
def test_no_other_command_touches_it(cli: Cli, older: Path, command: str) -> None:
    """It ends with one line that says what to do."""
    before = older.read_bytes()

    outcome = cli(*command.split())

    assert outcome == (2, "", REFUSED)
    assert older.read_bytes() == before


def test_it_is_upgraded_when_asked_for(cli: Cli, older: Path) -> None:
    """Once; then there is nothing left to do."""
    first = cli("schema", "upgrade")
    second = cli("schema", "upgrade")

    assert first == (0, f"The database is at schema {VERSION} now\n", UPGRADING)
    assert second == (0, "There is nothing to upgrade\n", "")
    assert cli("account", "list").code == 0
    assert schema_of(older) == VERSION


def test_a_backup_can_be_made_before(cli: Cli, older: Path) -> None:
    """By the newer program, of the schema that it finds."""
    outcome = cli("backup", "before.db")

    assert outcome.code == 0
    assert schema_of(older.with_name("before.db")) == OLDER
    assert schema_of(older) == OLDER


@pytest.mark.usefixtures("not_serving")
def test_the_server_says_that_it_upgrades(cli: Cli, older: Path) -> None:
    """In its log, before it serves."""
    outcome = cli("serve", "--port", "0")

    assert outcome.code == 0
    line = json.loads(outcome.err)
    assert (line["event"], line["level"]) == ("upgrading the database", "info")
    assert (line["schema"], line["to"]) == (str(OLDER), str(VERSION))
    assert schema_of(older) == VERSION


def test_the_demo_says_that_it_upgrades(cli: Cli, older: Path) -> None:
    """So that `make run` works with the database of an older version."""
    outcome = cli("demo")

    assert outcome.code == 0
    assert outcome.err.startswith(UPGRADING)
    assert schema_of(older) == VERSION


def test_an_older_backup_is_upgraded_as_it_is_restored(cli: Cli, older: Path) -> None:
    """The backup itself stays as it is."""
    backup = older.rename(older.with_name("backup.db"))

    outcome = cli("restore", "backup.db")

    assert (outcome.code, outcome.err) == (0, UPGRADING)
    assert schema_of(older) == VERSION
    assert schema_of(backup) == OLDER


def test_no_database_is_made_to_upgrade_it(cli: Cli, tmp_path: Path) -> None:
    """A name that was mistyped is one."""
    outcome = cli("schema", "upgrade")

    assert outcome.code == 2
    assert "there is no database doings.db" in outcome.err
    assert not list(tmp_path.iterdir())
