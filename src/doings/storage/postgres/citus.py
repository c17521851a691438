"""Citus: spreads a PostgreSQL database over several machines, each account on one of them.

The tables of the accounts are distributed by `account_id` and lie together, so that whatever is
asked about an account is answered by one machine. The few small tables that are read by other names
stand whole on each.
"""

from doings.core.errors import Misconfigured
from doings.storage.engine import Connection
from doings.storage.postgres.search import TABLES
from doings.storage.sql.schema import ACCOUNT_TABLES

WHOLE = ("installation", "accounts", "credentials")
"""The tables that every machine has a copy of."""

SPREAD = (*ACCOUNT_TABLES, *TABLES)
"""The tables whose rows lie where their account does, `heads` first: the others go with it."""

_EXTENSION = "SELECT 1 FROM pg_extension WHERE extname = 'citus'"
_KNOWN = "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass(:name)"
_ONE_BY_ONE = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"


async def distribute(connection: Connection) -> list[str]:
    """Distribute the tables that are not yet, with what is in them, and return their names.

    Raises Misconfigured where there is no Citus.
    """
    if not await connection.fetch_one(_EXTENSION):
        raise Misconfigured(
            "this database has no Citus; its owner adds it with: CREATE EXTENSION citus"
        )
    await connection.lock_schema()
    await connection.execute(_ONE_BY_ONE)
    made = [name for name in (*WHOLE, *SPREAD) if not await connection.fetch_one(_KNOWN, name=name)]
    for name in made:
        await connection.fetch(_statement(name))
    return made


def _statement(name: str) -> str:
    if name in WHOLE:
        return f"SELECT create_reference_table('{name}')"
    neighbour = "none" if name == SPREAD[0] else SPREAD[0]
    return (
        f"SELECT create_distributed_table('{name}', 'account_id', colocate_with => '{neighbour}')"
    )
