"""The imports of an account."""

from doings.core.errors import NotFound
from doings.core.store.imports import ImportRun
from doings.storage.sql import import_statements as sql
from doings.storage.sql.rows import import_run_from_row
from doings.storage.transaction import ReadTransaction


async def runs(transaction: ReadTransaction) -> list[ImportRun]:
    """All imports, newest first."""
    return [import_run_from_row(row) for row in await transaction.fetch(sql.IMPORT_RUNS)]


async def run(transaction: ReadTransaction, number: int) -> ImportRun:
    """One import; raises NotFound."""
    row = await transaction.fetch_one(sql.IMPORT_RUN_BY_NUMBER, run=number)
    if row is None:
        raise NotFound("import", number)
    return import_run_from_row(row)
