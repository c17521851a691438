"""What of a person is compared with others: e-mail addresses, phone numbers and the name.

Vendors keep these among the attributes under keys of their own. So all texts among them are looked
at: an address is known by its form, a phone number by its form and its key.
"""

import re
from collections.abc import Collection, Iterator, Sequence
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
_PHONE = re.compile(r"[+\d(][\d\s().\-/]{5,30}")
_ABROAD = re.compile(r"^00(?=[1-9])")
_WORD = re.compile(r"[a-z0-9]+")
_SPELLED_OUT = re.compile(r"([aou])e")

_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|\d{7,18}(?![\d.eE])')
"""A text of JSON, or a number that may be a telephone's."""

_NO_DIGIT = re.compile(r"\D+")
_TAIL = 6
"""How many digits at its end a number has to have in common with one, to be read at all."""

DEEPEST = 3
"""How deep among the attributes texts are looked for."""

MOST = 5
"""How many addresses and how many numbers of one person are compared."""

NAME_LENGTH = 100
"""How many characters of a name are compared."""


class Traits(msgspec.Struct, frozen=True):
    """What is compared of a person. `words` are those of the name, in Latin letters and in order.

    `plain` are they as `plain` makes them, worked out once for all who are compared with this one.
    `name` is the name as it is shown, phone numbers are in the form of E.164. `verified` are those
    addresses and numbers of which the attributes say that somebody made sure of them.
    """

    entity: Entity
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    name: str | None
    words: tuple[str, ...]
    plain: tuple[str, ...]
    verified: frozenset[str]


def traits_of(entity: Entity, region: str | None) -> Traits:
    """What is compared of an entity; `region` is where numbers without a country code belong."""
    emails: dict[str, bool] = {}
    phones: dict[str, bool] = {}
    attrs = msgspec.json.decode(entity.attrs) if entity.attrs != "{}" else {}
    for key, text, is_verified in _texts(attrs, "", 1):
        if len(emails) < MOST and "@" in text and _EMAIL.fullmatch(text.strip()):
            email = text.strip().casefold()
            emails[email] = emails.get(email, False) or is_verified
        elif len(phones) < MOST and _PHONE_KEY.search(key):
            phone = phone_from_text(text, region)
            if phone is not None:
                phones[phone] = phones.get(phone, False) or is_verified
    verified = [value for value, is_so in {**emails, **phones}.items() if is_so]
    words = words_of(entity.name)
    return Traits(
        entity, tuple(emails), tuple(phones), entity.name, words, plain(words), frozenset(verified)
    )


def said_of(entity: Entity, region: str | None, values: Collection[str]) -> set[str]:
    """Those of these addresses and numbers that are anywhere in what is said of an entity.

    All of its texts are searched, as deep as they are and under any key.
    """
    tails = {value[-_TAIL:] for value in values if "@" not in value}
    texts = [msgspec.json.decode(text, type=str | int) for text in _SCALAR.findall(entity.attrs)]
    found: set[str] = set()
    for text in [entity.name or "", *map(str, texts)]:
        if "@" in text:
            found.update([one.casefold() for one in _EMAIL.findall(text)])
        elif tails and _NO_DIGIT.sub("", text)[-_TAIL:] in tails:
            found.add(phone_from_text(text, region) or "")
    return found.intersection(values)


Text = tuple[str, str, bool]
"""The key that a text stands under, the text, and whether it is said to be verified."""


def _texts(
    value: Any,  # noqa: ANN401 - JSON
    key: str,
    depth: int,
    *,
    is_verified: bool = False,
) -> Iterator[Text]:
    """Every text among the attributes.

    `"email_verified": true` says it of `email`, and `"verified": true` of all that stands in the
    same object, except among the attributes themselves, where it would be said of the person.
    """
    if isinstance(value, str):
        yield key, value, is_verified
    elif isinstance(value, dict) and depth <= DEEPEST:
        are_all = is_verified or (depth > 1 and value.get("verified") is True)
        for name, member in value.items():
            is_so = are_all or value.get(f"{name}_verified") is True
            near = name if isinstance(member, str) else f"{key}.{name}"
            yield from _texts(member, near, depth + 1, is_verified=is_so)
    elif isinstance(value, list) and depth <= DEEPEST:
        for member in value:
            yield from _texts(member, key, depth + 1, is_verified=is_verified)


def phone_from_text(text: str, region: str | None) -> str | None:
    """The number in the form of E.164, None for what is none in that region.

    It may be a link (`tel:+49-30-901823`). In the place of a plus it may begin with what the region
    dials to call abroad; where no region is known, that is 00.
    """
    written = text.strip()
    if written[:4].lower() == "tel:":
        written = written[4:].partition(";")[0].strip()
    if not _PHONE.fullmatch(written):
        return None
    if region is None:
        written = _ABROAD.sub("+", written)
    try:
        number = parse(written, region)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else None


def words_of(name: str | None) -> tuple[str, ...]:
    """The words of a name in Latin letters, so that Иванов and Ivanov are the same."""
    return tuple(_WORD.findall(anyascii(name[:NAME_LENGTH]).lower())) if name else ()


def plain(words: Sequence[str]) -> tuple[str, ...]:
    """The words with ae, oe and ue as a, o and u: Müller, Mueller and Muller are one name."""
    return tuple([_SPELLED_OUT.sub(r"\1", word) for word in words])


def region_of(time_zone: str) -> str | None:
    """The country that a time zone belongs to, None for one like UTC."""
    return _regions().get(time_zone)


@cache
def _regions() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}
