"""Checks the full text: whether it has a row for what has texts, with the words of these texts."""

from collections.abc import Awaitable, Callable

import msgspec

from doings.storage.engine import Texts
from doings.storage.reading import texts
from doings.storage.transaction import ReadTransaction

Stretches = list[tuple[int, int]]


class Searched(msgspec.Struct, frozen=True):
    """What the search finds: its name in findings, its table, and where its texts are read."""

    name: str
    table: str
    texts: Callable[[ReadTransaction, int, int], Awaitable[dict[int, Texts]]]


ACTIVITIES = Searched("activity", "search_activities", texts.of_activities)
ENTITIES = Searched("entity", "search_entities", texts.of_entities)


async def findings(
    transaction: ReadTransaction, first: int, end: int, wanted: tuple[set[int], set[int]]
) -> list[str]:
    """What is wrong with the search rows of the seqs from `first` to before `end`.

    `wanted` are the seqs of the activities and of the entities that must have one. Where an upgrade
    has left texts to be indexed (`rebuilding`), none is missing yet.
    """
    search, bounds = transaction.search, {"first": first, "end": end}
    activities: dict[int, bytes] = dict(await transaction.fetch(search.list_activities, **bounds))
    entities: dict[int, bytes] = dict(await transaction.fetch(search.list_entities, **bounds))
    stretches = await texts.stretches(transaction, first, end)
    left = await texts.unindexed(transaction)
    found = []
    for searched, seqs, rows in (
        (ACTIVITIES, wanted[0], activities),
        (ENTITIES, wanted[1], entities),
    ):
        found += _row_findings(
            searched, {seq for seq in seqs if seq > left} | seqs & rows.keys(), rows
        )
        found += await _word_findings(transaction, searched, stretches, rows)
    return found


def _row_findings(searched: Searched, wanted: set[int], rows: dict[int, bytes]) -> list[str]:
    name, found = searched.name, rows.keys()
    return [
        *(f"{name} {seq} is missing in the search" for seq in sorted(wanted - found)),
        *(f"{name} {seq} is in the search and should not" for seq in sorted(found - wanted)),
    ]


async def _word_findings(
    transaction: ReadTransaction, searched: Searched, stretches: Stretches, rows: dict[int, bytes]
) -> list[str]:
    """Which rows hold other words than their texts."""
    connection, account_id = transaction.connection, transaction.account_id
    found: set[int] = set()
    for first, end in stretches:
        read = await searched.texts(transaction, first, end)
        compared = {seq: (rows[seq], text) for seq, text in read.items() if seq in rows}
        found |= await transaction.search.unlike(connection, account_id, searched.table, compared)
    return [f"{searched.name} {seq} is in the search with other words" for seq in sorted(found)]
