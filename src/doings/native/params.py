"""Query parameters and path parts of the native API; each function raises Malformed."""

import re
from collections.abc import Callable
from typing import Any

from doings.core.activity import KIND, LEVELS, ORIGIN, WORD
from doings.core.defaults import SETTINGS
from doings.core.entity import ID_LENGTH, TYPE, EntityKey
from doings.core.errors import Malformed, NotFound
from doings.core.limits.search import check_search
from doings.core.query import (
    ENTITIES,
    LARGEST_PAGE,
    Query,
    Word,
    beginnings_from_text,
    words_from_text,
)
from doings.core.resuming.position import LARGEST_SEQ, Position, position_from_text
from doings.core.values.instants import instant_or_date_from_text, with_plus
from doings.httpkit.errors import LongList
from doings.httpkit.input.params import QueryString, integer, last, listed, one_of
from doings.httpkit.request import Request

LIMIT = 50
LONGEST_WAIT = 60
SEARCH_LENGTH = 1000

STREAM_FILTERS = frozenset({"kind", "actor", "origin", "level", "channel", "external_id"})
"""Those that are read one by one."""

KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ORIGIN_FORM = "lower-case letters, digits, dots, - and _"
_WORD_FORM = "a lower-case word"
_NOT = "!"


def query_from_params(
    params: QueryString, time_zone: str, *, owner: EntityKey | None = None
) -> Query:
    """The filters, order and size of a page, from its start; `owner` is whose timeline it is.

    `time_zone` is the account's: bare dates begin in it.
    """
    links = links_in(params)
    filters = {field: read(params) for name, (field, read) in _FILTERS.items() if name in params}
    return Query(
        entities=(owner,) if owner else links,
        is_of_living=owner is not None,
        also=links if owner else (),
        since=instant(params, "since", time_zone),
        until=instant(params, "until", time_zone),
        limit=limit(params),
        **filters,
    )


def stream_query(params: QueryString) -> Query:
    """The filters of a stream; `entity` names whose timeline it is."""
    owner = _key(params, "entity")
    links = links_in(params)
    filters = {
        field: read(params)
        for name, (field, read) in _FILTERS.items()
        if name in STREAM_FILTERS and name in params
    }
    return Query(entities=(owner,) if owner else links, also=links if owner else (), **filters)


def limit(params: QueryString) -> int:
    """How many items a page has."""
    return integer(params, "limit", LIMIT, least=1, most=LARGEST_PAGE)


def after(params: QueryString) -> int:
    """The seq after which a list of changes goes on."""
    return integer(params, "after", 0, least=0, most=LARGEST_SEQ)


def position(params: QueryString) -> Position | None:
    """The position after which the feed goes on, None where none is given."""
    text = last(params, "after")
    if not text:
        return None
    found = position_from_text(text.strip())
    if found is None:
        raise Malformed("must be a position like 1f0c9a3b7d2e-42, or a seq", "after")
    return found


def kinds_in(params: QueryString) -> tuple[str, ...] | None:
    """Kinds and `noun.*` patterns, in the order of the alphabet."""
    kinds = listed(params, "kind")
    for kind in kinds:
        if not KINDS.fullmatch(kind):
            raise Malformed(f"{kind!r} is neither noun.verb nor noun.*", "kind")
    return tuple(sorted(set(kinds))) or None


def links_in(params: QueryString) -> tuple[EntityKey, ...]:
    """The entities named, in the order of the alphabet."""
    texts = {text for text in params.get("link", ()) if text}
    if len(texts) > ENTITIES:
        raise LongList("link", ENTITIES)
    return tuple(sorted(_key_from_text(text, "link") for text in texts))


def instant(params: QueryString, name: str, time_zone: str) -> int | None:
    """An instant: RFC 3339, or a bare date, which is the start of that day in the zone."""
    text = last(params, name)
    if not text:
        return None
    try:
        return instant_or_date_from_text(with_plus(text), time_zone)
    except ValueError as error:
        raise Malformed(str(error), name) from None


def search(params: QueryString) -> str | None:
    """A search as it was typed, or None."""
    text = last(params, "q")
    if text is not None and len(text) > SEARCH_LENGTH:
        raise Malformed(f"at most {SEARCH_LENGTH} characters", "q")
    return text or None


def beginnings(params: QueryString) -> str | None:
    """A search among the names of entities as it was typed, or None; raises TooMuch."""
    text = search(params)
    check_search(beginnings_from_text(text or ""), "q")
    return text


def types_in(params: QueryString) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The types of entities that are wanted, all where none is, and those that are not.

    Where nothing is said of types, the vendors' settings are not wanted.
    """
    texts = set(listed(params, "type"))
    if not texts:
        return (), SETTINGS
    if len(texts) > ENTITIES:
        raise Malformed(f"at most {ENTITIES}", "type")
    for text in texts:
        if not TYPE.fullmatch(text.removeprefix(_NOT)):
            raise Malformed(f"{text!r} is neither a type nor one after an exclamation mark", "type")
    wanted = {text for text in texts if not text.startswith(_NOT)}
    excluded = {text.removeprefix(_NOT) for text in texts - wanted}
    if wanted and wanted <= excluded:
        raise Malformed("names no type that it does not exclude", "type")
    return tuple(sorted(wanted - excluded)), () if wanted else tuple(sorted(excluded))


def replaces_repeated(params: QueryString) -> bool:
    """Whether a repeated (origin, external_id) replaces what is recorded under it."""
    return one_of(params, "on_repeat", ("keep", "replace")) == "replace"


def is_atomic(params: QueryString) -> bool:
    """Whether a batch is recorded whole or not at all."""
    return one_of(params, "atomic", ("true", "false")) == "true"


def has_byte_order_mark(params: QueryString) -> bool:
    """Whether CSV begins with a byte order mark."""
    return one_of(params, "bom", ("true", "false")) == "true"


def activity_id(request: Request) -> str:
    """The id in the path; what cannot be one is not found."""
    text = request.path_params["id"].lower()
    if not _UUID.fullmatch(text):
        raise NotFound("activity", request.path_params["id"])
    return text


def entity_key(request: Request) -> EntityKey:
    """(type, id) in the path; what cannot be one is not found."""
    key = (request.path_params["type"], request.path_params["id"])
    if not TYPE.fullmatch(key[0]) or not is_id(key[1]):
        raise NotFound(*key)
    return key


def _external_id(params: QueryString) -> str | None:
    text = last(params, "external_id")
    if text is not None and not is_id(text):
        raise Malformed(f"must be text of 1 to {ID_LENGTH} characters", "external_id")
    return text


def is_id(text: str) -> bool:
    """Whether an entity or an activity elsewhere may have this id."""
    return 0 < len(text) <= ID_LENGTH and "\0" not in text


def _words(params: QueryString) -> tuple[Word, ...] | None:
    text = search(params)
    if text is None:
        return None
    words = words_from_text(text)
    check_search(words, "q")
    return words


def _key(params: QueryString, name: str) -> EntityKey | None:
    text = last(params, name)
    return _key_from_text(text, name) if text else None


def _key_from_text(text: str, name: str) -> EntityKey:
    entity_type, _, entity_id = text.partition(":")
    if not TYPE.fullmatch(entity_type) or not is_id(entity_id):
        raise Malformed("must be type:id, like contact:8", name)
    return entity_type, entity_id


def _matching(params: QueryString, name: str, pattern: re.Pattern[str], form: str) -> str | None:
    text = last(params, name)
    if not text:
        return None
    if not pattern.fullmatch(text):
        raise Malformed(f"must be {form}", name)
    return text


_FILTERS: dict[str, tuple[str, Callable[[QueryString], Any]]] = {
    "kind": ("kinds", kinds_in),
    "actor": ("actor", lambda params: _key(params, "actor")),
    "origin": ("origin", lambda params: _matching(params, "origin", ORIGIN, _ORIGIN_FORM)),
    "external_id": ("external_id", _external_id),
    "level": ("level", lambda params: one_of(params, "level", tuple(sorted(LEVELS)))),
    "channel": ("channel", lambda params: _matching(params, "channel", WORD, _WORD_FORM)),
    "q": ("words", _words),
    "order": ("is_descending", lambda params: one_of(params, "order", ("asc", "desc")) != "asc"),
}
"""Which field of a query a parameter sets, and how it is read where it is given."""
