"""Rules for what is sent, as tables: a field's rules in the order of their messages.

A value that is null or missing is checked by REQUIRED only, and so is one that REQUIRED refuses. An
empty list is a value like any other. What is sent is trimmed before, and empty text becomes null.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any, Protocol

import msgspec

from doings.core.activity import LINKS
from doings.core.defaults import ACTIVITY_TYPE, GENDER
from doings.core.errors import Invalid, Malformed, Problem
from doings.core.text import DEEPEST

WHITE_SPACE = " \t\n\r\0\x0b"


class Rule(msgspec.Struct, frozen=True):
    """What a value must satisfy, and the message if it does not; `{}` is the field's name."""

    is_kept: Callable[[Any], bool]
    message: str


class Known(Protocol):
    """What an account has."""

    async def exists(self, entity_type: str, number: int | None) -> bool:
        """Whether it has an entity of this type with this number."""


class Exists(msgspec.Struct, frozen=True):
    """The value must be the number of an entity of this type."""

    entity_type: str


Rules = Mapping[str, tuple[Rule | Exists, ...]]


class Rejected(Invalid):
    """Input that broke rules; the messages are whole sentences."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(*[Problem("body", message) for message in messages])


def messages_of(error: Invalid) -> list[str]:
    """The sentences of a rejection, or sentences about what the store would not take."""
    if isinstance(error, Rejected):
        return [reason for _, reason in error.problems]
    return [f"The {_words(field)} field is invalid: {reason}." for field, reason in error.problems]


def trimmed(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """The value with all its text trimmed, and null for text that is empty then.

    Raises Malformed for a value that is nested too deeply.
    """
    if depth > DEEPEST:
        raise Malformed("the body is nested too deeply")
    if isinstance(value, str):
        return value.strip(WHITE_SPACE) or None
    if isinstance(value, list):
        return [trimmed(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: trimmed(member, depth + 1) for name, member in value.items()}
    return value


def integer_of(value: object) -> int | None:
    """A whole number, or the number that text spells; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if _is_spelled_number(value) else None
    return value if isinstance(value, int) and abs(value) < MAX_INTEGER else None


MAX_INTEGER = 10**18
"""Above every whole number that is taken; the store keeps 64 bits."""


def _is_spelled_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < len(str(MAX_INTEGER))


TRUE = frozenset({True, "1"})
FALSE = frozenset({False, "0"})
"""Flags; the integers 1 and 0 are equal to these."""


def is_true(value: object) -> bool:
    """Whether a flag is set."""
    return isinstance(value, bool | int | str) and value in TRUE


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | int | str) and value in TRUE | FALSE


def is_switched_on(value: object) -> bool:
    """Whether a flag is set that may also be any whole number: all but 0 say so."""
    return is_true(value) or integer_of(value) not in {None, 0}


_SPELLED_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
"""What PHP takes for a number; Python takes other digits and underscores, too."""


def number_of(value: object) -> float | None:
    """A number, or the one that text spells; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _SPELLED_NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y",
    "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
)  # fmt: skip
"""Ways to write a date. Only the first is taken; for the others the message names the format."""

FIRST_DATE = date(1000, 1, 2)
LAST_DATE = date(9999, 12, 28)
"""The dates that begin in every time zone within what can be recorded."""


def date_of(value: object) -> date | None:
    """A date written exactly `YYYY-MM-DD`, or None."""
    if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.isoformat() == value and FIRST_DATE <= day <= LAST_DATE else None


def _is_date(value: object) -> bool:
    """Whether it is a date in any writing."""
    if date_of(value):
        return True
    text = str(value)
    for format_ in DATE_FORMATS:
        try:
            day = datetime.strptime(text, format_).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        return FIRST_DATE <= day <= LAST_DATE
    try:
        return FIRST_DATE <= datetime.fromisoformat(text).date() <= LAST_DATE
    except ValueError:
        return False


REQUIRED = Rule(lambda value: value is not None and value != [], "The {} field is required.")
STRING = Rule(lambda value: isinstance(value, str), "The {} must be a string.")
INTEGER = Rule(lambda value: integer_of(value) is not None, "The {} must be an integer.")
FLAG = Rule(_is_flag, "The {} field must be true or false.")
SWITCH = Rule(
    lambda value: isinstance(value, bool) or integer_of(value) is not None,
    "The {} must be an integer.",
)
NUMERIC = Rule(lambda value: number_of(value) is not None, "The {} must be a number.")
LIST = Rule(lambda value: isinstance(value, list), "The {} must be an array.")
DATE = Rule(_is_date, "The {} is not a valid date.")
DATE_FORMAT = Rule(
    lambda value: date_of(value) is not None, "The {} does not match the format Y-m-d."
)


def at_most(characters: int) -> Rule:
    """Text of so many characters at most."""
    return Rule(
        lambda value: not isinstance(value, str) or len(value) <= characters,
        f"The {{}} may not be greater than {characters} characters.",
    )


def at_most_items(items: int) -> Rule:
    """A list of so many items at most."""
    return Rule(
        lambda value: not isinstance(value, list) or len(value) <= items,
        f"The {{}} may not have more than {items} items.",
    )


def one_of(*words: str) -> Rule:
    """One of these words."""
    return Rule(lambda value: value in words, "The selected {} is invalid.")


MAX_NAME_LENGTH = 255

NAME = (STRING, at_most(MAX_NAME_LENGTH))
NAMES = Rule(
    lambda value: (
        not isinstance(value, list)
        or all(
            name is None or (isinstance(name, str) and len(name) <= MAX_NAME_LENGTH)
            for name in value
        )
    ),
    f"The {{}} must be names of at most {MAX_NAME_LENGTH} characters.",
)
NUMBER = (INTEGER,)
TEXT = (STRING, at_most(65_535))

ACTIVITY: Rules = {
    "activity_type_id": (INTEGER, Exists(ACTIVITY_TYPE)),
    "summary": (REQUIRED, *NAME),
    "description": (STRING, at_most(1_000_000)),
    "happened_at": (REQUIRED, DATE, DATE_FORMAT),
    "emotions": (LIST,),
    "contacts": (REQUIRED, LIST, at_most_items(LINKS)),
}

CONTACT_CHANGE: Rules = {
    "first_name": NAME,
    "middle_name": NAME,
    "last_name": NAME,
    "nickname": NAME,
    "description": TEXT,
    "email": NAME,
    "job": NAME,
    "company": NAME,
    "food_preferences": TEXT,
    "gender_id": (INTEGER, Exists(GENDER)),
    "gender": NAME,
    "is_partial": (FLAG,),
    "is_starred": (FLAG,),
    "is_birthdate_known": (FLAG,),
    "birthdate_day": NUMBER,
    "birthdate_month": NUMBER,
    "birthdate_year": NUMBER,
    "birthdate_is_age_based": (FLAG,),
    "birthdate_age": NUMBER,
    "birthdate_add_reminder": (FLAG,),
    "is_deceased": (FLAG,),
    "is_deceased_date_known": (FLAG,),
    "deceased_date_day": NUMBER,
    "deceased_date_month": NUMBER,
    "deceased_date_year": NUMBER,
    "deceased_date_is_age_based": (FLAG,),
    "deceased_date_age": NUMBER,
    "deceased_date_add_reminder": (FLAG,),
}

_REQUIRED_OF_NEW = ("first_name", "is_birthdate_known", "is_deceased", "is_deceased_date_known")

NEW_CONTACT: Rules = {
    field: (REQUIRED, *rules) if field in _REQUIRED_OF_NEW else rules
    for field, rules in CONTACT_CHANGE.items()
}

TAG_NAMES: Rules = {"tags": (REQUIRED, LIST, NAMES)}
TAG_IDS: Rules = {"tags": (REQUIRED, LIST)}


async def check(
    rules: Rules,
    members: Mapping[str, Any],
    known: Known,
    *,
    first: Sequence[str] = (),
    last: Sequence[str] = (),
) -> None:
    """Check the members by the rules.

    Raises Rejected with all messages; `first` and `last` are other messages, put around them.
    """
    messages = list(first)
    for field, of_field in rules.items():
        messages += await _messages(field, members.get(field), of_field, known)
    messages += last
    if messages:
        raise Rejected(messages)


async def _messages(
    field: str,
    value: object,
    rules: tuple[Rule | Exists, ...],
    known: Known,
) -> list[str]:
    if value is None or (REQUIRED in rules and not REQUIRED.is_kept(value)):
        rules = tuple([rule for rule in rules if rule is REQUIRED])
    messages: list[str] = []
    for rule in rules:
        if isinstance(rule, Exists):
            if not messages and not await known.exists(rule.entity_type, integer_of(value)):
                messages.append(f"The selected {_words(field)} is invalid.")
        elif not rule.is_kept(value):
            messages.append(rule.message.format(_words(field)))
    return messages


def _words(field: str) -> str:
    return field.replace("_", " ")
