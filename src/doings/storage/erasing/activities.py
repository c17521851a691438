"""Erasing activities with all that their changes keep, and redacting those that stay."""

from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.budget import fitting_count
from doings.core.erasing.redaction import (
    redacted,
    redacted_data,
    redacted_document,
    redacted_json,
)
from doings.storage.erasing.copies import forget_copies, redact_imports
from doings.storage.erasing.job import CHANGES, Job
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql import feed_statements as feed
from doings.storage.sql import statements
from doings.storage.sql.rows import ERASED_TEXT
from doings.storage.writing import changes, links
from doings.storage.writing.log import leaves
from doings.storage.writing.log import statements as log_statements

EACH = 1 << 40
"""More changes than there are: what only counts does so at once."""

Gone = tuple[int, str, str]
"""The seq, id and kind of an activity that goes, deleted before or not."""


async def erase(job: Job, found: Sequence[Activity]) -> bool:
    """Erase activities; False where their changes are too many for one transaction.

    Then some of the changes are erased and the activities are still there, so that the next
    transaction finds them again.
    """
    gone = [(one.seq, one.id, one.kind) for one in found]
    if not await erase_changes(job, gone):
        return False
    transaction = job.transaction
    if not job.only_counts:
        await links.remove_links(transaction, found)
        await transaction.write_tallies()
    seqs = [(one.seq,) for one in found]
    texts = [(one.seq,) for one in found if one.summary or one.body]
    await job.execute_many(statements.DELETE_ACTIVITY, seqs)
    await job.execute_many(statements.DROP_DEADLINE, seqs)
    await job.execute_many(transaction.search.remove_activity, texts)
    return True


async def erase_changes(job: Job, gone: Sequence[Gone]) -> bool:
    """Erase what the changes of activities keep, and tell the feed; False where more is left."""
    if not gone:
        return True
    limit = EACH if job.only_counts else CHANGES
    rows = await job.transaction.fetch(
        sql.CHANGES_TO_ERASE, ids=[id_ for _, id_, _ in gone], limit=limit + 1
    )
    later = [seq for (seq,) in rows[:limit]]
    is_all = len(rows) <= limit
    seqs = [*later, *([seq for seq, _, _ in gone] if is_all else [])]
    job.count(changes_redacted=len(seqs))
    if not job.only_counts:
        await job.transaction.execute(sql.ERASE_CHANGES, seqs=seqs)
    await forget_copies(job, seqs)
    if is_all:
        job.count(activities_erased=len(gone))
        await job.execute(sql.DROP_IMPORT_PASTS, seqs=[seq for seq, _, _ in gone])
        await tell(job, gone)
    return is_all


async def tell(job: Job, gone: Sequence[Gone]) -> None:
    """One change for each activity that is erased."""
    if job.only_counts:
        return
    transaction = job.transaction
    first, now, by = await transaction.advance(len(gone)), transaction.clock.now(), transaction.by
    rows = [
        (first + place, seq, id_, "erased", kind, now, by, ERASED_TEXT)
        for place, (seq, id_, kind) in enumerate(gone)
    ]
    await transaction.execute_many(feed.ADD_CHANGE, rows)
    await leaves.add(
        transaction, first, lambda: log_statements.of_erased(gone, first, at=now, by=by)
    )


async def redact(job: Job, found: Sequence[Activity]) -> list[Activity]:
    """Take the people out of activities that stay; returns the first of them, as they are then.

    They are fewer than all where their changes are too many for one transaction. What was redacted
    already is found again, and stays as it is. The caller has `prove` say what they are now.
    """
    shown = list(found)
    if not job.only_counts:  # Nothing of this is counted, and it takes most of the time.
        shown = await _redact_rows(job, found)
        await redact_imports(job, [one.seq for one in found])
    limit = CHANGES + 1
    ids = [one.id for one in found]
    rows = await job.transaction.fetch(sql.SIZES_OF_CHANGES_OF_ANY, ids=ids, limit=limit)
    if len(rows) < limit and fitting_count([size or 0 for *_, size in rows]) == len(rows):
        await _redact_befores(job, {seq: kind for seq, kind, _ in rows})
        await forget_copies(job, [*[one.seq for one in found], *[seq for seq, _, _ in rows]])
        return shown
    for place, activity in enumerate(found):
        if not await redact_past(job, activity.seq, activity.id):
            return shown[:place]
    return shown


async def prove(job: Job, redacted: Sequence[Activity]) -> None:
    """Add a change for each of these activities, which replaces nothing and says what it is now.

    All leaves of the activity have lost their salts, since they said who was erased. This one
    proves what stays.
    """
    if redacted and not job.only_counts:
        now = job.transaction.clock.now()
        said = [(msgspec.structs.replace(one, updated_at=now), changes.NOTHING) for one in redacted]
        await changes.add(job.transaction, "updated", said)


async def _redact_rows(job: Job, found: Sequence[Activity]) -> list[Activity]:
    """The activities' own rows, and what they are found by; returns the activities as they are."""
    search, account_id = job.transaction.search, job.transaction.account_id
    rows, texts, shown = [], [], []
    for activity in found:
        summary = redacted(activity.summary, job.pattern)
        body = redacted(activity.body, job.pattern)
        data = redacted_data(activity.kind, redacted_json(activity.data, job.pattern), job.opaque)
        metadata = redacted_json(activity.metadata, job.pattern)
        external_id = activity.external_id
        if external_id is not None and job.pattern and job.pattern.is_in_id(external_id):
            # No two activities may have the same.
            external_id = f"erased-{activity.seq}"
        members = (activity.summary, activity.body, activity.data, activity.metadata)
        old = (*members, activity.external_id)
        if (summary, body, data, metadata, external_id) != old:
            rows.append((summary, body, data, metadata, external_id, activity.seq))
        if (summary, body) != old[:2]:
            texts.append((activity.seq, *search.indexed(account_id, summary, body)))
        shown.append(
            msgspec.structs.replace(
                activity,
                summary=summary,
                body=body,
                data=data,
                metadata=metadata,
                external_id=external_id,
            )
        )
    await job.execute_many(sql.REDACT_ACTIVITY, rows)
    await job.execute_many(search.remove_activity, [row[:1] for row in texts])
    await job.execute_many(search.add_activity, texts)
    return shown


async def redact_past(job: Job, activity_seq: int, activity_id: str) -> bool:
    """Redact what the changes of an activity keep; False where more is left.

    What was redacted already is read again and stays as it is.
    """
    seqs, written, after = [activity_seq], 0, 0
    while rows := await job.transaction.fetch(
        sql.SIZES_OF_CHANGES, activity_id=activity_id, after=after, limit=CHANGES
    ):
        rows = rows[: fitting_count([size or 0 for *_, size in rows])]
        written += await _redact_befores(job, {seq: kind for seq, kind, _ in rows})
        seqs += [seq for seq, _, _ in rows]
        after = rows[-1][0]
        if written >= CHANGES and not job.only_counts:
            await forget_copies(job, seqs)
            return False
    await forget_copies(job, seqs)
    return True


async def _redact_befores(job: Job, kinds: dict[int, str]) -> int:
    """Redact what these changes keep of the past; returns how many were changed."""
    rows = await job.transaction.fetch(feed.BEFORE_OF_CHANGES, seqs=list(kinds))
    changed = []
    for seq, before in rows:
        if before:
            new = redacted_document(before, job.opaque, job.pattern, kind=kinds[seq])
            if new != before:
                changed.append((new, seq))
    job.count(changes_redacted=len(changed))
    await job.execute_many(feed.AMEND_CHANGE, changed)
    return len(changed)
