"""Noting what an import records: its counts, the seqs it takes, and the rows that it changes.

The account is locked while a transaction writes. So the seqs between the first and the last of a
transaction are all its own, and one row says what a thousand would say otherwise.
"""

from collections.abc import Sequence

import msgspec

from doings.core.entity import CONTACT
from doings.core.store.imports import ImportCounts, ImportJob, ImportState
from doings.core.text import json_text
from doings.storage.reading import imports as read
from doings.storage.reading.entities import by_seqs_with_deleted
from doings.storage.sql import account_statements as accounts
from doings.storage.sql import import_statements as runs
from doings.storage.transaction import Followed, Transaction


async def start(transaction: Transaction, dialect: str | None, files: Sequence[str]) -> int:
    """Note that an import begins; returns its number."""
    ((number,),) = await transaction.connection.fetch(accounts.NEXT_IMPORT_RUN)
    await transaction.execute(
        runs.ADD_IMPORT_RUN,
        run=int(number),
        state="begun",
        dialect=dialect,
        files=json_text(list(files)),
        started_at=transaction.clock.now(),
    )
    return int(number)


async def follow(transaction: Transaction, number: int) -> bool:
    """Note from now on what is written; False where the import may record no more."""
    run = await read.run(transaction, number)
    transaction.followed = Followed(await transaction.last_seq() + 1, [])
    return run.state == "begun"


async def note(transaction: Transaction, number: int, counts: ImportCounts) -> ImportCounts:
    """Write down what the transaction wrote since `follow`; returns counts of all entities."""
    followed, transaction.followed = transaction.followed, None
    if followed is not None:
        last_seq = await transaction.last_seq()
        if last_seq >= followed.first_seq:
            await transaction.execute(
                runs.ADD_IMPORT_RANGE,
                run=number,
                first_seq=followed.first_seq,
                last_seq=last_seq,
            )
        rows = [(number, *row) for row in followed.rows]
        await transaction.execute_many(runs.ADD_IMPORT_CHANGE, rows)
        entities, contacts = await _entities(transaction, followed, last_seq)
        counts = msgspec.structs.replace(counts, entities=entities, contacts=contacts)
    await count(transaction, number, counts)
    return counts


async def _entities(transaction: Transaction, followed: Followed, last_seq: int) -> tuple[int, int]:
    """How many entities the transaction made, or changed that were there before; and contacts."""
    first = followed.first_seq
    seqs = {seq for seq, thing, *_ in followed.rows if thing == "entity" and seq < first}
    changed = await by_seqs_with_deleted(transaction, seqs)
    contacts = sum(entity.type == CONTACT for entity in changed.values())
    ((made, made_contacts),) = await transaction.fetch(
        runs.ENTITIES_IN_RANGE, first=first, last=last_seq
    )
    return int(made) + len(seqs), int(made_contacts) + contacts


async def count(transaction: Transaction, number: int, counts: ImportCounts) -> None:
    """Add to the counts of an import."""
    await transaction.execute(
        runs.COUNT_IMPORT,
        run=number,
        recorded=counts.recorded,
        filled=counts.filled,
        repeated=counts.repeated,
        entities=counts.entities,
        bad=counts.bad,
        deleted=counts.deleted,
    )


async def end(transaction: Transaction, number: int, counts: ImportCounts) -> None:
    """Add the last counts and note that the import is done, unless it is being undone."""
    await count(transaction, number, counts)
    if (await read.run(transaction, number)).state == "begun":
        await set_state(transaction, number, "done")


async def set_state(transaction: Transaction, number: int, state: ImportState) -> None:
    """Note that an import is done, is being undone, or is undone."""
    ended_at = None if state == "undoing" else transaction.clock.now()
    await transaction.execute(runs.SET_IMPORT_STATE, run=number, state=state, ended_at=ended_at)


async def add_job(transaction: Transaction, job: ImportJob, parts: Sequence[str]) -> None:
    """Store a job, with the parts of its file."""
    await transaction.execute(
        runs.ADD_IMPORT_JOB,
        id=job.id,
        stage=job.stage,
        file=job.file,
        dialect=job.dialect,
        contact=job.contact,
        run=job.run,
        done=job.done,
        total=job.total,
        report=json_text(job.report),
        by_key=job.by,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )
    rows = [(job.id, number, text) for number, text in enumerate(parts)]
    await transaction.execute_many(runs.ADD_IMPORT_FILE_PART, rows)


async def change_job(transaction: Transaction, before: ImportJob, after: ImportJob) -> bool:
    """Store how far a job is; False where it is not as it was before."""
    row = await transaction.fetch_one(
        runs.CHANGE_IMPORT_JOB,
        id=before.id,
        known_stage=before.stage,
        known_done=before.done,
        stage=after.stage,
        dialect=after.dialect,
        run=after.run,
        done=after.done,
        total=after.total,
        report=json_text(after.report),
        updated_at=transaction.clock.now(),
    )
    return row is not None


async def drop_file(transaction: Transaction, job_id: str) -> None:
    """Forget the file of a job."""
    await transaction.execute(runs.DROP_IMPORT_FILE, job=job_id)


async def drop_job(transaction: Transaction, job_id: str) -> None:
    """Forget a job with its file."""
    await transaction.execute(runs.DROP_IMPORT_JOB, id=job_id)
    await drop_file(transaction, job_id)
