"""The parameters of the list and the members of a post; both raise Invalid with the field."""

from typing import Any

import msgspec

from doings.core.activity import LINKS
from doings.core.entity import EntityKey
from doings.core.errors import Invalid, Problem, TooMuch
from doings.core.query import Query
from doings.core.values.markup import is_blank, links_only
from doings.dialects.cobot.documents import ActivityDocument
from doings.dialects.cobot.mapping import MEMBERS_OF_MEMBERSHIP, ActivityInput
from doings.dialects.cobot.times import Span, span_from_text
from doings.dialects.cobot.vocabulary import CHANNELS, LEVELS, SOURCES, kinds_of_type
from doings.httpkit.input.filters import filter_names
from doings.httpkit.input.params import (
    bounded_integer_from_text,
    known_parameters,
    last,
    listed,
)
from doings.httpkit.input.path import WITH_NUL

QueryString = dict[str, list[str]]
"""The query parameters by name, each with all its values."""

Members = dict[str, Any]

BLANK = "can't be blank"
MAX_SOURCE_IDS = 2000
"""How many ids the list may be asked for: more than a space has members, as a client sends all."""

MAX_LAST = 10**15
"""What `last` is cut to: more than any space holds, and less than any engine takes."""

TOKEN = "access_token"  # noqa: S105 - the parameter that a caller may sign in with

FILTERS = ("types", "source_ids")
BOUNDS = ("from", "to", "last")

PARAMETERS = known_parameters(
    TOKEN,
    *BOUNDS,
    lists=FILTERS,
    may_be_empty=(TOKEN, *BOUNDS, *FILTERS),
    filters=filter_names(
        ActivityDocument, others=("source", "last", "text", "membership", "invoice")
    ),
)
"""What the list knows. Empty bounds are none; empty filters are answered in the vendor's words."""

NO_PARAMETERS = known_parameters(TOKEN, may_be_empty=(TOKEN,))

MEMBERSHIPS_PARAMETERS = known_parameters(
    TOKEN,
    may_be_empty=(TOKEN,),
    filters=filter_names(others=(*MEMBERS_OF_MEMBERSHIP, "membership", "source", "last")),
)
"""What the list of memberships knows: it has no filter."""

LISTS = frozenset({"channels", "source_ids"})
"""The members of a post that a form may repeat."""


class ListParams(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a request, read and checked; a missing one is None, or () for `sources`.

    `sources` are all that the source ids may name: each id with each type of source.
    """

    since: int | None
    until: int | None
    kinds: tuple[str, ...] | None
    sources: tuple[EntityKey, ...]
    last: int | None


def params_from_query(query: QueryString) -> ListParams:
    """Read `from` and `to`, `types`, `source_ids` and `last`; raises Invalid."""
    source_ids = listed(query, "source_ids", MAX_SOURCE_IDS)
    count = _last(query)
    is_bounded = bool(source_ids) or count is not None
    since, until = _period(query, is_optional=is_bounded)
    _check_filters(query)
    return ListParams(
        since=since,
        until=until,
        kinds=_kinds(listed(query, "types")),
        sources=_sources(source_ids),
        last=count,
    )


def activities_query(params: ListParams) -> Query:
    """The activities that the parameters name, oldest first; the store drops unknown sources."""
    return Query(
        entities=params.sources,
        kinds=params.kinds,
        since=params.since,
        until=params.until,
        is_descending=False,
    )


def _period(query: QueryString, *, is_optional: bool) -> tuple[int | None, int | None]:
    texts = {name: last(query, name) or "" for name in ("from", "to")}
    if is_optional and not any(text.strip() for text in texts.values()):
        return None, None
    spans: dict[str, Span] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        try:
            spans[name] = _span(name, text)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(*problems)
    if spans["from"].start >= spans["to"].end:
        raise Invalid.of("to", "must not be before from")
    return spans["from"].start, spans["to"].end


def _check_filters(query: QueryString) -> None:
    """Raise Invalid for a filter with an empty value: without it, more would be shown."""
    blank = [
        Problem(name, BLANK)
        for name in FILTERS
        if not all(value.strip(" ,") for value in query.get(name, ()))
    ]
    if blank:
        raise Invalid(*blank)


def _span(name: str, text: str) -> Span:
    if not text.strip():
        raise Invalid.of(name, BLANK)
    try:
        return span_from_text(text)
    except (ValueError, OverflowError):
        raise Invalid.of(name, "is not a time like 2014/04/01 00:01:02 +0000") from None


def _kinds(types: list[str]) -> tuple[str, ...] | None:
    if not types:
        return None
    kinds = [kind for type_ in dict.fromkeys(types) for kind in kinds_of_type(type_)]
    return tuple(dict.fromkeys(kinds))


def _sources(source_ids: list[str]) -> tuple[EntityKey, ...]:
    return tuple([(type_, source_id) for type_ in SOURCES for source_id in source_ids])


def _last(query: QueryString) -> int | None:
    text = last(query, "last")
    if text is None or text.strip() == "":
        return None
    count = bounded_integer_from_text(text)
    if count is None or count < 1:
        raise Invalid.of("last", "must be an integer greater than 0")
    return min(count, MAX_LAST)


def input_from_members(members: Members) -> ActivityInput:
    """Read a post; raises Invalid with every problem at once."""
    text = links_only(_plain(members.get("text")))
    channels, source_ids = _words(members.get("channels")), _words(members.get("source_ids"))
    reasons = {
        "text": _text_problem(members.get("text"), text),
        "level": _level_problem(members.get("level")),
        "channels": _channels_problem(channels),
        "source_ids": _sources_problem(source_ids),
    }
    problems = [Problem(name, reason) for name, reason in reasons.items() if reason]
    if len(source_ids or ()) > LINKS:
        raise TooMuch("list", *problems)
    if problems:
        raise Invalid(*problems)
    return ActivityInput(
        text=text,
        level=_plain(members.get("level")) or None,
        channels=channels or CHANNELS[:1],
        source_ids=source_ids or (),
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...] | None:
    """A list, or text with commas; each word once. None where it is neither."""
    if value is None:
        return ()
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        return None
    words = [word.strip() for text in texts for word in text.split(",")]
    return tuple(dict.fromkeys([word for word in words if word]))


def _text_problem(value: object, text: str) -> str | None:
    if value is not None and not isinstance(value, str):
        return "must be text"
    if "\0" in (value or ""):
        return WITH_NUL
    return BLANK if is_blank(text) else None


def _level_problem(level: object) -> str | None:
    return None if level is None or level in ("", *LEVELS) else "must be ERROR, WARN or empty"


def _channels_problem(channels: tuple[str, ...] | None) -> str | None:
    if channels is None or not set(channels) <= set(CHANNELS):
        return f"must be a list of {' and '.join(CHANNELS)}"
    return None


def _sources_problem(source_ids: tuple[str, ...] | None) -> str | None:
    if source_ids is None:
        return "must be a list of ids"
    if any("\0" in source_id for source_id in source_ids):
        return WITH_NUL
    return f"at most {LINKS}" if len(source_ids) > LINKS else None
