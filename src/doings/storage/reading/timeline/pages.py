"""Which activities a page shows: their keys in the order of an index."""

from collections.abc import Iterator
from datetime import date
from heapq import merge
from itertools import groupby, islice

import msgspec

from doings.core.clock import DAY, bounds_of_date, day_of, local_date
from doings.core.query import DiaryOrder, Gap, Key, Query, RecordedOrder
from doings.storage.engine import Row
from doings.storage.reading import counts
from doings.storage.reading.timeline.ranges import (
    KEY_CHUNK,
    Scope,
    gap_behind,
    keys_in_order,
    scope,
)
from doings.storage.reading.timeline.search import (
    Walked,
    keys_of_external_id,
    keys_of_words,
    keys_that_match,
)
from doings.storage.sql import merge_statements as merges
from doings.storage.sql import select, tallies
from doings.storage.sql import statements as sql
from doings.storage.transaction import ReadTransaction

Bounds = dict[str, int]
"""An entity and the instants between which its activities lie."""

DATE_CHUNK = 500
"""How many keys of a date are looked at in one go; one with more is long."""


async def keys(transaction: ReadTransaction, query: Query) -> list[Key]:
    """At most limit + 1 keys, in the walk's direction."""
    return (await walked(transaction, query, None)).keys


async def walked(transaction: ReadTransaction, query: Query, looks: int | None) -> Walked:
    """The same, of which at most `looks` are looked at where no index finds them."""
    found = await scope(transaction, query)
    if found is None:
        return Walked([])
    if query.is_indexed or query.words is not None or query.external_id is not None:
        return Walked(await _keys(transaction, query, found))
    return await keys_that_match(transaction, query, found.entities, found.kinds, looks)


async def keys_with_cache_version(
    transaction: ReadTransaction, query: Query
) -> tuple[list[Row], int]:
    """At most limit + 1 rows that begin with a key, in the walk's direction; the cache version."""
    if query.is_indexed and not query.skip and query.kinds is None and len(query.entities) <= 1:
        # By far most pages of documents that are kept take no other statement than this.
        statement, values = select.keys_with_cache_version(query)
        rows = await transaction.fetch(statement, **values)
        if rows:
            transaction.note_last_seq(rows[0][3])
            return rows, rows[0][2]
        return await _of_group(transaction, query) if query.entities else ([], 0)
    cache_version = await transaction.cache_version()
    return list(await keys(transaction, query)), cache_version


async def _of_group(transaction: ReadTransaction, query: Query) -> tuple[list[Row], int]:
    """The same of an entity that is one person with others; nothing where it is alone."""
    type_, id_ = query.entities[0]
    rows = await transaction.fetch(merges.GROUP_OF_KEY, type=type_, id=id_)
    if not rows:
        return [], 0
    _, cache_version, last_seq, deleted_at = rows[0]
    transaction.note_last_seq(last_seq)
    if query.is_of_living and deleted_at is not None:
        return [], cache_version
    entities = sorted(row[0] for row in rows)
    return list(await keys_in_order(transaction, query, entities, None)), cache_version


async def _keys(transaction: ReadTransaction, query: Query, found: Scope) -> list[Key]:
    entities, kinds, _ = found
    if query.words is not None:
        return await keys_of_words(transaction, query, entities, kinds)
    if query.external_id is not None:
        return await keys_of_external_id(transaction, query, entities, kinds)
    if query.skip:
        return await _keys_after_skip(transaction, query, found)
    return await keys_in_order(transaction, query, entities, kinds)


async def _keys_after_skip(transaction: ReadTransaction, query: Query, found: Scope) -> list[Key]:
    """Jump over whole days by their tallies, so that a deep page costs no more than its day."""
    entities, kinds, timeline = found
    if timeline is None:
        return await keys_in_order(transaction, query, entities, kinds, query.skip)
    begun = await _keys_of_begun_day(transaction, query, entities, kinds)
    skip = query.skip - len(begun)
    if skip < 0:
        return await keys_in_order(transaction, query, entities, kinds, query.skip)
    day, skip = await counts.day_of_rank(transaction, timeline, kinds, skip, query)
    if day is None:
        return []
    if skip > KEY_CHUNK:
        transaction.announce_walk()
    gap = Gap((day + 1) * DAY, 0, "older") if query.is_descending else Gap(day * DAY, 0, "newer")
    step = msgspec.structs.replace(query, gap=gap)
    return await keys_in_order(transaction, step, entities, kinds, skip)


async def _keys_of_begun_day(
    transaction: ReadTransaction, query: Query, entities: list[int], kinds: list[str] | None
) -> list[Key]:
    """The first keys of a walk that starts within a day, which no tally counts, up to the skip."""
    start = query.until if query.is_descending else query.since
    if start is None or start % DAY == 0:
        return []
    midnight = day_of(start) * DAY
    bounds = {"since": midnight} if query.is_descending else {"until": midnight + DAY}
    step = msgspec.structs.replace(query, skip=0, limit=query.skip, **bounds)
    return await keys_in_order(transaction, step, entities, kinds)


async def diary(transaction: ReadTransaction, query: Query, order: DiaryOrder) -> list[int]:
    """A page's seqs by the calendar: newest date first, within a date in the order of `order.tie`.

    Within a date the order is not by time, so no index has it. But a timeline's own order, which an
    index has, already runs through the dates. A page cut from it therefore holds the right number
    of activities of each date; only which ones may be wrong, and only for the dates at its two
    ends. So these two dates are read whole, each date is sorted, and the page is cut out again at
    the same place. Dates in between are whole already. Rejected: an index for each order, which
    would have to hold the date in the account's zone and be written again when the zone changes.
    """
    found = await scope(transaction, query)
    if found is None:
        return []
    walked = await (
        _keys_after_skip(transaction, query, found)
        if query.skip
        else keys_in_order(transaction, query, found.entities, found.kinds)
    )
    page, following = walked[: query.limit], walked[query.limit :]
    if not page:
        return []
    newer, older = [], []
    try:
        if query.skip or query.gap:
            newer = await _rest_of_date(transaction, query, found, page[0], order, is_newer=True)
        if following and _date(following[0], order) == _date(page[-1], order):
            older = await _rest_of_date(transaction, query, found, page[-1], order, is_newer=False)
    except _LongDate:
        transaction.announce_walk()
        return await _across_long_dates(transaction, query, found.entities[0], page, order)
    first, last = _day(page[0], order), _day(page[-1], order)
    dated = [
        *[(first, seq) for _, seq in newer],
        *[(_day(key, order), key[1]) for key in page],
        *[(last, seq) for _, seq in older],
    ]
    ordered = await _by_date(transaction, dated, order)
    return list(islice(ordered, len(newer), len(newer) + len(page)))


class _LongDate(Exception):
    """A date that has more than one chunk of keys, in the timeline of one entity."""


async def _across_long_dates(
    transaction: ReadTransaction, query: Query, entity: int, page: list[Key], order: DiaryOrder
) -> list[int]:
    """The seqs of the page in the order of a diary, without reading its dates whole.

    The page holds the right number of activities of each date. Of its first date it shows those
    behind the ones that come before the page, of every other date those from the start.
    """
    seqs: list[int] = []
    for day, keys in groupby(page, lambda key: _date(key, order)):
        of_date = list(keys)
        start, end = bounds_of_date(day, order.time_zone)
        bounds = {
            "entity": entity,
            "since": start if query.since is None else max(start, query.since),
            "until": end if query.until is None else min(end, query.until),
        }
        skip = 0
        if not seqs:
            at, seq = of_date[0]
            ((skip,),) = await transaction.fetch(sql.COUNT_OF_NEWER, at=at, seq=seq, **bounds)
        seqs += await _of_date(transaction, bounds, order, skip=skip, limit=len(of_date))
    return seqs


async def _of_date(
    transaction: ReadTransaction, bounds: Bounds, order: DiaryOrder, *, skip: int, limit: int
) -> list[int]:
    """A stretch of one date.

    Where only the date was given, all its activities stand at one instant. Then an index has them
    in the order of recording. Otherwise they are sorted, which takes long.
    """
    ((first, last),) = await transaction.fetch(sql.SPAN_OF_DATE, **bounds)
    if order.tie == "recorded" and first == last:
        statement = select.seqs_at_instant(is_descending=order.is_descending)
        values: Bounds = {"entity": bounds["entity"], "at": first}
    else:
        statement = select.seqs_of_date(order.tie, is_descending=order.is_descending)
        values = bounds
    return await _seqs(transaction, statement, skip=skip, limit=limit, **values)


async def _by_date(
    transaction: ReadTransaction, dated: list[tuple[int, int]], order: DiaryOrder
) -> Iterator[int]:
    """The seqs in the order of a diary, each given with its day.

    A date may have very many. Python lets no other thread on while it sorts a list, so they are
    sorted in chunks and merged.
    """
    sign = -1 if order.is_descending else 1
    chunks = []
    for start in range(0, len(dated), KEY_CHUNK):
        chunk = dated[start : start + KEY_CHUNK]
        seqs = [seq for _, seq in chunk]
        moments = dict(zip(seqs, seqs, strict=True))
        if order.tie == "updated":
            moments = dict(await transaction.fetch(sql.UPDATES_OF_ACTIVITIES, seqs=seqs))
        chunks.append(sorted([(-day, sign * moments[seq], sign * seq) for day, seq in chunk]))
    return (sign * seq for _, _, seq in merge(*chunks))


def _day(key: Key, order: DiaryOrder) -> int:
    return _date(key, order).toordinal()


def _date(key: Key, order: DiaryOrder) -> date:
    return local_date(key[0], order.time_zone)


async def _rest_of_date(  # noqa: PLR0913 - all that says which date and which side
    transaction: ReadTransaction,
    query: Query,
    found: Scope,
    key: Key,
    order: DiaryOrder,
    *,
    is_newer: bool,
) -> list[Key]:
    """What else happened on the key's date, on one side of the key."""
    at, seq = key
    start, end = bounds_of_date(_date(key, order), order.time_zone)
    step = msgspec.structs.replace(
        query,
        gap=Gap(at, seq + 1, "newer") if is_newer else Gap(at, seq, "older"),
        since=start if query.since is None else max(start, query.since),
        until=end if query.until is None else min(end, query.until),
        skip=0,
        limit=DATE_CHUNK - 1,
    )
    rest: list[Key] = []
    while True:
        chunk = await keys_in_order(transaction, step, found.entities, found.kinds)
        rest += chunk
        if len(chunk) < DATE_CHUNK:
            return rest
        if len(found.entities) == 1 and found.kinds is None:
            raise _LongDate
        step = msgspec.structs.replace(step, gap=gap_behind(chunk[-1], step))


async def with_contacts(
    transaction: ReadTransaction, order: RecordedOrder, *, skip: int, limit: int
) -> list[int]:
    """Seqs by recording, jumping over whole blocks of them; by last change, walking the index."""
    if order.by == "updated":
        statement = (
            sql.WITH_CONTACT_BY_UPDATE_DESCENDING
            if order.is_descending
            else sql.WITH_CONTACT_BY_UPDATE
        )
        return await _seqs(transaction, statement, limit=limit, skip=skip)
    block, skip = await counts.block_of_rank(
        transaction, tallies.ACTIVITIES, skip, newest_first=order.is_descending
    )
    if block is None:
        return []
    statement = sql.WITH_CONTACT_DESCENDING if order.is_descending else sql.WITH_CONTACT
    first = (block + 1 if order.is_descending else block) << tallies.BLOCK_BITS
    return await _seqs(transaction, statement, first=first, limit=limit, skip=skip)


async def _seqs(transaction: ReadTransaction, statement: str, **values: int) -> list[int]:
    return [seq for (seq,) in await transaction.fetch(statement, **values)]
