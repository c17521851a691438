"""Recording, replacing and removing activities, many at a time with one statement a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doings.core.activity import Activity, Draft
from doings.core.clock import local_date
from doings.core.interactions.lifecycle import due_at
from doings.core.store.activities import Recorded
from doings.storage.reading import counts
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import text_from_channels, text_from_roles
from doings.storage.writing import links

if TYPE_CHECKING:
    from doings.storage.writer import AccountWriter


async def record(writer: "AccountWriter", drafts: Sequence[Draft]) -> list[Recorded]:
    """Record what is new; what repeats an (origin, external_id) stands for the first one."""
    if all(draft.external_id is None for draft in drafts):
        return await _add(writer, drafts) if drafts else []
    standing = await _standing(writer, drafts)
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
    made = await _add(writer, fresh) if fresh else []
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


async def _standing(writer: "AccountWriter", drafts: Sequence[Draft]) -> Standing:
    """Those of the drafts' (origin, external_id) that are recorded already."""
    ids: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.external_id is not None:
            ids.setdefault(draft.origin, []).append(draft.external_id)
    standing: Standing = {}
    for origin, wanted in ids.items():
        rows = await writer.fetch(sql.ACTIVITIES_BY_EXTERNAL_ID, origin=origin, ids=wanted)
        for external_id, seq, id_ in rows:
            standing[origin, external_id] = Recorded(seq, id_, is_repeated=True)
    return standing


async def _add(writer: "AccountWriter", drafts: Sequence[Draft]) -> list[Recorded]:
    named = [links.namings(draft) for draft in drafts]
    known = await links.resolve(
        writer, ((key, name) for naming in named for key, name, _ in naming)
    )
    linkings = [links.roles_of([(known[key], role) for key, _, role in naming]) for naming in named]
    first = await writer.advance(len(drafts))
    new_id = writer.clock.new_id
    made = [Recorded(seq, new_id(), is_repeated=False) for seq in range(first, first + len(drafts))]
    await _add_rows(writer, drafts, made, linkings)
    await _add_links(writer, drafts, made, linkings)
    return made


async def _add_rows(
    writer: "AccountWriter",
    drafts: Sequence[Draft],
    made: Sequence[Recorded],
    linkings: Sequence[links.Linking],
) -> None:
    """Every table's rows but those of links."""
    search, account_id, by = writer.connection.search, writer.account_id, writer.by
    now = writer.clock.now()
    activities = [
        _row(draft, one, now, linked)
        for draft, one, linked in zip(drafts, made, linkings, strict=True)
    ]
    together = list(zip(drafts, made, strict=True))
    changes = [
        (one.seq, one.seq, one.id, "created", draft.kind, now, by, None) for draft, one in together
    ]
    texts = [
        (one.seq, *search.indexed(account_id, draft.summary, draft.body))
        for draft, one in together
        if draft.summary or draft.body
    ]
    due = [(one.seq, due_at(draft.kind, draft.data)) for draft, one in together]
    await writer.execute_many(sql.ADD_ACTIVITY, activities)
    await writer.execute_many(sql.ADD_CHANGE, changes)
    await writer.execute_many(sql.SET_DEADLINE, [row for row in due if row[1] is not None])
    await writer.execute_many(search.add_activity, texts)


async def _add_links(
    writer: "AccountWriter",
    drafts: Sequence[Draft],
    made: Sequence[Recorded],
    linkings: Sequence[links.Linking],
) -> None:
    """The rows of links, and what they count for."""
    time_zone = await writer.time_zone()
    rows: list[links.LinkRow] = []
    concerns: list[tuple[int, int]] = []
    for draft, one, (held, has_contact) in zip(drafts, made, linkings, strict=True):
        rows += links.link_rows(one.seq, draft.occurred_at, draft.kind, held)
        if has_contact:
            concerns.append((one.seq, local_date(draft.occurred_at, time_zone).year))
    writer.tallies.update(counts.of_links(rows))
    writer.tallies.update(counts.of_concerns(concerns))
    # In the order of their key, in which rows that come after each other lie beside each other.
    rows.sort()
    await writer.execute_many(sql.ADD_LINK, rows)


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


async def replace(writer: "AccountWriter", old: Activity, draft: Draft) -> Activity:
    """Put a draft in the place of a recorded activity; its ids, origin and recording stay."""
    naming = links.namings(draft)
    known = await links.resolve(writer, ((key, name) for key, name, _ in naming))
    roles, has_contact = links.roles_of((known[key], role) for key, _, role in naming)
    is_moved = (draft.kind, draft.occurred_at) != (old.kind, old.occurred_at)
    if is_moved or roles.keys() != links.roles_as_stored(old).keys():
        await links.change_links(writer, old, draft, roles, has_contact=has_contact)
    await writer.execute(
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
        updated_at=writer.clock.now(),
        has_contact=int(has_contact),
        linked=text_from_roles(roles),
    )
    if (draft.summary, draft.body) != (old.summary, old.body):
        await _replace_text(writer, old, draft)
    if (draft.kind, draft.data) != (old.kind, old.data):
        await _replace_deadline(writer, old, due_at(draft.kind, draft.data))
    return await writer.activity(old.seq)


async def _replace_text(writer: "AccountWriter", old: Activity, draft: Draft) -> None:
    search = writer.connection.search
    if old.summary or old.body:
        await writer.execute(search.remove_activity, seq=old.seq)
    if draft.summary or draft.body:
        words = search.indexed(writer.account_id, draft.summary, draft.body)
        await writer.execute_many(search.add_activity, [(old.seq, *words)])


async def _replace_deadline(writer: "AccountWriter", old: Activity, due: int | None) -> None:
    before = due_at(old.kind, old.data)
    if due is not None and due != before:
        await writer.execute(sql.SET_DEADLINE, activity_seq=old.seq, due_at=due)
    elif due is None and before is not None:
        await writer.execute(sql.DROP_DEADLINE, activity_seq=old.seq)


async def remove(writer: "AccountWriter", activity: Activity) -> None:
    """Take an activity out of every table but the feed."""
    await links.remove_links(writer, activity)
    await writer.execute(sql.DELETE_ACTIVITY, seq=activity.seq)
    await _replace_deadline(writer, activity, None)
    if activity.summary or activity.body:
        await writer.execute(writer.connection.search.remove_activity, seq=activity.seq)
