"""Citus: spreads a PostgreSQL database over several machines, each account on one of them.

The tables of the accounts are distributed by `account_id` and lie together, so that whatever is
asked about an account is answered by one machine. The few small tables that are read by other names
stand on the coordinator alone: a copy on each machine could not be written while one is away, and
then no account on the others could be given a credential either.
"""

from doings.core.errors import Misconfigured
from doings.storage.engine import Connection
from doings.storage.postgres.search import TABLES
from doings.storage.sql.schema.tables import ACCOUNT_TABLES

CENTRAL = ("installation", "accounts", "credentials")
"""The tables that stand on the coordinator.

Citus knows of them: without that it would not commit what a transaction writes here and on another
machine as one thing.
"""

SPREAD = (*ACCOUNT_TABLES, *TABLES)
"""The tables whose rows lie where their account does, `heads` first: the others go with it."""

_EXTENSION = "SELECT 1 FROM pg_extension WHERE extname = 'citus'"
# How Citus keeps a table that it knows; 't' stands for a copy on each machine.
_KNOWN = "SELECT repmodel = 't' FROM pg_dist_partition WHERE logicalrelid = to_regclass(:name)"


async def distribute(connection: Connection) -> list[str]:
    """Distribute the tables that are not yet, with what is in them, and return their names.

    Raises Misconfigured where there is no Citus.
    """
    if not await connection.fetch_one(_EXTENSION):
        raise Misconfigured(
            "this database has no Citus; its owner adds it with: CREATE EXTENSION citus"
        )
    await connection.lock_schema()
    made = []
    for name in (*CENTRAL, *SPREAD):
        statements = await _statements(connection, name)
        for statement in statements:
            await connection.fetch(statement)
        if statements:
            made.append(name)
    return made


async def is_distributed(connection: Connection) -> bool:
    """Whether the accounts lie on several machines."""
    return bool(
        await connection.fetch_one(_EXTENSION) and await connection.fetch_one(_KNOWN, name="heads")
    )


async def distribute_new(connection: Connection) -> None:
    """Do with the tables that a step of the schema has made as was done with the others."""
    if await is_distributed(connection):
        await distribute(connection)


async def _statements(connection: Connection, name: str) -> list[str]:
    """What puts a table where it belongs; nothing if it is there, or does not exist yet."""
    known = await connection.fetch_one(_KNOWN, name=name)
    if name in CENTRAL:
        add = f"SELECT citus_add_local_table_to_metadata('{name}')"
        if known is None:
            return [add]
        # A version before this one had copies of it on all machines.
        has_copies = known[0]
        return [f"SELECT undistribute_table('{name}')", add] if has_copies else []
    if known is not None or not await connection.has_table(name):
        return []
    neighbour = "none" if name == SPREAD[0] else SPREAD[0]
    return [
        f"SELECT create_distributed_table('{name}', 'account_id', colocate_with => '{neighbour}')"
    ]
