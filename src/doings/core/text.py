"""What any text and any bag of JSON must satisfy before it is stored, on every engine alike."""

import re
from typing import Any

import msgspec

from doings.core.errors import Invalid

_NUL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL: a `\\u0000` whose backslash is not itself escaped."""


def checked_text(text: str | None, *, field: str, most: int) -> None:
    """Raise Invalid for text that is too long or holds a NUL, which PostgreSQL cannot store."""
    if text is None:
        return
    if len(text) > most:
        raise Invalid.of(field, f"at most {most} characters")
    if "\0" in text:
        raise Invalid.of(field, "may not contain NUL")


def checked_json(text: str, *, field: str, most: int) -> None:
    """Raise Invalid for a JSON object's text that is too long or holds a NUL."""
    if text == "{}":
        return
    if len(text) > most:
        raise Invalid.of(field, f"at most {most} characters of JSON")
    if not text.startswith("{"):
        raise Invalid.of(field, "must be an object")
    if "\\u0000" in text and _NUL_ESCAPE.search(text):
        raise Invalid.of(field, "may not contain NUL")


def json_text(value: object) -> str:
    """Compact JSON text of plain values."""
    return msgspec.json.encode(value).decode()


def object_from_text(text: str) -> dict[str, Any]:
    """The members of a stored JSON object."""
    return msgspec.json.decode(text, type=dict[str, Any]) if text != "{}" else {}


def compact(raw: msgspec.Raw | bytes) -> str:
    """A JSON value as it was sent, less its white space: order and numbers stay as they were."""
    return msgspec.json.format(bytes(raw), indent=-1).decode()
