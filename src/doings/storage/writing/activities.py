"""Recording, replacing and removing activities, many at a time with one statement a table."""

from collections.abc import Callable, Sequence

import msgspec

from doings.core.activity import Activity, Draft, as_named, draft_of, is_same
from doings.core.clock import local_date
from doings.core.documents.document import replaced_text, whole_text
from doings.core.interactions.lifecycle import due_at
from doings.core.store.activities import ActivityRef, Recorded, Replacement
from doings.storage.reading import activities as read
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.feed_statements import ADD_CHANGE
from doings.storage.sql.log_rows import Keys
from doings.storage.sql.rows import LinkRow, text_from_channels, text_from_roles
from doings.storage.transaction import Transaction
from doings.storage.writing import changes, links
from doings.storage.writing.log import leaves, statements


async def record(transaction: Transaction, drafts: Sequence[Draft]) -> list[Recorded]:
    """Record in this order; a repeated (origin, external_id) leaves the first as it is."""
    recorded = await _record(transaction, drafts)
    await transaction.write_tallies()
    return recorded


async def revise(
    transaction: Transaction, ref: ActivityRef, revise: Callable[[Activity], Draft]
) -> Activity:
    """Replace an activity by what `revise` makes of it; raises NotFound and what it raises."""
    old = await read.activity(transaction, ref)
    return (await replace(transaction, [(old, revise(old))]))[0]


async def replace(transaction: Transaction, replacements: Sequence[Replacement]) -> list[Activity]:
    """Put drafts in the place of activities, each named once; the same draft changes nothing."""
    named = [(old, as_named(old, draft)) for old, draft in replacements]
    changed = [(old, draft) for old, draft in named if not is_same(draft, draft_of(old))]
    if not changed:
        return [old for old, _ in replacements]
    new = {activity.seq: activity for activity in await _replace(transaction, changed)}
    await transaction.write_tallies()
    updated = [(new[old.seq], replaced_text(old, new[old.seq])) for old, _ in changed]
    await changes.add(transaction, "updated", updated)
    return [new.get(old.seq, old) for old, _ in replacements]


async def erase(
    transaction: Transaction, ref: ActivityRef, check: Callable[[Activity], None] | None
) -> Activity:
    """Delete an activity unless `check` raises; raises NotFound."""
    activity = await read.activity(transaction, ref)
    if check is not None:
        check(activity)
    await _remove(transaction, activity)
    await transaction.write_tallies()
    await changes.add(transaction, "deleted", [(activity, whole_text(activity))])
    return activity


async def _record(transaction: Transaction, drafts: Sequence[Draft]) -> list[Recorded]:
    """Record what is new; what repeats an (origin, external_id) stands for the first one."""
    if all(draft.external_id is None for draft in drafts):
        return await _add(transaction, drafts) if drafts else []
    standing = await _standing(transaction, drafts)
    fresh: list[Draft] = []
    recorded: list[Recorded | int] = []
    for draft in drafts:
        name = (draft.origin, draft.external_id)
        first = standing.get(name) if draft.external_id is not None else None
        if first is None:
            if draft.external_id is not None:
                standing[name] = len(fresh)
            recorded.append(len(fresh))
            fresh.append(draft)
        elif isinstance(first, int):
            recorded.append(-first - 1)
        else:
            recorded.append(first)
    made = await _add(transaction, fresh) if fresh else []
    return [_outcome(one, made) for one in recorded]


def _outcome(one: Recorded | int, made: list[Recorded]) -> Recorded:
    """`one` is a place among those made just now, or, negative, a repetition of one of them."""
    if isinstance(one, Recorded):
        return one
    if one >= 0:
        return made[one]
    first = made[-one - 1]
    return Recorded(first.seq, first.id, is_repeated=True)


Standing = dict[tuple[str, str | None], Recorded | int]


async def _standing(transaction: Transaction, drafts: Sequence[Draft]) -> Standing:
    """Those of the drafts' (origin, external_id) that are recorded already."""
    ids: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.external_id is not None:
            ids.setdefault(draft.origin, []).append(draft.external_id)
    standing: Standing = {}
    for origin, wanted in ids.items():
        rows = await transaction.fetch(sql.ACTIVITIES_BY_EXTERNAL_ID, origin=origin, ids=wanted)
        for external_id, seq, id_ in rows:
            standing[origin, external_id] = Recorded(seq, id_, is_repeated=True)
    return standing


async def _linkings(
    transaction: Transaction, drafts: Sequence[Draft]
) -> tuple[list[links.Linking], links.KnownByKey]:
    """What each draft is linked to, and all entities that are named; those missing are made."""
    named = [links.namings(draft) for draft in drafts]
    known = await links.resolve(
        transaction,
        ((key, name) for naming in named for key, name, _ in naming),
        links.gone_elsewhere(drafts),
    )
    linkings = [links.roles_of([(known[key], role) for key, _, role in naming]) for naming in named]
    return linkings, known


async def _add(transaction: Transaction, drafts: Sequence[Draft]) -> list[Recorded]:
    linkings, known = await _linkings(transaction, drafts)
    first = await transaction.advance(len(drafts))
    new_id = transaction.clock.new_id
    made = [Recorded(seq, new_id(), is_repeated=False) for seq in range(first, first + len(drafts))]
    now = transaction.clock.now()
    texts = [text_from_roles(roles) for roles, _ in linkings]
    rows = [
        _row(draft, one, now, text, has_contact=has_contact)
        for draft, one, text, (_, has_contact) in zip(drafts, made, texts, linkings, strict=True)
    ]
    await transaction.execute_many(sql.ADD_ACTIVITY, rows)
    await _add_others(transaction, drafts, made, now=now)
    await leaves.add(
        transaction,
        first,
        lambda: statements.of_recorded(
            drafts,
            made,
            ((text, roles) for text, (roles, _) in zip(texts, linkings, strict=True)),
            Keys((one.seq, key) for key, one in known.items()),
            now=now,
            by=transaction.by,
        ),
    )
    await _add_links(transaction, drafts, made, linkings)
    return made


async def _add_others(
    transaction: Transaction, drafts: Sequence[Draft], made: Sequence[Recorded], *, now: int
) -> None:
    """The rows of activities that are just added: changes, texts and deadlines."""
    search, account_id, by = transaction.search, transaction.account_id, transaction.by
    together = list(zip(drafts, made, strict=True))
    created = [
        (one.seq, one.seq, one.id, "created", draft.kind, now, by, None) for draft, one in together
    ]
    texts = [
        (one.seq, *search.indexed(account_id, draft.summary, draft.body))
        for draft, one in together
        if draft.summary or draft.body
    ]
    due = [(one.seq, due_at(draft.kind, draft.data)) for draft, one in together]
    await transaction.execute_many(ADD_CHANGE, created)
    await transaction.execute_many(sql.SET_DEADLINE, [row for row in due if row[1] is not None])
    await transaction.execute_many(search.add_activity, texts)


async def _add_links(
    transaction: Transaction,
    drafts: Sequence[Draft],
    made: Sequence[Recorded],
    linkings: Sequence[links.Linking],
) -> None:
    """The rows of links, and what they count for."""
    time_zone = await transaction.time_zone()
    rows: list[LinkRow] = []
    concerns: list[tuple[int, int]] = []
    for draft, one, (held, has_contact) in zip(drafts, made, linkings, strict=True):
        rows += links.link_rows(one.seq, draft.occurred_at, draft.kind, held)
        if has_contact:
            concerns.append((one.seq, local_date(draft.occurred_at, time_zone).year))
    await links.count(transaction, rows)
    transaction.tallies.update(tallies.of_concerns(concerns))
    # Sorted by their key: rows that are written one after the other then lie on the same pages.
    rows.sort()
    await transaction.execute_many(sql.ADD_LINK, rows)


def _replaceable(draft: Draft) -> tuple[object, ...]:
    """What may be replaced of an activity, in the order of both statements."""
    return (
        draft.kind,
        draft.occurred_at,
        draft.time_zone,
        draft.summary,
        draft.body,
        draft.data,
        draft.metadata,
        draft.level,
        text_from_channels(draft.channels),
    )


def _row(
    draft: Draft, one: Recorded, now: int, linked: str, *, has_contact: bool
) -> tuple[object, ...]:
    """The row of `statements.ADD_ACTIVITY`."""
    return (
        one.seq,
        one.id,
        *_replaceable(draft),
        draft.origin,
        draft.external_id,
        now,
        now,
        int(has_contact),
        linked,
    )


async def _replace(transaction: Transaction, replacements: Sequence[Replacement]) -> list[Activity]:
    """Put drafts in the place of activities; their ids, origins and recording stay."""
    linkings, _ = await _linkings(transaction, [draft for _, draft in replacements])
    together = list(zip(replacements, linkings, strict=True))
    moves = [
        links.Move(old, draft, *linked)
        for (old, draft), linked in together
        if _is_moved(old, draft, linked)
    ]
    if moves:
        await links.change_links(transaction, moves)
    now = transaction.clock.now()
    if transaction.followed is not None:
        for old, _ in replacements:
            before = msgspec.json.encode(draft_of(old)).decode()
            transaction.followed.rows.append((old.seq, "activity", before, old.updated_at, now))
    rows = [_changed_row(old, draft, now, linked) for (old, draft), linked in together]
    await transaction.execute_many(sql.UPDATE_ACTIVITY, rows)
    await _replace_texts(transaction, replacements)
    due = [
        (old, due_at(draft.kind, draft.data))
        for old, draft in replacements
        if (draft.kind, draft.data) != (old.kind, old.data)
    ]
    await _replace_deadlines(transaction, due)
    return await read.by_seqs(transaction, [old.seq for old, _ in replacements])


def _is_moved(old: Activity, draft: Draft, linked: links.Linking) -> bool:
    """Whether the draft lies elsewhere in the timelines, or in others."""
    if (draft.kind, draft.occurred_at) != (old.kind, old.occurred_at):
        return True
    return linked[0].keys() != links.roles_as_stored(old).keys()


def _changed_row(
    old: Activity, draft: Draft, now: int, linked: links.Linking
) -> tuple[object, ...]:
    """The row of `statements.UPDATE_ACTIVITY`."""
    roles, has_contact = linked
    return (
        *_replaceable(draft),
        now,
        int(has_contact),
        text_from_roles(roles),
        old.seq,
    )


async def _replace_texts(transaction: Transaction, replacements: Sequence[Replacement]) -> None:
    search, account_id = transaction.search, transaction.account_id
    changed = [
        (old, draft)
        for old, draft in replacements
        if (draft.summary, draft.body) != (old.summary, old.body)
    ]
    removed = [(old.seq,) for old, _ in changed if old.summary or old.body]
    added = [
        (old.seq, *search.indexed(account_id, draft.summary, draft.body))
        for old, draft in changed
        if draft.summary or draft.body
    ]
    await transaction.execute_many(search.remove_activity, removed)
    await transaction.execute_many(search.add_activity, added)


async def _replace_deadlines(
    transaction: Transaction, due: Sequence[tuple[Activity, int | None]]
) -> None:
    """Set or drop the deadlines of activities, given as they were with when they are due now."""
    before = {old.seq: due_at(old.kind, old.data) for old, _ in due}
    later = [(old.seq, at) for old, at in due if at is not None and at != before[old.seq]]
    never = [(old.seq,) for old, at in due if at is None and before[old.seq] is not None]
    await transaction.execute_many(sql.SET_DEADLINE, later)
    await transaction.execute_many(sql.DROP_DEADLINE, never)


async def _remove(transaction: Transaction, activity: Activity) -> None:
    """Take an activity out of every table but the feed."""
    await links.remove_links(transaction, [activity])
    await transaction.execute(sql.DELETE_ACTIVITY, seq=activity.seq)
    await _replace_deadlines(transaction, [(activity, None)])
    if activity.summary or activity.body:
        await transaction.execute(transaction.search.remove_activity, seq=activity.seq)
