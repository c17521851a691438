"""The register of erasures, what is on hold, and how long activities are kept."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import Activity
from doings.core.budget import RETENTION_LOOKS, RETENTION_SHOWN, RETENTION_SWEEP
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import Erasure
from doings.core.erasing.retention import Rule, shares_of
from doings.core.errors import NotFound
from doings.core.store.erasures import Hold
from doings.core.store.retention import Due, DuePlace
from doings.storage.reading.entities import entity_or_none
from doings.storage.sql import erasure_statements as sql
from doings.storage.sql.rows import erasure_from_row, linked_from_text
from doings.storage.sql.select import EVERYTHING
from doings.storage.sql.statements import TALLIES_OF_DAY
from doings.storage.sql.tallies import TOTAL
from doings.storage.transaction import ReadTransaction

CHUNK = 1_000
"""How many activities are looked at in one statement."""

BEGIN = -1 << 62
"""Before every instant."""

LAST_ID = "g"
"""Behind every id, which is in hexadecimal digits."""

_rules_from_text = msgspec.json.Decoder(tuple[Rule, ...]).decode


async def erasure(transaction: ReadTransaction, erasure_id: str) -> Erasure:
    """One entry of the register; raises NotFound."""
    row = await transaction.fetch_one(sql.ERASURE_BY_ID, id=erasure_id)
    if row is None:
        raise NotFound("erasure", erasure_id)
    return erasure_from_row(row)


async def erasures(transaction: ReadTransaction, limit: int, before: str | None) -> list[Erasure]:
    """At most so many entries before an id, newest first; the newest where there is no id."""
    rows = await transaction.fetch(sql.ERASURES_BEFORE, id=before or LAST_ID, limit=limit)
    return [erasure_from_row(row) for row in rows]


async def own_seq(transaction: ReadTransaction, key: EntityKey) -> int | None:
    """The seq of an entity itself, deleted or not."""
    row = await transaction.fetch_one(sql.OWN_SEQ, type=key[0], id=key[1])
    return None if row is None else int(row[0])


async def is_another(transaction: ReadTransaction, key: EntityKey, seq: int) -> bool:
    """Whether a key may have been somebody's who was erased since.

    `seq` was that of the entity, or the account's next one where it had no such entity. In the
    second case it cannot be told who of the type was erased, so anybody is taken for that.
    """
    if await own_seq(transaction, key) == seq:
        return False
    row = await transaction.fetch_one(sql.ERASED_SINCE, type=key[0], since=seq)
    return row is not None


async def known(transaction: ReadTransaction, ids: Collection[str]) -> set[str]:
    """Those of the ids that are in the register."""
    rows = await transaction.fetch(sql.ERASURES_BY_ID, ids=list(ids))
    return {id_ for (id_,) in rows}


async def holds(
    transaction: ReadTransaction, now: int, limit: int, after: int
) -> list[tuple[int, Hold]]:
    """At most so many holds on entities behind a seq, each with that of its entity."""
    rows = await transaction.fetch(sql.HOLDS_AFTER, now=now, after=after, limit=limit)
    return [(row[0], Hold((row[1], row[2]), *row[3:])) for row in rows]


async def holds_of(transaction: ReadTransaction, key: EntityKey, now: int) -> list[Hold]:
    """The holds on all that are one person with an entity."""
    entity = await entity_or_none(transaction, key)
    if entity is None:
        return []
    rows = await transaction.fetch(sql.HOLDS_OF_GROUP, seq=entity.seq, now=now)
    return sorted([Hold((row[0], row[1]), *row[2:]) for row in rows], key=lambda one: one.at)


async def held(transaction: ReadTransaction, now: int) -> set[int]:
    """The seqs of all entities on hold."""
    return {seq for (seq,) in await transaction.fetch(sql.HELD, now=now)}


async def retention(transaction: ReadTransaction) -> tuple[Rule, ...]:
    """The rules of the account, in their order."""
    row = await transaction.fetch_one(sql.RETENTION)
    return () if row is None else _rules_from_text(row[0])


def is_due(rules: Sequence[Rule], activity: Activity, now: int) -> bool:
    """Whether the first rule that fits an activity would have it go now."""
    for rule in rules:
        if rule.covers(activity.kind) and rule.level in {None, activity.level}:
            return activity.occurred_at < rule.due_before(now)
    return False


async def due_by_rule(
    transaction: ReadTransaction, now: int, rules: Sequence[Rule] | None = None
) -> list[Due]:
    """The rules, the account's own unless others are given, and for each what would go now.

    The count is bounded.
    """
    if rules is None:
        rules = await retention(transaction)
    counts, has_more = [0] * len(rules), [False] * len(rules)
    looks = [RETENTION_LOOKS] * len(rules)
    kept = await held(transaction, now) if rules else set()
    for share in shares_of(rules, await _kinds(transaction) if rules else ()):
        place, before = DuePlace(share, BEGIN, 0), rules[share.rule].due_before(now)
        is_end = False
        while not is_end:
            if looks[share.rule] <= 0 or counts[share.rule] >= RETENTION_SHOWN:
                has_more[share.rule] = True
                break
            limit = min(CHUNK, looks[share.rule])
            step = await _step(transaction, place, before, limit, kept)
            looks[share.rule] -= step.looks
            counts[share.rule] += len(step.seqs)
            place, is_end = step.place, step.looks < limit
    shown = [min(count, RETENTION_SHOWN) for count in counts]
    return [Due(*one) for one in zip(rules, shown, has_more, strict=True)]


class Found(NamedTuple):
    """Activities that are due, and where to look next; None to begin again."""

    seqs: list[int]
    place: DuePlace | None


async def due(transaction: ReadTransaction, *, now: int, place: DuePlace | None) -> Found:
    """What is due among the next activities behind a place; few enough for one sweep."""
    rules = await retention(transaction)
    shares = list(shares_of(rules, await _kinds(transaction))) if rules else []
    if place is not None and place.share in shares:
        shares = shares[shares.index(place.share) :]
    else:
        place = None
    kept, left = await held(transaction, now) if rules else set(), RETENTION_SWEEP
    seqs: list[int] = []
    for share in shares:
        here = place if place and place.share == share else DuePlace(share, BEGIN, 0)
        is_end = False
        while not is_end:
            if left <= 0:
                return Found(seqs, here)
            limit = min(CHUNK, left)
            before = rules[share.rule].due_before(now)
            step = await _step(transaction, here, before, limit, kept)
            seqs += step.seqs
            left -= max(step.looks, 1)
            here, is_end = step.place, step.looks < limit
    return Found(seqs, None)


class _Step(NamedTuple):
    seqs: list[int]
    looks: int
    place: DuePlace


async def _step(
    transaction: ReadTransaction, place: DuePlace, before: int, limit: int, kept: set[int]
) -> _Step:
    """Look at the next activities of a share's kind, oldest first."""
    rows = await transaction.fetch(
        sql.OLDEST_OF_KIND,
        entity=EVERYTHING,
        kind=place.share.kind,
        occurred_at=place.occurred_at,
        activity_seq=place.seq,
        before=before,
        limit=limit,
    )
    seqs = [
        seq
        for _, seq, level, linked in rows
        if place.share.fits(level)
        and not (kept and any(entity in kept for entity, _ in linked_from_text(linked)))
    ]
    last = DuePlace(place.share, *rows[-1][:2]) if rows else place
    return _Step(seqs, len(rows), last)


async def _kinds(transaction: ReadTransaction) -> list[str]:
    """The kinds of the account's activities."""
    rows = await transaction.fetch(TALLIES_OF_DAY, entity=EVERYTHING, day=TOTAL)
    return sorted({kind for kind, _ in rows})
