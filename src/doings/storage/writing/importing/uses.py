"""What uses an entity, so that an undo of an import keeps it.

Links, owners and merges have columns. Others hold an id in an attribute that no index knows, like
the tags of a contact: there all that hold any are looked through, which few do.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import msgspec

from doings.core.defaults import HELD_BY, HELD_BY_KIND, INTRODUCER
from doings.core.entity import CONTACT
from doings.core.store.imports import UndoPlace
from doings.core.text import object_from_text
from doings.storage.sql import import_statements as sql
from doings.storage.transaction import Transaction

CHUNK = 1000
"""How many of those that hold ids are read at once."""

MARGIN = 60_000_000
"""Microseconds by which the clocks of several processes may differ."""


async def seqs_in_use(transaction: Transaction, seqs: Collection[int]) -> set[int]:
    """Of these entities those that links, belongings or merges need."""
    rows = await transaction.fetch(sql.ENTITIES_IN_USE, seqs=list(seqs)) if seqs else []
    return {row[0] for row in rows}


async def held_ids(transaction: Transaction, types: Collection[str]) -> dict[str, set[str]]:
    """The ids of entities of these types that others hold, by type."""
    held: dict[str, set[str]] = {}
    for places, statement in (
        (HELD_BY, sql.HOLDERS_AFTER),
        (HELD_BY_KIND, sql.HOLDING_ACTIVITIES_AFTER),
    ):
        for type_ in types & places.keys():
            holder, name = places[type_]
            async for _, value in _held(transaction, statement, holder, name):
                values = value if isinstance(value, list) else [value]
                held.setdefault(type_, set()).update(str(one) for one in values)
    return held


async def read_introducers(transaction: Transaction, place: UndoPlace) -> UndoPlace:
    """The place with who introduced whom now: after the first time only what changed is read."""
    introducers = dict(place.introducers)
    since = place.read_at - MARGIN if place.read_at else -1
    read_at = transaction.clock.now()
    held = _held(transaction, sql.HOLDERS_AFTER, CONTACT, INTRODUCER, since)
    introducers |= {seq: value async for seq, value in held if isinstance(value, int)}
    return msgspec.structs.replace(place, introducers=introducers, read_at=read_at)


async def _held(
    transaction: Transaction, statement: str, holder: str, name: str, since: int = -(1 << 62)
) -> AsyncIterator[tuple[int, Any]]:
    """The seqs of those of a type or kind that hold something under a name, and what it is."""
    after = -1
    holding = f'%"{name}"%'
    while rows := await transaction.fetch(
        statement, type=holder, holding=holding, since=since, after=after, limit=CHUNK
    ):
        since, after, _ = rows[-1]
        for _, seq, text in rows:
            value = object_from_text(text).get(name)
            if value is not None:
                yield seq, value


def chain(introducers: Mapping[int, int], seqs: Collection[int]) -> dict[int, int]:
    """The pairs that lead to these contacts, over however many others."""
    by_introducer: dict[int, list[int]] = {}
    for introduced, introducer in introducers.items():
        by_introducer.setdefault(introducer, []).append(introduced)
    found: dict[int, int] = {}
    waiting = list(seqs)
    while waiting:
        introducer = waiting.pop()
        for introduced in by_introducer.get(introducer, ()):
            if introduced not in found:
                found[introduced] = introducer
                waiting.append(introduced)
    return found


def followed(introducers: Mapping[int, int], seqs: Collection[int]) -> set[int]:
    """Everybody who introduced these contacts, or who introduced those, and so on."""
    found: set[int] = set()
    waiting = list(seqs)
    while waiting:
        introducer = introducers.get(waiting.pop())
        if introducer is not None and introducer not in found:
            found.add(introducer)
            waiting.append(introducer)
    return found
