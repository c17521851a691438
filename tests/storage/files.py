"""SQLite files whose tables are made already: a copy takes a tenth of the time."""

from pathlib import Path

from doings.private_files import open_private
from doings.storage.database import open_database
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.sqlite.schema import SCHEMA
from tests.clocks import TickingClock

_made: list[bytes] = []
"""The content of an empty database's file, once there was one."""


async def begin(path: Path) -> None:
    """Put an empty database there. A test that is about how tables are made opens none of these."""
    if _made:
        _copy_to(path)
        return
    database = await open_database(SqliteEngine(path), TickingClock(), SCHEMA)
    await database.close()
    _keep(path)


def _copy_to(path: Path) -> None:
    with open_private(path) as file:
        file.write(_made[0])


def _keep(path: Path) -> None:
    _made.append(path.read_bytes())
