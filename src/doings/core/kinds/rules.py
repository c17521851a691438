"""What a kind requires of `data`, and which links it implies. Unlisted kinds are allowed, too."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from doings.core.budget import LIST_ITEMS
from doings.core.errors import Invalid, Problem, TooMuch
from doings.core.kinds.catalogue import CATALOGUE, Kind, title_from_kind
from doings.core.kinds.formats import checked_format
from doings.core.text import members_from_text, object_from_text

__all__ = ["CATALOGUE", "Kind", "checked_data", "implied_keys", "kind_named"]


@lru_cache(maxsize=4096)
def kind_named(kind: str) -> Kind:
    """The kind of that name from the catalogue; for an unlisted one, a kind made from the name."""
    listed = CATALOGUE.get(kind)
    if listed is not None:
        return listed
    title = title_from_kind(kind)
    return Kind(
        kind=kind,
        title=title,
        template=title + "{?: {summary}}",
        icon="•",
        meaning="A kind of the caller's own.",
    )


def checked_data(kind: str, data: str) -> None:
    """Raise Invalid for text that is no JSON object, or one without the shape of the kind."""
    if data == "{}" and kind not in _DEMANDING:
        return
    members = members_from_text(data, field="data")
    listed = CATALOGUE.get(kind)
    if listed is not None and listed.data is not None:
        _check_shape(members, listed.data)


def implied_keys(kind: str, data: str) -> tuple[tuple[str, str], ...]:
    """(type, id) of the entities that are linked because `data` names them; it must be checked."""
    if kind == "encounter.logged" and data != "{}":
        activity_type = object_from_text(data).get("activity_type_id")
        return () if activity_type is None else (("activity_type", str(activity_type)),)
    if kind.startswith("appointment.") and kind in CATALOGUE:
        return (("appointment", object_from_text(data)["appointment"]["id"]),)
    return ()


_AT = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<member>[^`]*)`")
_TYPES = re.compile(r"`(?P<types>[^`]*)`")

_WORDS = {
    "str": "text",
    "int": "an integer",
    "float": "a decimal number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}


def _check_shape(members: dict[str, Any], shape: type[msgspec.Struct]) -> None:
    try:
        msgspec.convert(members, shape, dec_hook=checked_format)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None


def _invalid(message: str) -> Invalid:
    place = _AT.search(message)
    path = place["path"] if place else ""
    reason = _AT.sub("", message)
    missing = _MISSING.fullmatch(reason)
    if missing:
        return Invalid.of(f"data{path}.{missing['member']}", "is required")
    if "`array` of length" in reason:
        return TooMuch("list", Problem(f"data{path}", f"at most {LIST_ITEMS:,} items"))
    return Invalid.of(f"data{path}", _in_words(reason))


def _in_words(reason: str) -> str:
    plain = reason.replace("Expected ", "must be ").replace(", got ", ", not ")
    return _TYPES.sub(
        lambda match: " or ".join(_WORDS.get(word, word) for word in match["types"].split(" | ")),
        plain,
    )


def _is_demanding(kind: Kind) -> bool:
    try:
        msgspec.convert({}, kind.data)
    except msgspec.ValidationError:
        return True
    return False


_DEMANDING = frozenset(
    kind.kind for kind in CATALOGUE.values() if kind.data is not None and _is_demanding(kind)
)
"""The kinds whose data may not be empty."""
