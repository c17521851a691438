"""Interactions in the store: they are recorded, take steps, and change in time.

Where both parties are accounts of this server, each has a record of its own: the initiator's goes
OUT and the receptor's comes IN. Every change is made to both records, in one transaction.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from doings.core.account import Account
from doings.core.activity import ACTOR, Activity, Draft, Link, draft_of
from doings.core.entity import SELF
from doings.core.errors import Conflict, NotFound
from doings.core.interactions.data import (
    Attendance,
    begun_draft,
    data_in_time,
    data_with,
    members_of_step,
    mirrored_draft,
    past_without_data,
)
from doings.core.interactions.lifecycle import (
    IN,
    KINDS,
    ORIGIN,
    OUT,
    StepName,
    check_step,
    counterpart_of,
    counterpart_slug,
    direction_of,
    facts_of,
    is_outgoing,
    status_at,
)
from doings.core.store import Writer
from doings.core.store.accounts import AccountStore
from doings.core.store.activities import Recorded


class Side(NamedTuple):
    """One party's record of an interaction, and the writer of the account that has it."""

    writer: Writer
    activity: Activity


async def receivers(store: AccountStore, own: Account, drafts: Iterable[Draft]) -> tuple[int, ...]:
    """The ids of other accounts in which recording these drafts will record, too."""
    slugs = {counterpart_slug(draft.links) for draft in drafts if is_outgoing(draft)}
    named = [slug for slug in slugs if slug is not None and slug != own.slug]
    if not named:
        return ()
    accounts = await store.accounts_by_slug(named)
    return tuple([account.id for account in accounts if account.takes_interactions])


async def record(writer: Writer, drafts: Sequence[Draft]) -> list[Recorded]:
    """Record drafts of any kind; an interaction that begins is recorded for its receiver, too.

    The writers of the receivers are among `writer.others`. Returns what became of the drafts in the
    writer's own account, in their order.
    """
    if not any(draft.kind in KINDS for draft in drafts):
        return await writer.record(drafts)
    own = await writer.account()
    begun = [_begun(draft, own) for draft in drafts]
    outcomes = await writer.record(begun)
    initiator = Link(SELF, own.slug, ACTOR, own.name)
    mirrored: dict[str, list[Draft]] = {}
    for draft, recorded in zip(begun, outcomes, strict=True):
        slug = counterpart_slug(draft.links) if is_outgoing(draft) else None
        if slug is not None and not recorded.is_repeated:
            theirs = mirrored_draft(draft, initiator, _name(own, recorded.id))
            mirrored.setdefault(slug, []).append(theirs)
    for slug, receiver in (await _receivers_by_slug(writer)).items():
        if slug in mirrored:
            await receiver.record(mirrored[slug])
    return outcomes


async def record_one(writer: Writer, draft: Draft) -> tuple[Activity, bool]:
    """Record a draft; returns the activity that now stands for it and whether it is new."""
    recorded = (await record(writer, [draft]))[0]
    return await writer.activity(recorded.seq), not recorded.is_repeated


async def other_accounts(store: AccountStore, own: Account, activity: Activity) -> tuple[int, ...]:
    """The id of the account that may have the other record of an interaction; else ()."""
    if activity.origin == ORIGIN:
        name = _NAME.fullmatch(activity.external_id or "")
        return (int(name["account"]),) if name and int(name["account"]) != own.id else ()
    other = counterpart_of(activity)
    if other is None or other.type != SELF or other.id == own.slug:
        return ()
    account = await _account(store, other.id)
    return (account.id,) if account else ()


async def take_step(
    writer: Writer, ref: str, step: StepName, attendance: Attendance, *, now: int
) -> Activity:
    """Take a step on both sides; returns this side's activity. Raises NotFound and Conflict.

    `writer.others` are the writers of the `other_accounts`. Where the other party has no record,
    this side speaks for both.
    """
    mine = Side(writer, await writer.activity(ref))
    if mine.activity.kind not in KINDS:
        raise Conflict(f"a {mine.activity.kind} activity takes no steps")
    theirs = await _other_side(mine)
    sides = [mine, theirs] if theirs else [mine]
    for side in sides:
        direction = direction_of(side.activity)
        status = status_at(facts_of(side.activity.data), direction, now)
        is_speaking = theirs is not None and side is mine
        check_step(step, status, direction if is_speaking else None)
    initiator = next((side for side in sides if direction_of(side.activity) == OUT), mine)
    members = members_of_step(step, attendance, facts_of(initiator.activity.data), now)
    changed = [await _put(side, data_with(side.activity.data, members, now)) for side in sides]
    return changed[0]


async def record_time(writer: Writer, seq: int, now: int) -> None:
    """Record on both sides what time has made of an interaction; raises NotFound."""
    mine = Side(writer, await writer.activity(seq))
    theirs = await _other_side(mine)
    for side in (mine, theirs):
        if side is not None:
            await _record_time(side, now)


async def _record_time(side: Side, now: int) -> None:
    """Also take shared data out of the history, once it may not be shown any more."""
    old = side.activity
    await _put(side, data_in_time(old.data, direction_of(old), now))
    if facts_of(old.data).is_forgotten(now):
        await side.writer.amend_history(old.id, past_without_data)


_NAME = re.compile(r"(?P<account>[0-9]{1,18}):.*", re.ASCII | re.DOTALL)


def _begun(draft: Draft, own: Account) -> Draft:
    return begun_draft(draft, (SELF, own.slug)) if draft.kind in KINDS else draft


def _name(initiator: Account, activity_id: str) -> str:
    return f"{initiator.id}:{activity_id}"


async def _receivers_by_slug(writer: Writer) -> dict[str, Writer]:
    """The writers of other accounts by slug, without accounts that are gone or closed meanwhile."""
    writers: dict[str, Writer] = {}
    for other in writer.others.values():
        with suppress(NotFound):
            account = await other.account()
            if account.takes_interactions:
                writers[account.slug] = other
    return writers


async def _other_side(mine: Side) -> Side | None:
    """The other party's record, if each record names the other."""
    own = await mine.writer.account()
    for other in mine.writer.others.values():
        activity = await _paired(mine.activity, own, other)
        party = counterpart_of(activity) if activity else None
        if activity is not None and party is not None and party.key == (SELF, own.slug):
            return Side(other, activity) if _is_a_pair(mine.activity, activity) else None
    return None


def _is_a_pair(mine: Activity, theirs: Activity) -> bool:
    """Whether the initiator's record goes OUT and the one that was made from it comes IN.

    Older versions let callers give the origin, and so records that are none may be stored.
    """
    mirror, initial = (mine, theirs) if mine.origin == ORIGIN else (theirs, mine)
    return direction_of(mirror) == IN and direction_of(initial) == OUT


async def _paired(mine: Activity, own: Account, other: Writer) -> Activity | None:
    if mine.origin != ORIGIN:
        return await other.activity_by_external_id(ORIGIN, _name(own, mine.id))
    with suppress(NotFound):
        number, _, activity_id = (mine.external_id or "").partition(":")
        activity = await other.activity(activity_id)
        is_theirs = number == str(other.account_id) and activity.kind in KINDS
        return activity if is_theirs else None
    return None


async def _put(side: Side, data: str) -> Activity:
    def revise(old: Activity) -> Draft:
        return msgspec.structs.replace(draft_of(old), data=data)

    return await side.writer.revise(side.activity.seq, revise)


async def _account(store: AccountStore, slug: str | None) -> Account | None:
    with suppress(NotFound):
        return await store.account(slug or "")
    return None
