"""Recording, replacing and removing activities, many at a time with one statement a table."""

from collections.abc import Callable, Sequence

import msgspec

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.clock import local_date
from doings.core.document import replaced_text, whole_text
from doings.core.interactions.lifecycle import due_at
from doings.core.store.activities import ActivityRef, Recorded
from doings.storage.reading import activities as read
from doings.storage.sql import statements as sql
from doings.storage.sql import tallies
from doings.storage.sql.rows import LinkRow, text_from_channels, text_from_roles
from doings.storage.transaction import Transaction
from doings.storage.writing import changes, links


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
    draft = revise(old)
    if is_same(draft, draft_of(old)):
        return old
    new = await _replace(transaction, old, draft)
    await transaction.write_tallies()
    await changes.add(transaction, new, "updated", before=replaced_text(old, new))
    return new


async def erase(
    transaction: Transaction, ref: ActivityRef, check: Callable[[Activity], None] | None
) -> Activity:
    """Delete an activity unless `check` raises; raises NotFound."""
    activity = await read.activity(transaction, ref)
    if check is not None:
        check(activity)
    await _remove(transaction, activity)
    await transaction.write_tallies()
    await changes.add(transaction, activity, "deleted", before=whole_text(activity))
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


async def _add(transaction: Transaction, drafts: Sequence[Draft]) -> list[Recorded]:
    named = [links.namings(draft) for draft in drafts]
    known = await links.resolve(
        transaction, ((key, name) for naming in named for key, name, _ in naming)
    )
    linkings = [links.roles_of([(known[key], role) for key, _, role in naming]) for naming in named]
    first = await transaction.advance(len(drafts))
    new_id = transaction.clock.new_id
    made = [Recorded(seq, new_id(), is_repeated=False) for seq in range(first, first + len(drafts))]
    await _add_rows(transaction, drafts, made, linkings)
    await _add_links(transaction, drafts, made, linkings)
    return made


async def _add_rows(
    transaction: Transaction,
    drafts: Sequence[Draft],
    made: Sequence[Recorded],
    linkings: Sequence[links.Linking],
) -> None:
    """Every table's rows but those of links."""
    search, account_id, by = transaction.search, transaction.account_id, transaction.by
    now = transaction.clock.now()
    activities = [
        _row(draft, one, now, linked)
        for draft, one, linked in zip(drafts, made, linkings, strict=True)
    ]
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
    await transaction.execute_many(sql.ADD_ACTIVITY, activities)
    await transaction.execute_many(sql.ADD_CHANGE, created)
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
    transaction.tallies.update(tallies.of_links(rows))
    transaction.tallies.update(tallies.of_concerns(concerns))
    # In the order of their key, in which rows that come after each other lie beside each other.
    rows.sort()
    await transaction.execute_many(sql.ADD_LINK, rows)


def _row(draft: Draft, one: Recorded, now: int, linked: links.Linking) -> tuple[object, ...]:
    """The row of `statements.ADD_ACTIVITY`."""
    roles, has_contact = linked
    return (
        one.seq,
        one.id,
        draft.kind,
        draft.occurred_at,
        draft.time_zone,
        draft.summary,
        draft.body,
        draft.data,
        draft.metadata,
        draft.level,
        text_from_channels(draft.channels),
        draft.origin,
        draft.external_id,
        now,
        now,
        int(has_contact),
        text_from_roles(roles),
    )


async def _replace(transaction: Transaction, old: Activity, draft: Draft) -> Activity:
    """Put a draft in the place of a recorded activity; its ids, origin and recording stay."""
    now = transaction.clock.now()
    if transaction.followed is not None:
        before = msgspec.json.encode(draft_of(old)).decode()
        transaction.followed.rows.append((old.seq, "activity", before, old.updated_at, now))
    naming = links.namings(draft)
    known = await links.resolve(transaction, ((key, name) for key, name, _ in naming))
    roles, has_contact = links.roles_of((known[key], role) for key, _, role in naming)
    is_moved = (draft.kind, draft.occurred_at) != (old.kind, old.occurred_at)
    if is_moved or roles.keys() != links.roles_as_stored(old).keys():
        await links.change_links(transaction, old, draft, roles, has_contact=has_contact)
    await transaction.execute(
        sql.UPDATE_ACTIVITY,
        seq=old.seq,
        kind=draft.kind,
        occurred_at=draft.occurred_at,
        time_zone=draft.time_zone,
        summary=draft.summary,
        body=draft.body,
        data=draft.data,
        metadata=draft.metadata,
        level=draft.level,
        channels=text_from_channels(draft.channels),
        updated_at=now,
        has_contact=int(has_contact),
        linked=text_from_roles(roles),
    )
    if (draft.summary, draft.body) != (old.summary, old.body):
        await _replace_text(transaction, old, draft)
    if (draft.kind, draft.data) != (old.kind, old.data):
        await _replace_deadline(transaction, old, due_at(draft.kind, draft.data))
    return await read.activity(transaction, old.seq)


async def _replace_text(transaction: Transaction, old: Activity, draft: Draft) -> None:
    search = transaction.search
    if old.summary or old.body:
        await transaction.execute(search.remove_activity, seq=old.seq)
    if draft.summary or draft.body:
        words = search.indexed(transaction.account_id, draft.summary, draft.body)
        await transaction.execute_many(search.add_activity, [(old.seq, *words)])


async def _replace_deadline(transaction: Transaction, old: Activity, due: int | None) -> None:
    before = due_at(old.kind, old.data)
    if due is not None and due != before:
        await transaction.execute(sql.SET_DEADLINE, activity_seq=old.seq, due_at=due)
    elif due is None and before is not None:
        await transaction.execute(sql.DROP_DEADLINE, activity_seq=old.seq)


async def _remove(transaction: Transaction, activity: Activity) -> None:
    """Take an activity out of every table but the feed."""
    await links.remove_links(transaction, activity)
    await transaction.execute(sql.DELETE_ACTIVITY, seq=activity.seq)
    await _replace_deadline(transaction, activity, None)
    if activity.summary or activity.body:
        await transaction.execute(transaction.search.remove_activity, seq=activity.seq)
