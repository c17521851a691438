"""Removing an account, a bounded part in each transaction, so that others write in between."""

from doings.core.budget import PART_ROWS
from doings.storage.sql import account_statements as accounts
from doings.storage.sql.schema.tables import TABLES_OF_ACCOUNT, Table
from doings.storage.transaction import Transaction

_LAST = "heads"
"""The table that goes last: without its row in there, nothing can be recorded in an account."""

_WIDE = 5
_WIDE_TABLES = frozenset(
    {
        "activities",
        "changes",
        "entities",
        "entity_changes",
        "idempotency_keys",
        "import_files",
        "log_leaves",
        "log_forgotten",
    }
)
"""Tables whose rows can be as long as a body is; each of these counts as several."""


async def remove_part(transaction: Transaction) -> bool:
    """Remove credentials first, and the account itself last; returns whether anything is left.

    So nobody can write in an account of which a part is gone, and a removal that was broken off
    goes on when it is called again.
    """
    search = transaction.search
    await transaction.execute(accounts.DELETE_CREDENTIALS_OF_ACCOUNT)
    left = PART_ROWS
    for table in TABLES_OF_ACCOUNT:
        if table.name != _LAST:
            weight = _WIDE if table.name in _WIDE_TABLES else 1
            rows = await transaction.fetch(_delete_some(table), limit=left // weight)
            removal = {"activities": search.remove_activity, "entities": search.remove_entity}
            if table.name in removal:
                await transaction.execute_many(removal[table.name], [row[:1] for row in rows])
            left -= len(rows) * weight
            if left < _WIDE:
                return True
    for statement in (*search.clear, _DELETE_LAST, accounts.DELETE_ACCOUNT):
        await transaction.execute(statement)
    return False


_DELETE_LAST = f"DELETE FROM {_LAST} WHERE account_id = :account_id"


def _delete_some(table: Table) -> str:
    """Removes some of an account's rows and returns their keys."""
    key = ", ".join(table.key[1:])
    if not key:
        # One row for an account, which the limit is no matter to.
        return f"""
            DELETE FROM {table.name} WHERE account_id = :account_id AND :limit > 0
            RETURNING account_id"""
    return f"""
        DELETE FROM {table.name} WHERE account_id = :account_id AND ({key}) IN (
            SELECT {key} FROM {table.name} WHERE account_id = :account_id LIMIT :limit
        ) RETURNING {key}"""
