"""A whole account as NDJSON: entities first, then activities from the oldest on, then merges.

Each entity is a line `{"entity": {…}}`, each activity a line with its native document. Memory stays
flat however much there is.

Entities and activities are as if nobody were merged, and the merges say who is: `{"merge": {…}}`
and, for one that was reverted, `{"revert": {…}}`, in the order in which that happened.
"""

from collections.abc import AsyncIterator
from functools import partial
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from doings.core.clock import text_from_instant
from doings.core.defaults import introducer_of
from doings.core.documents.document import (
    activity_documents,
    entity_document,
    merge_line,
    unmerged,
)
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.query import Query
from doings.core.store import Reader
from doings.core.store.merges import Merge
from doings.core.timeline import Timeline

ENTITIES_PER_READ = 200
"""How many entities are read at a time."""

MERGES_PER_READ = 100
"""How many merges are read at a time; each may name a hundred people."""

_encode_lines = msgspec.json.Encoder().encode_lines


class Lines(NamedTuple):
    """Some lines of an export, and how many there are."""

    text: bytes
    number: int


async def entity_lines(timeline: Timeline) -> AsyncIterator[Lines]:
    """The lines of all entities, each as it would be without merges.

    An attribute of a contact holds the seq of its introducer, which means nothing elsewhere; that
    one's id stands beside the entity.
    """
    read = partial(_entities, after=0)
    while (found := await timeline.read(read, bounded=False))[0]:
        entities, introducers = found
        documents = [
            {"entity": entity_document(entity)}
            | ({"introducer": introducers[entity.seq]} if entity.seq in introducers else {})
            for entity in entities
        ]
        yield Lines(_encode_lines(documents), len(entities))
        read = partial(_entities, after=entities[-1].seq)


async def _entities(reader: Reader, after: int) -> tuple[list[Entity], dict[int, str]]:
    """The next entities, and the ids of who introduced them, by their seqs."""
    entities = await reader.entities_as_named(after, ENTITIES_PER_READ)
    seqs = {
        one.seq: seq
        for one in entities
        if one.type == CONTACT and (seq := introducer_of(one.attrs)) is not None
    }
    named = await reader.entities_by_seq(CONTACT, list(set(seqs.values()))) if seqs else {}
    return entities, {one: named[seq].id for one, seq in seqs.items() if seq in named}


async def activity_lines(
    timeline: Timeline, query: Query, *, are_named: bool = True
) -> AsyncIterator[Lines]:
    """The lines of all activities that a query finds, in its order.

    With `are_named` they name whom they named when they were recorded, else who stands for these.
    """
    async for activities in timeline.walk(query):
        shown = list(map(unmerged, activities)) if are_named else activities
        yield Lines(_encode_lines(activity_documents(shown)), len(activities))


async def merge_lines(timeline: Timeline) -> AsyncIterator[Lines]:
    """The lines of merges and reverts; without people who were deleted or erased since."""
    reverts: list[tuple[int, int, str]] = []
    async for merges in _merges(timeline):
        lines: list[object] = []
        for merge in merges:
            while reverts and reverts[0][0] <= merge.at:
                lines.append(_revert_line(heappop(reverts)))
            lines.append({"merge": merge_line(merge)})
            if merge.reverted_at is not None:
                heappush(reverts, (merge.reverted_at, merge.seq, merge.id))
        yield Lines(_encode_lines(lines), len(lines))
    rest = [_revert_line(heappop(reverts)) for _ in list(reverts)]
    yield Lines(_encode_lines(rest), len(rest))


def _revert_line(revert: tuple[int, int, str]) -> object:
    at, _, merge_id = revert
    return {"revert": {"merge": merge_id, "at": text_from_instant(at)}}


async def _merges(timeline: Timeline) -> AsyncIterator[list[Merge]]:
    """The merges of people who are there, oldest first."""
    after: int | None = 0
    while after is not None:
        merges, after = await timeline.read(partial(_next_merges, after), bounded=False)
        yield merges


async def _next_merges(after: int, reader: Reader) -> tuple[list[Merge], int | None]:
    found = (await reader.merges(before=None, after=after, limit=MERGES_PER_READ))[::-1]
    there = await reader.entities_by_key([key for one in found for key in _keys_of(one)])
    merges = [one for one in found if all(key in there for key in _keys_of(one))]
    return merges, found[-1].seq if found else None


def _keys_of(merge: Merge) -> tuple[EntityKey, ...]:
    """All that a merge names."""
    return merge.keep, merge.asked, *merge.merged
