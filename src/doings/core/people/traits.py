"""What of a person is compared with others: e-mail addresses, phone numbers and the name.

Vendors keep these among the attributes under keys of their own. So all texts among them are looked
at: an address is known by its form, a phone number by its form and its key.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from anyascii import anyascii
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    is_possible_number,
    parse,
)

from doings.core.entity import Entity

_EMAIL = re.compile(r"[^\s@<>,;:\"']{1,64}@[^\s@<>,;:\"']+\.[^\s@<>,;:\"'.]{2,}")
_PHONE_KEY = re.compile(r"phone|mobile|cell|tel", re.IGNORECASE)
_PHONE = re.compile(r"[+\d][\d\s().\-/]{5,30}")
_WORD = re.compile(r"[a-z0-9]+")

DEEPEST = 3
"""How deep among the attributes texts are looked for."""

MOST = 5
"""How many addresses and how many numbers of one person are compared."""

NAME_LENGTH = 100
"""How many characters of a name are compared."""


class Traits(msgspec.Struct, frozen=True):
    """What is compared of a person. `words` are those of the name, in Latin letters and in order.

    `name` is the name as it is shown, phone numbers are in the form of E.164.
    """

    entity: Entity
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    name: str | None
    words: tuple[str, ...]


def traits_of(entity: Entity, region: str | None) -> Traits:
    """What is compared of an entity; `region` is where numbers without a country code belong."""
    emails: dict[str, None] = {}
    phones: dict[str, None] = {}
    attrs = msgspec.json.decode(entity.attrs) if entity.attrs != "{}" else {}
    for key, text in _texts(attrs, "", 1):
        if len(emails) < MOST and "@" in text and _EMAIL.fullmatch(text.strip()):
            emails[text.strip().casefold()] = None
        elif len(phones) < MOST and _PHONE_KEY.search(key):
            phone = phone_from_text(text, region)
            if phone is not None:
                phones[phone] = None
    return Traits(entity, tuple(emails), tuple(phones), entity.name, words_of(entity.name))


def _texts(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Every text among the attributes with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict) and depth <= DEEPEST:
        for name, member in value.items():
            yield from _texts(
                member, name if isinstance(member, str) else f"{key}.{name}", depth + 1
            )
    elif isinstance(value, list) and depth <= DEEPEST:
        for member in value:
            yield from _texts(member, key, depth + 1)


def phone_from_text(text: str, region: str | None) -> str | None:
    """The number in the form of E.164, None for what is none in that region."""
    if not _PHONE.fullmatch(text.strip()):
        return None
    try:
        number = parse(text, region)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else None


def words_of(name: str | None) -> tuple[str, ...]:
    """The words of a name in Latin letters, so that Иванов and Ivanov are the same."""
    return tuple(_WORD.findall(anyascii(name[:NAME_LENGTH]).lower())) if name else ()


def region_of(time_zone: str) -> str | None:
    """The country that a time zone belongs to, None for one like UTC."""
    return _regions().get(time_zone)


@cache
def _regions() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}
