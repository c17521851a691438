"""Checks of text and JSON before they are stored; they are the same for every engine."""

import re
from typing import Any

import msgspec

from doings.core.budget import JSON_PARTS
from doings.core.errors import Invalid, Problem, TooMuch

_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL: a `\\u0000` whose backslash is not itself escaped."""

_MINUS_ZERO = re.compile(r"-0\s*[],}]")

DEEPEST = 100
"""How deep JSON may be nested. Every parser that has to read it later can do more."""

_TOO_DEEP = f"at most {DEEPEST} levels deep"
_AT = re.compile(r" - at `\$[^`]*`$")


def checked_text(text: str | None, *, field: str, most: int) -> None:
    """Raise Invalid for text that is too long or holds a NUL, which PostgreSQL cannot store."""
    if text is None:
        return
    if len(text) > most:
        raise Invalid.of(field, f"at most {most} characters")
    if "\0" in text:
        raise Invalid.of(field, "may not contain NUL")


def checked_json(text: str, *, field: str, most: int) -> None:
    """Raise Invalid for text that is no JSON object, too long, or holds a NUL."""
    if text != "{}":
        checked_size(text, field=field, most=most)
        members_from_text(text, field=field)


def checked_size(text: str, *, field: str, most: int) -> None:
    """Raise Invalid for JSON text that is too long or holds a NUL; it may still be no JSON."""
    if len(text) > most:
        raise Invalid.of(field, f"at most {most} characters of JSON")
    if "\\u0000" in text and _NUL_ESCAPE.search(text):
        raise Invalid.of(field, "may not contain NUL")


def members_from_text(text: str, *, field: str) -> dict[str, Any]:
    """The members of a JSON object; raises Invalid for text that is none, and TooMuch."""
    parts = text.count("{") + text.count("[")
    if parts > JSON_PARTS:
        raise TooMuch("json", Problem(field, f"at most {JSON_PARTS:,} objects and lists"))
    try:
        members = msgspec.json.decode(text)
    except RecursionError:
        raise Invalid.of(field, _TOO_DEEP) from None
    except ValueError as error:  # msgspec's, and for a lone surrogate Python's own
        reason = _AT.sub("", str(error))
        raise Invalid.of(field, f"cannot be read as JSON: {reason}") from None
    if not isinstance(members, dict):
        raise Invalid.of(field, "must be an object")
    if parts > DEEPEST and is_too_deep(members):
        raise Invalid.of(field, _TOO_DEEP)
    return members


def is_too_deep(value: dict[str, Any] | list[Any]) -> bool:
    """Whether objects and lists are nested deeper than DEEPEST."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def may_hold_minus_zero(text: str) -> bool:
    """Whether JSON may hold -0, which msgspec reads as 0; false only where it does not."""
    return "-0" in text and _MINUS_ZERO.search(text) is not None


def json_text(value: object) -> str:
    """Compact JSON text of plain values."""
    return msgspec.json.encode(value).decode()


_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def object_from_text(text: str) -> dict[str, Any]:
    """The members of a stored JSON object."""
    return _decode_object(text) if text != "{}" else {}


def compact(raw: msgspec.Raw | bytes) -> str:
    """A JSON value as it was sent, without white space between its parts."""
    return msgspec.json.format(bytes(raw), indent=-1).decode()
