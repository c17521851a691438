"""Opening a PostgreSQL database: mistakes in the settings, servers that are refused, closing."""

import contextlib

import pytest

from doings.core.errors import Misconfigured, Unavailable
from doings.storage.database import open_database
from doings.storage.postgres import opening
from doings.storage.postgres.engine import PostgresEngine, open_postgres
from doings.storage.postgres.search import SCHEMA
from tests.clocks import TickingClock
from tests.storage import servers

MISTAKES = {
    "postgresql://postgres@127.0.0.1:{port}/nowhere": "there is no such database",
    "postgresql://guarded:wrong@127.0.0.1:{port}/postgres": "the password is wrong",
    "postgresql://nobody_at_all@127.0.0.1:{port}/postgres": "the login is refused",
    "postgresql://postgres@127.0.0.1:port/postgres": "no usable URL",
    "postgresql://guarded:right@127.0.0.1:{port}/postgres": "permission denied",
    "postgresql://postgres@127.0.0.1:{port}/postgres?serch_path=x": "the server refuses: unrec",
    "postgresql://postgres@127.0.0.1:{port}/postgres?search_path=nowhere": "no schema has been",
    "postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=require": "speaks no TLS",
    "postgresql://postgres@127.0.0.1:{port}/postgres?target_session_attrs=read-only": "no server",
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistakes_in_the_settings_are_told_in_a_line(
    mistake: str, clock: TickingClock
) -> None:
    """What is wrong and where, without the password."""
    server = servers.running()
    with contextlib.suppress(Exception):
        await server.command("CREATE USER guarded PASSWORD 'right'")

    async def start() -> None:
        engine = await open_postgres(mistake.format(port=server.port))
        try:
            await open_database(engine, clock, SCHEMA)
        finally:
            await engine.close()

    with pytest.raises(Misconfigured) as caught:
        await start()

    line = str(caught.value)
    assert MISTAKES[mistake] in line
    assert "\n" not in line
    assert "wrong@" not in line
    assert "right" not in line


async def test_a_server_that_is_away_is_no_mistake() -> None:
    """It may just be started, and what starts Doings then tries again."""
    with pytest.raises(Unavailable, match="nobody answers there"):
        await open_postgres("postgresql://postgres@127.0.0.1:1/postgres")


async def test_old_servers_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what is needed."""
    monkeypatch.setattr(opening, "OLDEST", 99)

    with pytest.raises(Misconfigured, match="Doings needs 99 or newer"):
        await open_postgres(url)


async def test_other_encodings_are_refused() -> None:
    """Names of all the world must fit in."""
    server = servers.running()
    with contextlib.suppress(Exception):
        await server.command(
            "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        )

    with pytest.raises(Misconfigured, match="encoded in LATIN1"):
        await open_postgres(server.url("latin"))


async def test_a_closed_engine_takes_no_writes(url: str) -> None:
    """Unavailable is raised, so that the client tries again."""
    engine: PostgresEngine = await open_postgres(url)
    await engine.close()

    with pytest.raises(Unavailable):
        await engine.write(lambda connection: connection.execute("SELECT 1"))
