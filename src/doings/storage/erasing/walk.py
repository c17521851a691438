"""The parts of an erasure, each a transaction: who goes, their timelines, the past, and the end.

All that a part needs to know is in the database. So an erasure that is broken off is gone on with
by any process, and two that do the same erasure share the work.
"""

from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.budget import fitting_count
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.names import Words, words_of
from doings.core.erasing.people import goes
from doings.core.erasing.redaction import named_in, names_any
from doings.core.text import json_text
from doings.storage.erasing import activities, mentions, notes, people
from doings.storage.erasing.copies import (
    forget_answers,
    forget_deliveries,
    forget_places_of_pulls,
    forget_waiting_files,
)
from doings.storage.erasing.job import Job, Member, members_of
from doings.storage.reading import activities as read
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql import feed_statements as feed
from doings.storage.sql import statements
from doings.storage.transaction import ReadTransaction, Transaction
from doings.storage.writing import changes

LATER = 1_000
"""How many later changes of an account are looked at in one step."""

_words = msgspec.json.Decoder(Words).decode


async def begin(transaction: Transaction, order: ErasureOrder, key: bytes) -> str:
    """Erase the entity itself and note what is left to do; returns the id of the erasure.

    Raises NotFound and Conflict.
    """
    stored = await people.named(transaction, order.entity)
    member = people.member_of(key, transaction.account_id, stored.entity)
    erasure = order.id or transaction.clock.new_id()
    job = Job(transaction, [member])
    words = await people.erase_people(job, erasure, [(stored, member)])
    words |= words_of(stored.entity.name, stored.entity.attrs)
    await transaction.execute(
        sql.ADD_ERASURE,
        id=erasure,
        entity=f"{member.type}:{member.opaque_id}",
        activities=order.activities,
        reason=order.reason,
        at=transaction.clock.now() if order.at is None else order.at,
        by_key=order.by,
        words=json_text(words),
    )
    await _note_counts(job, erasure)
    await forget_waiting_files(transaction)
    await transaction.connection.note_remains()
    return erasure


async def begun(key: EntityKey, transaction: ReadTransaction) -> str | None:
    """The erasure under way of an entity that was called so; the oldest where there are several."""
    row = await transaction.fetch_one(sql.BEGUN, type=key[0], id=key[1])
    return row[0] if row else None


async def go_on(transaction: Transaction, erasure: str, key: bytes, count: int) -> bool:
    """Do the next part: first all that goes along, then the timelines; whether more is left.

    `count` is how many activities it looks at, at most.
    """
    found = await _job(transaction, erasure)
    if found is None:
        return False
    job, words = found
    more = await people.belongings(
        transaction, [one.entity for one in job.members], people.TOGETHER
    )
    if more:
        pairs = [(one, people.member_of(key, transaction.account_id, one.entity)) for one in more]
        along = Job(transaction, [member for _, member in pairs], words=words, mode=job.mode)
        new_words = words | await people.erase_people(along, erasure, pairs)
        await people.register_merged(transaction, erasure, pairs)
        await transaction.execute(sql.SET_WORDS, id=erasure, words=json_text(new_words))
        await _note_counts(along, erasure)
        return True
    member = next((one for one in job.members if not one.is_walked), None)
    if member is None:
        return False
    await _move(transaction, await walk(job, member, count))
    await changes.tell_forgotten(transaction, member.entity, (member.type, member.opaque_id))
    await _note_counts(job, erasure)
    return True


async def walk(job: Job, member: Member, count: int) -> Member:
    """Erase or redact the next activities in a member's timeline; the member with its new place."""
    transaction = job.transaction
    keys = await transaction.fetch(
        statements.ACTIVITIES_OF_ENTITY,
        entity=member.entity,
        occurred_at=member.occurred_at,
        activity_seq=member.activity_seq,
        limit=count,
    )
    found, covered = await read.fitting(transaction, [seq for _, seq in keys], with_attrs=False)
    is_done, place = await _treat(job, member, found)
    if is_done:
        place = keys[covered - 1] if keys else None
    moved = msgspec.structs.replace(member, is_walked=int(is_done and covered == len(keys) < count))
    if place is not None:
        moved = msgspec.structs.replace(moved, occurred_at=place[0], activity_seq=place[1])
    return moved


async def _treat(
    job: Job, member: Member, found: Sequence[Activity]
) -> tuple[bool, tuple[int, int] | None]:
    """Erase and redact; whether all is done, else the key of the last that is."""
    counted = {one.seq for one in found if job.is_counted_with(member, one)}
    # Where it only counts, an activity is found again in the timeline of each member.
    seen = [one for one in found if one.seq in counted or not job.only_counts]
    gone = [one for one in seen if job.goes(one)]
    going = {one.seq for one in gone}
    kept = [one for one in seen if one.seq not in going]
    # Before the others are erased, whose changes so tell of the leaves of both.
    done = await activities.redact(job, kept)
    if not await activities.erase(job, gone):
        return False, None
    await activities.prove(job, [one for one in done if job.is_last_with(member, one)])
    job.count(activities_unlinked=len([one for one in done if one.seq in counted]))
    if len(done) == len(kept):
        return True, None
    return False, (done[-1].occurred_at, done[-1].seq) if done else None


async def suspects(
    transaction: ReadTransaction, job: Job, after: tuple[str, int]
) -> tuple[list[str], tuple[str, int] | None]:
    """Ids of activities whose past names a member, of the next changes; and where to go on.

    These are activities that were deleted, or not linked any more, before the person was erased.
    """
    rows = await transaction.fetch(
        sql.LATER_CHANGES, activity_id=after[0], seq=after[1], limit=LATER
    )
    is_end = len(rows) < LATER
    covered = rows[: fitting_count([size for *_, size in rows])] if rows else []
    sized = {seq: id_ for id_, seq, size in covered if size}
    befores = await transaction.fetch(feed.BEFORE_OF_CHANGES, seqs=list(sized)) if sized else []
    found = [sized[seq] for seq, before in befores if before and names_any(before, job.opaque)]
    last = covered[-1][:2] if covered else after
    return list(dict.fromkeys(found)), None if is_end and len(covered) == len(rows) else last


async def treat_past(transaction: Transaction, erasure: str, ids: Sequence[str]) -> bool:
    """Erase or redact the past of some activities; whether more of it is left."""
    found = await _job(transaction, erasure)
    if found is None:
        return False
    job, _ = found
    is_done = await treat_past_of(job, ids)
    member = job.members[0]
    await changes.tell_forgotten(transaction, member.entity, (member.type, member.opaque_id))
    await _note_counts(job, erasure)
    return not is_done


async def treat_past_of(job: Job, ids: Sequence[str]) -> bool:
    """The same in a transaction that may only count; whether all is done."""
    transaction = job.transaction
    seqs: dict[str, int] = dict(await transaction.fetch(sql.SEQS_BY_ID, ids=list(ids)))
    deletions = {row[0]: row for row in await transaction.fetch(sql.DELETIONS, ids=list(ids))}
    for id_ in ids:
        if id_ in seqs:
            (activity,) = await read.by_seqs(transaction, [seqs[id_]])
            is_walked = any(link.entity.key in _shown(job) for link in activity.links)
            # What is linked to a member was treated with its timeline.
            if not is_walked:
                done = await activities.redact(job, [activity])
                if not done:
                    return False
                await activities.prove(job, done)
                job.treated.add(id_)
        elif id_ in deletions and not await _treat_deleted(job, *deletions[id_][:4]):
            return False
    return True


def _shown(job: Job) -> set[tuple[str, str]]:
    """How links name the members: by what they were, where it only counts."""
    if job.only_counts:
        return set(job.opaque)
    return {(member.type, member.opaque_id) for member in job.members}


async def _treat_deleted(job: Job, id_: str, activity_seq: int, kind: str, deletion: int) -> bool:
    """Erase or redact what is kept of an activity that was deleted."""
    rows = await job.transaction.fetch(feed.BEFORE_OF_CHANGES, seqs=[deletion])
    before = rows[0][1] if rows else ""
    if not before:
        return True
    if job.mode == "erase" and goes(named_in(before, job.opaque)):
        return await activities.erase_changes(job, [(activity_seq, id_, kind)])
    return await activities.redact_past(job, activity_seq, id_)


async def treat_mentions(transaction: Transaction, erasure: str, seqs: list[int]) -> bool:
    """Take the person out of activities about nobody; whether more of it is left."""
    found = await _job(transaction, erasure)
    if found is None:
        return False
    job = await mentions.job_elsewhere(found[0])
    is_done = await mentions.treat(job, seqs)
    member = job.members[0]
    await changes.tell_forgotten(transaction, member.entity, (member.type, member.opaque_id))
    await _note_counts(job, erasure)
    return not is_done


async def forget_strays(transaction: Transaction, erasure: str, seqs: Sequence[int]) -> bool:
    """Take away what the deliveries of some changes of others keep; nothing more is left then."""
    found = await _job(transaction, erasure)
    if found is not None:
        await forget_deliveries(found[0], seqs)
        await _note_counts(found[0], erasure)
    return False


async def redact_notes(transaction: Transaction, erasure: str, changed: list[notes.Note]) -> bool:
    """Replace notes that name a member; nothing more is left then."""
    found = await _job(transaction, erasure)
    if found is not None:
        await notes.redact(found[0], changed)
        member = found[0].members[0]
        await changes.tell_forgotten(transaction, member.entity, (member.type, member.opaque_id))
        await _note_counts(found[0], erasure)
    return False


async def end(transaction: Transaction, erasure: str) -> bool:
    """Forget who it was, after everything else; whether more is left."""
    found = await _job(transaction, erasure)
    if found is None:
        return False
    if await forget_answers(transaction, and_recent=True):
        return True
    await forget_places_of_pulls(transaction)
    await transaction.execute(sql.SET_WORDS, id=erasure, words=None)
    await transaction.execute(sql.DROP_MEMBERS, erasure=erasure)
    await transaction.connection.note_remains()
    return False


async def _job(transaction: Transaction, erasure: str) -> tuple[Job, Words] | None:
    """What is known of an erasure; None once it is done."""
    row = await transaction.fetch_one(sql.ERASURE_BY_ID, id=erasure)
    if row is None or row[-1] is None:
        return None
    words = _words(row[-1])
    members = await members_of(transaction, erasure)
    transaction.by = row[5]
    return Job(transaction, members, words=words, mode=row[2]), words


async def job_of(transaction: Transaction, erasure: str) -> Job | None:
    """The job of an erasure that is under way, for reading; None once it is done."""
    found = await _job(transaction, erasure)
    return found[0] if found else None


async def _move(transaction: Transaction, member: Member) -> None:
    await transaction.execute(
        sql.MOVE_MEMBER,
        entity=member.entity,
        occurred_at=member.occurred_at,
        activity_seq=member.activity_seq,
        is_walked=member.is_walked,
    )


async def _note_counts(job: Job, erasure: str) -> None:
    await job.transaction.execute(
        sql.COUNT_ERASURE, id=erasure, **msgspec.structs.asdict(job.counts)
    )
