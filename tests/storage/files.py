"""SQLite files whose tables are made already: a copy takes a tenth of the time."""

from pathlib import Path

from doings.private_files import open_private
from doings.storage.database import open_database
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.clocks import TickingClock

_made: list[bytes] = []
"""The file of an empty database, once one was made."""


async def begin(path: Path) -> None:
    """Put an empty database there. A test that is about how tables are made opens none of these."""
    if not _made:
        database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
        await database.close()
        _made.append(path.read_bytes())
    with open_private(path) as file:
        file.write(_made[0])
