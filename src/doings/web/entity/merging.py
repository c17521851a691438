"""Who else somebody may be: what is suggested, and who is found by a search."""

from typing import NamedTuple

import msgspec

from doings.core.entity import Entity, EntityKey
from doings.core.errors import Invalid
from doings.core.limits.search import check_search
from doings.core.people.asking import not_dismissed
from doings.core.people.suggestions import Suggestion
from doings.core.query import beginnings_from_text
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.web.timeline.articles import entity_url

SUGGESTED = 20
FOUND = 20
"""How many people are shown at most."""

QUERY_LENGTH = 1000


class Other(NamedTuple):
    """Somebody who may be the same person; `percent` is how likely, where that is known."""

    key: str
    name: str
    url: str
    percent: int | None = None
    reasons: tuple[str, ...] = ()


class Others(msgspec.Struct, frozen=True):
    """Whom to choose from; `has_more` says that a search finds more than are shown."""

    suggested: list[Other]
    found: list[Other]
    has_more: bool


class Two(NamedTuple):
    """Two who may be one person. The second one has the score and the reasons."""

    one: Other
    other: Other


async def read_pairs(reader: Reader, candidates: list[Suggestion]) -> list[Two]:
    """The likeliest of all candidates."""
    shown = await not_dismissed(reader, candidates, SUGGESTED)
    keys = list(dict.fromkeys([key for one in shown for key in one.pair]))
    known = await reader.entities_by_key(keys) if keys else {}
    # One that was merged or deleted since the people were compared is no suggestion any more.
    themselves = {key for key in keys if key in known and known[key].key == key}
    return [
        Two(_other(known[one.pair[0]]), _suggested(known[one.pair[1]], one))
        for one in shown
        if themselves.issuperset(one.pair)
    ]


def query_problem(text: str) -> str | None:
    """Why nobody searches for that, or None."""
    if len(text) > QUERY_LENGTH:
        return f"At most {QUERY_LENGTH} characters can be searched for."
    try:
        check_search(beginnings_from_text(text), "q")
    except Invalid as error:
        return f"That is too much for one search: {error.problems[0].reason}."
    return None


async def read_others(
    reader: Reader, entity: Entity, candidates: list[Suggestion], text: str
) -> Others:
    """Who may be the same person as an entity: of its candidates, and by a search."""
    shown = await not_dismissed(reader, candidates, SUGGESTED)
    keys = [_other_key(one, entity.key) for one in shown]
    known = await reader.entities_by_key(keys) if keys else {}
    # One that was merged or deleted since the people were compared is no suggestion any more.
    suggested = [
        _suggested(known[key], one)
        for key, one in zip(keys, shown, strict=True)
        if key in known and known[key].key == key
    ]
    found, has_more = await _search(reader, entity, text) if text else ([], False)
    return Others(suggested, found, has_more)


async def _search(reader: Reader, entity: Entity, text: str) -> tuple[list[Other], bool]:
    """Others of the same type whose names, ids or attributes have words that begin so."""
    by_key = await reader.entities_by_key([_key_of(text, entity.type)])
    query = EntityQuery(q=text, type=entity.type, limit=FOUND + 2)
    people, _ = await reader.fitting_entities(await reader.entity_seqs(query))
    found = {one.key: one for one in (*by_key.values(), *people) if one.key != entity.key}
    others = list(map(_other, found.values()))
    return others[:FOUND], len(others) > FOUND


def _key_of(text: str, entity_type: str) -> EntityKey:
    """The key that a text names, with its type or without."""
    return entity_type, text.removeprefix(f"{entity_type}:")


def _other(entity: Entity) -> Other:
    return Other(":".join(entity.key), entity.name or entity.id, entity_url(entity.key))


def _suggested(entity: Entity, suggestion: Suggestion) -> Other:
    percent = round(suggestion.score * 100)
    return _other(entity)._replace(percent=percent, reasons=suggestion.reasons)


def _other_key(suggestion: Suggestion, key: EntityKey) -> EntityKey:
    one, other = suggestion.pair
    return other if one == key else one
