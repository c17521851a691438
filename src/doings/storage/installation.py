"""What an installation keeps that is of no account: its schema, its secret, whose turn it is."""

from doings.core.clock import SECOND
from doings.storage.engine import Connection
from doings.storage.sql import account_statements as sql


async def value_of(connection: Connection, name: str) -> str | None:
    """A value by its name; None where none is kept."""
    row = await connection.fetch_one(sql.INSTALLATION_VALUE, name=name)
    return str(row[0]) if row else None


async def set_value(connection: Connection, name: str, value: str) -> None:
    """Keep a value, in place of the one before."""
    await connection.execute(sql.SET_INSTALLATION_VALUE, name=name, value=value)


async def schema_version(connection: Connection) -> int:
    """The number of the newest step that was done; 0 for a database without tables."""
    if not await connection.has_table("installation"):
        return 0
    return int(await value_of(connection, "schema") or 0)


async def take_turn(
    connection: Connection, name: str, holder: str, *, now: int, seconds: int
) -> bool:
    """Whether it is the holder's turn for so many seconds; a turn that is over is anybody's."""
    ((value,),) = await connection.fetch(sql.LOCKED_INSTALLATION_VALUE, name=f"turn.{name}")
    found = value.split()
    if found and found[0] != holder and int(found[1]) > now:
        return False
    await set_value(connection, f"turn.{name}", f"{holder} {now + seconds * SECOND}")
    return True
