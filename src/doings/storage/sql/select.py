"""Builds the statements that depend on a query's filters.

Every timeline, filtered or not, is read from ranges of `links` in the order of an index: one range
for each (entity, kind), merged by the engine. What no index can answer is checked afterwards on the
keys that a range or the full text gave (`matching_keys`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from doings.core.activity import ACTOR
from doings.core.query import Gap, Query, Side, Tie
from doings.core.store.entities import EntityQuery
from doings.storage.sql.entity_statements import OWN

EVERYTHING = 0
"""The pseudo-entity that every activity is linked to, which makes the whole account a timeline."""

Values = dict[str, Any]
Selection = tuple[str, Values]
_NEWEST_FIRST = "ORDER BY occurred_at DESC, activity_seq DESC"
_OLDEST_FIRST = "ORDER BY occurred_at, activity_seq"


def keys_in_order(
    query: Query, *, entities: Sequence[int], kinds: Sequence[str] | None, skip: int = 0
) -> Selection:
    """The next keys on the query's side; `entities` as seqs, `kinds` without patterns or None.

    What is linked to several of the entities comes once for each, one after the other.
    """
    bounds, values = _bounds(query)
    for index, entity in enumerate(entities):
        values[f"entity_{index}"] = entity
    for index, kind in enumerate(kinds or ()):
        values[f"kind_{index}"] = kind
    values["limit"] = query.limit + 1
    values["skip"] = skip
    order = _NEWEST_FIRST if query.side == "older" else _OLDEST_FIRST
    return _merged(len(entities), None if kinds is None else len(kinds), bounds, order), values


def keys_with_cache_version(query: Query) -> Selection:
    """The next keys in the timeline of one entity that is alone, or of all.

    Each comes with the cache version and the last seq. For an entity that is one person with others
    there are no rows.
    """
    bounds, values = _bounds(query)
    values["limit"] = query.limit + 1
    if query.entities:
        values["type"], values["id"] = query.entities[0]
    order = _NEWEST_FIRST if query.side == "older" else _OLDEST_FIRST
    entity = str(EVERYTHING)
    if query.entities:
        entity = f"({_NAMED}{_ALONE}{_LIVING if query.is_of_living else ''})"
    return _with_cache_version(entity, bounds, order), values


def seqs_at_instant(*, is_descending: bool) -> str:
    """The seqs of what is linked to `:entity` at one instant, in the order of recording."""
    direction = " DESC" if is_descending else ""
    return (
        "SELECT activity_seq FROM links"
        " WHERE account_id = :account_id AND entity = :entity AND occurred_at = :at"
        f" ORDER BY activity_seq{direction} LIMIT :limit OFFSET :skip"
    )


def seqs_of_date(tie: Tie, *, is_descending: bool) -> str:
    """The seqs of what is linked to `:entity` between two instants, sorted: no index has them."""
    direction = " DESC" if is_descending else ""
    moment = f"a.updated_at{direction}, " if tie == "updated" else ""
    activities = (
        " JOIN activities a ON a.account_id = :account_id AND a.seq = l.activity_seq"
        if moment
        else ""
    )
    return (
        f"SELECT l.activity_seq FROM links l{activities}"
        " WHERE l.account_id = :account_id AND l.entity = :entity"
        " AND l.occurred_at >= :since AND l.occurred_at < :until"
        f" ORDER BY {moment}l.activity_seq{direction} LIMIT :limit OFFSET :skip"
    )


_NAMED = "SELECT seq FROM entities WHERE account_id = :account_id AND type = :type AND id = :id"
_LIVING = " AND deleted_at IS NULL"
_ALONE = " AND group_seq IS NULL"


@lru_cache(maxsize=256)
def _with_cache_version(entity: str, bounds: str, order: str) -> str:
    return (
        "SELECT occurred_at, activity_seq,"
        " (SELECT revision FROM heads WHERE account_id = :account_id),"
        " (SELECT head FROM heads WHERE account_id = :account_id)"
        f" FROM links WHERE account_id = :account_id AND entity = {entity}{bounds}"
        f" {order} LIMIT :limit"
    )


@lru_cache(maxsize=256)
def _merged(entities: int, kinds: int | None, bounds: str, order: str) -> str:
    """So many ranges as one; each says its own order, or PostgreSQL would sort, not merge."""
    ranges = [
        "SELECT occurred_at, activity_seq FROM links"
        f" WHERE account_id = :account_id AND entity = :entity_{entity}{kind}{bounds}"
        for entity in range(entities)
        for kind in _kind_conditions(kinds)
    ]
    merged = ranges[0]
    if len(ranges) > 1:
        merged = " UNION ALL ".join(
            f"SELECT occurred_at, activity_seq FROM ({one} {order}) AS range_{index}"
            for index, one in enumerate(ranges)
        )
    return f"{merged} {order} LIMIT :limit OFFSET :skip"


def _kind_conditions(kinds: int | None) -> list[str]:
    return [""] if kinds is None else [f" AND kind = :kind_{index}" for index in range(kinds)]


def _bounds(query: Query, *, at: str = "occurred_at", seq: str = "activity_seq") -> Selection:
    """Where the range begins and ends.

    A bound that the gap lies behind already is left out: SQLite enters an index by one bound on
    each side, and would walk from that one to the gap again for every page.
    """
    conditions: list[str] = []
    values: Values = {}
    gap = query.gap
    if query.since is not None and not _is_past_since(query.since, gap):
        conditions.append(f"{at} >= :since")
        values["since"] = query.since
    if query.until is not None and not _is_past_until(query.until, gap):
        conditions.append(f"{at} < :until")
        values["until"] = query.until
    if gap is not None:
        comparison = _COMPARISON[gap.side]
        conditions.append(f"({at}, {seq}) {comparison} (:gap_at, :gap_seq)")
        values |= {"gap_at": gap.occurred_at, "gap_seq": gap.seq}
    return "".join(f" AND {condition}" for condition in conditions), values


def _is_past_since(since: int, gap: Gap | None) -> bool:
    return gap is not None and gap.side == "newer" and gap.occurred_at >= since


def _is_past_until(until: int, gap: Gap | None) -> bool:
    return gap is not None and gap.side == "older" and gap.occurred_at < until


_COMPARISON: dict[Side, str] = {"older": "<", "newer": ">="}


def matching_keys(
    query: Query,
    *,
    entities: Sequence[int] | None,
    also: Sequence[int] | None,
    kinds: Sequence[str] | None,
    actors: Sequence[int] | None,
) -> Selection:
    """Which of the activities `:seqs` satisfy all of the query's filters but its words."""
    bounds, values = _bounds(query, at="a.occurred_at", seq="a.seq")
    conditions = ["a.account_id = :account_id AND a.seq = ANY(:seqs)" + bounds]
    if kinds is not None:
        conditions.append("a.kind = ANY(:kinds)")
        values["kinds"] = list(kinds)
    for name, linked in (("entities", entities), ("also", also)):
        if linked is not None:
            conditions.append(_linked(name))
            values[name] = list(linked)
    if actors is not None:
        acted = [f"' ' || a.linked || ' ' LIKE :actor_{index}" for index in range(len(actors))]
        conditions.append(f"({' OR '.join(acted)})")
        values |= {f"actor_{index}": f"% {seq}:{ACTOR} %" for index, seq in enumerate(actors)}
    for column, value in _marks(query):
        if value is not None:
            conditions.append(f"a.{column} = :{column}")
            values[column] = value
    if query.channel is not None:
        # LIKE would ignore case on one engine and not on the other.
        conditions.append("replace(a.channels, :channel, '') <> a.channels")
        values["channel"] = f'"{query.channel}"'
    return f"SELECT a.occurred_at, a.seq FROM activities a WHERE {' AND '.join(conditions)}", values


def _marks(query: Query) -> tuple[tuple[str, str | None], ...]:
    """The columns that have to hold a value, where there is one."""
    return (
        ("origin", query.origin),
        ("external_id", query.external_id),
        ("level", query.level),
    )


def _linked(entities: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM links l WHERE l.account_id = a.account_id"
        f" AND l.entity = ANY(:{entities})"
        " AND l.occurred_at = a.occurred_at AND l.activity_seq = a.seq)"
    )


def entities_in_order(query: EntityQuery) -> Selection:
    """Seqs of entities in the order of their seq, or of their last change where of one type.

    Each type is a range of an index. Types that are left out are passed over on the way.
    """
    types = query.named_types
    values: Values = {f"type_{index}": name for index, name in enumerate(types)}
    values |= {"limit": query.limit, "skip": query.skip}
    if query.without:
        values["without"] = list(query.without)
    if query.holding is not None:
        values["holding"] = f"%{escaped(query.holding)}%"
    if query.after is not None:
        values["after"] = query.after
    direction = " DESC" if query.is_descending else ""
    columns = ("updated_at", "seq") if query.by == "updated" else ("seq",)
    order = "ORDER BY " + ", ".join(column + direction for column in columns)
    return _merged_entities(len(types), _entity_conditions(query), order), values


def _entity_conditions(query: EntityQuery) -> str:
    """What holds for entities of every type that is listed."""
    conditions = f"account_id = :account_id AND deleted_at IS NULL AND {OWN}"
    if not query.with_partial:
        conditions += " AND is_partial = 0"
    if query.without:
        conditions += " AND NOT (type = ANY(:without))"
    if query.holding is not None:
        conditions += " AND attrs LIKE :holding ESCAPE '!'"
    if query.after is not None:
        conditions += f" AND seq {'<' if query.is_descending else '>'} :after"
    return conditions


def entities_with_any(words: Sequence[str], query: EntityQuery, json: str) -> Selection:
    """Entities of a type in whose name, or attributes `among`, one of the words stands somewhere.

    No index knows parts of words, so all of the type are looked through, once for all words: their
    texts are put together first, which LIMIT keeps the engines from doing again for each word. Rows
    are what places are made of, and who stands for the entity; deleted ones are there if somebody
    does. `json` is what JSON text is cast to.
    """
    values: Values = {"type": query.type, "most": _ALL}
    values |= {f"attribute_{index}": name for index, name in enumerate(query.among)}
    values |= {f"part_{index}": f"%{escaped(word)}%" for index, word in enumerate(words)}
    return _with_any(len(words), len(query.among), json), values


_ALL = 1 << 40
"""More rows than there are."""


@lru_cache(maxsize=256)
def _with_any(words: int, attributes: int, json: str) -> str:
    texts = ["COALESCE(name, '')"]
    texts += [
        f"COALESCE(CAST(attrs AS {json}) ->> CAST(:attribute_{index} AS TEXT), '')"
        for index in range(attributes)
    ]
    joined = " || ' ' || ".join(texts)
    likes = [f"texts LIKE :part_{index} ESCAPE '!'" for index in range(words)]
    return (
        "SELECT seq, type, is_partial, updated_at, group_seq FROM ("
        "SELECT seq, type, is_partial, updated_at, group_seq,"
        f" lower({joined}) AS texts FROM entities"
        " WHERE account_id = :account_id AND type = :type"
        " AND (deleted_at IS NULL OR group_seq IS NOT NULL) LIMIT :most"
        f") AS every_one WHERE {' OR '.join(likes)}"
    )


def escaped(text: str) -> str:
    """Text in which nothing stands for other text where it is looked for."""
    return re.sub(r"([!%_])", r"!\1", text)


@lru_cache(maxsize=256)
def _merged_entities(types: int, conditions: str, order: str) -> str:
    """One range for each type, each with its own order; all entities where there is no type."""
    named = [f" AND type = :type_{index}" for index in range(types)] or [""]
    ranges = [f"SELECT seq FROM entities WHERE {conditions}{name}" for name in named]
    merged = ranges[0]
    if len(ranges) > 1:
        merged = " UNION ALL ".join(
            f"SELECT seq FROM ({one} {order}) AS range_{index}" for index, one in enumerate(ranges)
        )
    return f"{merged} {order} LIMIT :limit OFFSET :skip"
