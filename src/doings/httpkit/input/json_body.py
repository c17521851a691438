"""JSON as it comes in: read into a type, within bounds, with the place of what is wrong."""

from typing import Any, TypeVar

import msgspec

from doings.core.budget import LIST_ITEMS
from doings.core.errors import Invalid, Malformed, Problem, TooMuch
from doings.core.text import is_too_deep
from doings.httpkit.input.choices import choices_at

T = TypeVar("T")

TOO_DEEP = "the body is nested too deeply"


def members_from_json(body: bytes) -> dict[str, Any]:
    """The members of a JSON object, none for JSON of another type.

    Raises Malformed for what is no JSON or is nested too deeply, Invalid for a number that is too
    large, and TooMuch.

    The members are told apart first and then read one by one. So a body of half a million objects
    is refused before they are made, which would take a tenth of a second.
    """
    if not body.lstrip().startswith(b"{"):
        decoded(body, msgspec.Raw)
        return {}
    texts = decoded(body, dict[str, msgspec.Raw])
    if len(texts) > LIST_ITEMS:
        raise TooMuch("list", Problem("body", f"at most {LIST_ITEMS:,} members"))
    return {name: _member(name, bytes(text)) for name, text in texts.items()}


def _member(name: str, text: bytes) -> object:
    if not text.startswith((b"[", b"{")):
        return decoded(text, object, path=name)
    if sum(map(text.count, (b",", b"[", b"{"))) > MEMBER_PARTS:
        raise TooMuch("list", Problem(name, f"at most {LIST_ITEMS:,} items"))
    value = decoded(text, object, path=name)
    if isinstance(value, list) and len(value) > LIST_ITEMS:
        raise TooMuch("list", Problem(name, f"at most {LIST_ITEMS:,} items"))
    if isinstance(value, list | dict) and is_too_deep(value):
        raise Malformed(TOO_DEEP)
    return value


MEMBER_PARTS = 10 * LIST_ITEMS
"""Brackets and commas of a list: a list that is short enough has fewer, also within its texts."""


def decoded(body: bytes, kind: type[T], *, path: str = "") -> T:
    """JSON of a type; raises Malformed for what is no JSON and Invalid with the member's path."""
    try:
        body.decode()
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(problem_from(error, path, kind)) from None
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8") from None
    except RecursionError:
        raise Malformed(TOO_DEEP) from None
    except msgspec.DecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from None


def problem_from(
    error: msgspec.ValidationError, path: str = "", kind: type[Any] | None = None
) -> Problem:
    """Which member is wrong and why, from msgspec's one sentence; `kind` is the body's type."""
    reason, _, at = str(error).partition(" - at `$")
    field = (path + at.rstrip("`")).lstrip(".")
    if reason.startswith(WRONG_CHOICE) and (choices := choices_at(at.rstrip("`"), kind)):
        given = reason.removeprefix(WRONG_CHOICE)
        return Problem(field, f"{given} is none of {', '.join(choices)}")
    if unknown := _unknown_member(reason):
        field = f"{field}.{unknown}".lstrip(".")
        reason = "unknown member"
    elif missing := _missing_member(reason):
        field = f"{field}.{missing}".lstrip(".")
        reason = "required"
    return Problem(field or "body", reason)


WRONG_CHOICE = "Invalid enum value "


def _unknown_member(reason: str) -> str | None:
    head = "Object contains unknown field `"
    return reason.removeprefix(head).rstrip("`") if reason.startswith(head) else None


def _missing_member(reason: str) -> str | None:
    head = "Object missing required field `"
    return reason.removeprefix(head).rstrip("`") if reason.startswith(head) else None
