"""Activities by seq, by id and by the id they have elsewhere, each with what it is linked to.

A surface asks for many at once, and each may be large. So what it reads ends where the bytes of a
page do: `fitting` reads the first ones of those asked for, and says how many these are.
"""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

import msgspec

from doings.core.activity import Activity, Linked
from doings.core.budget import PAGE_BYTES, PAGE_LINKS, fitting_count
from doings.core.entity import Entity
from doings.core.errors import NotFound
from doings.core.kinds.catalogue import CATALOGUE
from doings.core.store.activities import ActivityRef
from doings.storage.engine import Row
from doings.storage.reading import entities
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import LinkedSeqs, activities_from_rows, linked_from_text
from doings.storage.transaction import ReadTransaction

_SEQ = itemgetter(0)
_KIND = itemgetter(2)
_LINKED = itemgetter(-1)

_LINK_CHARACTERS = 4
"""A link in `linked` takes no fewer: a number, a colon, a role and a blank."""

_MAX_WIDTH = 4
"""Bytes of a character at most."""


Links = Mapping[str, LinkedSeqs]
"""What activities are linked to, by the text that says so."""


async def activity(
    transaction: ReadTransaction, ref: ActivityRef, *, with_attrs: bool = True
) -> Activity:
    """One activity by its seq or its id; raises NotFound.

    Without `with_attrs` the attributes of the linked entities are not read, and are `{}`.
    """
    if isinstance(ref, int):
        rows = await transaction.fetch(sql.ACTIVITIES_BY_SEQ, seqs=[ref])
    else:
        found = await transaction.fetch(sql.ACTIVITY_BY_ID, id=ref)
        rows = [row[:-1] for row in found]
        for row in found:
            transaction.note_last_seq(row[-1])
    if not rows:
        raise NotFound("activity", ref)
    return (await _with_fitting_links(transaction, rows, with_attrs=with_attrs))[0]


async def by_external_id(
    transaction: ReadTransaction, origin: str, external_id: str
) -> Activity | None:
    """The activity that came from elsewhere under this id, or None."""
    rows = await transaction.fetch(
        sql.ACTIVITY_BY_EXTERNAL_ID, origin=origin, external_id=external_id
    )
    return (await _with_fitting_links(transaction, rows))[0] if rows else None


async def recorded_external_ids(
    transaction: ReadTransaction, origin: str, external_ids: Sequence[str]
) -> set[str]:
    """Those of the external ids under which an activity was recorded."""
    if not external_ids:
        return set()
    rows = await transaction.fetch(
        sql.ACTIVITIES_BY_EXTERNAL_ID, origin=origin, ids=list(external_ids)
    )
    return {row[0] for row in rows}


async def by_external_ids(
    transaction: ReadTransaction, origin: str, external_ids: Collection[str]
) -> dict[str, Activity]:
    """Those that came from elsewhere under some of these ids, by these."""
    if not external_ids:
        return {}
    rows = await transaction.fetch(
        sql.ACTIVITIES_BY_EXTERNAL_ID, origin=origin, ids=sorted(external_ids)
    )
    names = {seq: external_id for external_id, seq, _ in rows}
    return {names[one.seq]: one for one in await by_seqs(transaction, list(names))}


async def by_seqs(transaction: ReadTransaction, seqs: Sequence[int]) -> list[Activity]:
    """Those of the activities that exist, in the order of `seqs`, however large they are."""
    if not seqs:
        return []
    rows = await transaction.fetch(sql.ACTIVITIES_BY_SEQ, seqs=list(seqs))
    by_seq = {row[0]: row for row in rows}
    return await with_links(transaction, [by_seq[seq] for seq in seqs if seq in by_seq])


async def with_links(transaction: ReadTransaction, rows: Sequence[Row]) -> list[Activity]:
    """The activities of these rows; those linked alike share one tuple of links."""
    links = _links_of(rows)
    seqs = {seq for linked in links.values() for seq, _ in linked}
    linked_entities = await entities.by_seqs_with_deleted(transaction, seqs)
    missing = _missing(linked_entities)
    if missing:
        linked_entities |= await entities.by_seqs_with_deleted(transaction, missing)
    return await _linked(transaction, rows, links, linked_entities)


class Fitting(NamedTuple):
    """The activities that the first `covered` of the seqs asked for lead to."""

    activities: list[Activity]
    covered: int


async def fitting(
    transaction: ReadTransaction, seqs: Sequence[int], *, with_attrs: bool = True
) -> Fitting:
    """The first of these activities, in the order of `seqs`, as many as a page or chunk may hold.

    One is read whatever it holds. Seqs of none are covered, too.
    """
    rows, covered = await _fitting_rows(transaction, seqs)
    activities = await _with_fitting_links(transaction, rows, with_attrs=with_attrs)
    if len(activities) < len(rows):
        covered = seqs.index(rows[len(activities)][0])
    return Fitting(activities, covered)


async def _fitting_rows(transaction: ReadTransaction, seqs: Sequence[int]) -> tuple[list[Row], int]:
    """The first of these rows, as many as fit, and how many of the seqs they cover.

    Most pages hold small activities only, and one statement gives them all. What it leaves out is
    weighed before it is read.
    """
    if not seqs:
        return [], 0
    covered = len(seqs)
    most = transaction.page_bytes // covered
    rows = await transaction.fetch(sql.SMALL_ACTIVITIES_BY_SEQ, seqs=list(seqs), most=most)
    by_seq = dict(zip(map(_SEQ, rows), rows, strict=True))
    if len(by_seq) == covered:
        return list(map(by_seq.__getitem__, seqs)), covered
    left_out = [seq for seq in seqs if seq not in by_seq]
    sizes: dict[int, int] = dict(await transaction.fetch(sql.BYTES_OF_ACTIVITIES, seqs=left_out))
    covered = fitting_count([sizes.get(seq, 0) for seq in seqs])
    large = [seq for seq in seqs[:covered] if seq in sizes]
    if large:
        transaction.announce(sum([sizes[seq] for seq in large]))
        rows = await transaction.fetch(sql.ACTIVITIES_BY_SEQ, seqs=large)
        by_seq |= zip(map(_SEQ, rows), rows, strict=True)
    return [by_seq[seq] for seq in seqs[:covered] if seq in by_seq], covered


async def _with_fitting_links(
    transaction: ReadTransaction, rows: list[Row], *, with_attrs: bool = True
) -> list[Activity]:
    """The activities of the first of these rows, as many as fit together with what they link to.

    An entity counts as often as it is linked, because each document shows it.
    """
    characters = sum(map(len, map(_LINKED, rows)))
    if characters > PAGE_LINKS * _LINK_CHARACTERS:
        rows = rows[: _count_by_links(rows)]
    links = _links_of(rows)
    seqs = {seq for linked in links.values() for seq, _ in linked}
    if not with_attrs:
        linked_entities = await entities.names_by_seqs(transaction, seqs)
        linked_entities |= await entities.names_by_seqs(transaction, _missing(linked_entities))
    else:
        count = sum([len(links[row[-1]]) for row in rows])
        most = _share(transaction, count)
        linked_entities, sizes = await entities.small_by_seqs(transaction, seqs, most=most)
        if sizes:
            rows = rows[: _count_by_sizes(rows, links, sizes)]
            large = {seq for row in rows for seq, _ in links[row[-1]] if seq in sizes}
            transaction.announce(sum([sizes[seq] for seq in large]))
            linked_entities |= await entities.by_seqs_with_deleted(transaction, large)
        missing = _missing(linked_entities)
        if missing:
            rows = await _with_standing(transaction, rows, links, linked_entities, most)
    names = [entity.name for entity in linked_entities.values() if entity.name]
    most_shown = max(map(len, names), default=0) * (characters // _LINK_CHARACTERS + len(rows))
    if _MAX_WIDTH * most_shown > PAGE_BYTES:
        rows = rows[: _count_by_names(rows, links, linked_entities)]
    return await _linked(transaction, rows, links, linked_entities)


def _missing(linked_entities: Mapping[int, Entity]) -> set[int]:
    """The seqs of entities that stand for some of these and are not among them."""
    groups = {entity.group_seq for entity in linked_entities.values()}
    return {group for group in groups if group is not None and group not in linked_entities}


async def _with_standing(
    transaction: ReadTransaction,
    rows: list[Row],
    links: Links,
    linked_entities: dict[int, Entity],
    most: int,
) -> list[Row]:
    """The first of the rows that still fit once those who stand for their people are known.

    They are added to `linked_entities`.
    """
    missing = _missing(linked_entities)
    found, sizes = await entities.small_by_seqs(transaction, missing, most=most)
    linked_entities |= found
    if sizes:
        weights = {
            seq: sizes[entity.group_seq]
            for seq, entity in linked_entities.items()
            if entity.group_seq in sizes
        }
        rows = rows[: _count_by_sizes(rows, links, weights)]
        shown = {seq for row in rows for seq, _ in links[row[-1]]}
        large = {linked_entities[seq].group_seq or seq for seq in shown & weights.keys()}
        transaction.announce(sum([sizes[seq] for seq in large]))
        linked_entities |= await entities.by_seqs_with_deleted(transaction, large)
    return rows


def _share(transaction: ReadTransaction, count: int) -> int:
    """How many bytes of attributes each of so many links may show."""
    return transaction.page_bytes // max(count, 1)


def _count_by_links(rows: list[Row]) -> int:
    """How many of the rows have no more links together than a page may have; at least one."""
    total = 0
    for place, row in enumerate(rows):
        total += row[-1].count(" ") + 1
        if total > PAGE_LINKS and place:
            return place
    return len(rows)


def _links_of(rows: Sequence[Row]) -> Links:
    return {text: linked_from_text(text) for text in set(map(_LINKED, rows))}


def _count_by_sizes(rows: list[Row], links: Links, sizes: Mapping[int, int]) -> int:
    by_text = {
        text: sum([sizes.get(seq, 0) for seq, _ in linked]) for text, linked in links.items()
    }
    return fitting_count([by_text[row[-1]] for row in rows])


def _count_by_names(rows: list[Row], links: Links, linked_entities: Mapping[int, Entity]) -> int:
    """How many of the rows show no more names than a page may."""
    names = {seq: bytes_of(entity.name) for seq, entity in linked_entities.items()}
    return _count_by_sizes(rows, links, names)


def bytes_of(text: str | None) -> int:
    """How many bytes a text has, about; texts that are not ASCII are mostly East Asian or less."""
    if not text:
        return 0
    return len(text) if text.isascii() else 3 * len(text)


async def _linked(
    transaction: ReadTransaction,
    rows: Sequence[Row],
    links: Links,
    linked_entities: Mapping[int, Entity],
) -> list[Activity]:
    shared = {
        text: tuple([Linked(linked_entities[seq], roles) for seq, roles in links[text]])
        for text in set(map(_LINKED, rows))
    }
    # Hardly any entity is in a group, so only few are asked the rest.
    grouped = [entity for entity in linked_entities.values() if entity.group_seq is not None]
    if any(entity.is_merged for entity in grouped):
        shared = {text: _as_one(linked, linked_entities) for text, linked in shared.items()}
    # Hardly any page holds other kinds than those of the catalogue, which nobody can change.
    is_listed = CATALOGUE.keys() >= set(map(_KIND, rows))
    own_kinds = {} if is_listed else await transaction.own_kinds()
    return activities_from_rows(rows, shared, own_kinds)


def _as_one(
    linked: tuple[Linked, ...], linked_entities: Mapping[int, Entity]
) -> tuple[Linked, ...]:
    """The links with each person once, at the place of the first one, with the roles of all."""
    named: dict[int, list[Linked]] = {}
    for place, link in enumerate(linked):
        group = link.entity.group_seq
        placed = msgspec.structs.replace(link, place=place)
        named.setdefault(link.entity.seq if group is None else group, []).append(placed)
    shown = []
    for seq, those in named.items():
        if not any(link.entity.is_merged for link in those):
            shown += those
            continue
        roles = dict.fromkeys([role for link in those for role in link.roles])
        shown.append(Linked(linked_entities[seq], tuple(roles), tuple(those)))
    return tuple(shown)


async def origins(transaction: ReadTransaction, seqs: Sequence[int]) -> dict[int, str]:
    """Where these activities came from, by seq."""
    if not seqs:
        return {}
    return dict(await transaction.fetch(sql.ORIGINS_OF_ACTIVITIES, seqs=list(seqs)))
