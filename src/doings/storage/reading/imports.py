"""The imports of an account, and the jobs with files that wait to be one."""

from doings.core.errors import NotFound
from doings.core.store.imports import ALL_RUNS, ImportJob, ImportRun
from doings.storage.sql import import_statements as sql
from doings.storage.sql.rows import import_job_from_row, import_run_from_row
from doings.storage.transaction import ReadTransaction


async def runs(transaction: ReadTransaction, before: int | None, limit: int) -> list[ImportRun]:
    """The imports before a number, newest first."""
    last = ALL_RUNS if before is None else before
    rows = await transaction.fetch(sql.IMPORT_RUNS, before=last, limit=limit)
    return [import_run_from_row(row) for row in rows]


async def run(transaction: ReadTransaction, number: int) -> ImportRun:
    """One import; raises NotFound."""
    row = await transaction.fetch_one(sql.IMPORT_RUN_BY_NUMBER, run=number)
    if row is None:
        raise NotFound("import", number)
    return import_run_from_row(row)


async def jobs(transaction: ReadTransaction) -> list[ImportJob]:
    """All import jobs, newest first."""
    return [import_job_from_row(row) for row in await transaction.fetch(sql.IMPORT_JOBS)]


async def job(transaction: ReadTransaction, job_id: str) -> ImportJob:
    """One import job; raises NotFound."""
    row = await transaction.fetch_one(sql.IMPORT_JOB_BY_ID, id=job_id)
    if row is None:
        raise NotFound("import job", job_id)
    return import_job_from_row(row)


async def file_parts(transaction: ReadTransaction, job_id: str) -> list[str]:
    """The parts of the file of a job, in their order."""
    return [row[0] for row in await transaction.fetch(sql.IMPORT_FILE_PARTS, job=job_id)]
