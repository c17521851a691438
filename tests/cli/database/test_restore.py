"""`doings restore` and `doings schema restored`: history goes backwards, and followers are told."""

import asyncio
from pathlib import Path

import apsw

from doings.core.clock import SystemClock
from doings.storage.opening import open_url
from tests.cli.conftest import Cli

RECORD = '{"kind": "note.created"}\n'


def epoch_of(path: Path) -> str:
    """The epoch of the only account."""

    async def read() -> str:
        store = await open_url(f"sqlite:///{path}", SystemClock())
        (account,) = await store.accounts()
        chunk = await store.read(account.id, lambda reader: reader.feed(0, 1))
        await store.close()
        return chunk.epoch

    return asyncio.run(read())


def filled(cli: Cli) -> None:
    """An account, a backup of it, and an activity that is not in the backup."""
    cli("account", "create", "acme")
    cli("backup", "copy.db")
    cli("import", "-", "--account", "acme", stdin=RECORD)


def test_a_backup_takes_the_place_of_the_database(cli: Cli, tmp_path: Path) -> None:
    """With another epoch; what was there is kept, and the backup is as it was."""
    filled(cli)
    before = epoch_of(tmp_path / "doings.db")

    outcome = cli("restore", "copy.db")

    assert (outcome.code, outcome.out) == (0, "Restored doings.db from copy.db\n")
    assert cli("export", "--account", "acme", "--activities-only").out == ""
    kept = cli("export", "--account", "acme", "--database", "sqlite:///doings.db.before-restore")
    assert "note.created" in kept.out
    assert epoch_of(tmp_path / "doings.db") != before
    assert epoch_of(tmp_path / "copy.db") == before
    assert cli("check").out == "clean\n"
    assert not list(tmp_path.glob("*restoring*"))


def test_a_database_in_use_is_not_replaced(cli: Cli, tmp_path: Path) -> None:
    """A server would go on writing into a file that nobody sees."""
    filled(cli)
    server = apsw.Connection(str(tmp_path / "doings.db"))
    server.execute("SELECT * FROM accounts").fetchall()

    outcome = cli("restore", "copy.db")
    server.close()

    assert outcome.code == 2
    assert "stop the server first" in outcome.err


def test_what_is_no_backup_is_refused(cli: Cli, tmp_path: Path) -> None:
    """And the database stays as it is."""
    filled(cli)
    (tmp_path / "text.db").write_text("precious" * 100)
    apsw.Connection(str(tmp_path / "empty.db")).execute("CREATE TABLE x (y)")

    outcomes = [cli("restore", name) for name in ("none.db", "text.db", "empty.db", "doings.db")]
    nowhere = cli("restore", "copy.db", "--database", "sqlite:///nowhere/doings.db")

    assert [outcome.code for outcome in outcomes] == [2, 2, 2, 2]
    assert "there is no backup none.db" in outcomes[0].err
    assert "text.db cannot be restored: the database file is damaged" in outcomes[1].err
    assert "empty.db is no backup of Doings" in outcomes[2].err
    assert "doings.db is the database itself" in outcomes[3].err
    assert nowhere == (2, "", "doings: the folder nowhere of the database does not exist\n")
    assert "note.created" in cli("export", "--account", "acme").out


def test_a_damaged_database_is_replaced(cli: Cli, tmp_path: Path) -> None:
    """That is what backups are for."""
    filled(cli)
    (tmp_path / "doings.db").write_text("broken" * 1000)

    assert cli("restore", "copy.db").code == 0
    assert cli("check").out == "clean\n"


def test_a_restored_server_is_told_of(cli: Cli, tmp_path: Path) -> None:
    """Where the database was put back by other means, and by copying into another."""
    cli("account", "create", "acme")
    first = epoch_of(tmp_path / "doings.db")

    outcome = cli("schema", "restored")
    cli("copy", "--from", "sqlite:///doings.db", "--to", "sqlite:///other.db")

    assert outcome.code == 0
    second, third = epoch_of(tmp_path / "doings.db"), epoch_of(tmp_path / "other.db")
    assert len({first, second, third}) == 3
    assert all(word.isalnum() and 8 <= len(word) <= 16 for word in (first, second, third))
