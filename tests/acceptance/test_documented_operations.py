"""What the page about running Doings tells an operator to do, done word by word."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from tests.acceptance.running import Installation, installation_in
from tests.engines import POSTGRESQL_ONLY
from tests.storage.servers import running

PAGE = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text()

ROLE = "doings"


def documented(command: str) -> str:
    """The one line of the page that runs a command."""
    lines = re.findall(rf"(?:^|`)({re.escape(command)} [^`\n]+)", PAGE, re.MULTILINE)
    assert len(lines) == 1, lines
    return str(lines[0])


@pytest.fixture
def _no_role() -> None:
    """A server without the role and the database that the page makes."""
    running().run_client(f"dropdb --if-exists --force {ROLE}; dropuser --if-exists {ROLE}")


@POSTGRESQL_ONLY
@pytest.mark.usefixtures("_no_role")
def test_a_restored_dump_belongs_to_doings(tmp_path: Path) -> None:
    """Whatever is in it, so that Doings reads, writes and upgrades it as before."""
    server = running()
    for command in ("createuser", "createdb"):
        server.run_client(documented(command))
    own = installation_in(tmp_path, {"database": server.url(ROLE, user=ROLE)})
    own.run("demo")
    before = own.run("account", "list").stdout

    server.run_client(documented("pg_dump"))
    server.run_client(f"dropdb {ROLE}")
    for command in ("createdb", "pg_restore", "vacuumdb"):
        server.run_client(documented(command))

    assert asyncio.run(owners(server.url(ROLE))) == {ROLE}
    assert own.run("account", "list").stdout == before
    assert own.run("check").stdout == "clean\n"
    assert "Imported 1 activities" in record(own)


def record(installation: Installation) -> str:
    """Import an activity, and return what is said about it."""
    line = '{"kind": "note.created"}'
    return installation.run("import", "-", "--account", "demo", stdin=line).stdout


async def owners(url: str) -> set[str]:
    """Who owns the tables, indexes, sequences, functions and types of a database."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT pg_get_userbyid(owner) FROM ("
            " SELECT relowner, relnamespace FROM pg_class"
            " UNION ALL SELECT proowner, pronamespace FROM pg_proc"
            " UNION ALL SELECT typowner, typnamespace FROM pg_type"
            ") AS found (owner, namespace) WHERE namespace = 'public'::regnamespace"
        )
        return {row[0] for row in rows}
    finally:
        await connection.close()
