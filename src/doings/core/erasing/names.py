"""What a person is called: full names, e-mail addresses and telephone numbers, to be found again.

They are read from what is known of the person, and become one pattern that texts are searched with.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from doings.core.defaults import CONTACT_FIELD
from doings.core.entity import PEOPLE
from doings.core.erasing.spelling import (
    CODED,
    END,
    PLAIN,
    START,
    exactly,
    orders_of,
    pieces_of,
    spelled,
)
from doings.core.erasing.telephones import NUMBER, phone_in, phone_pattern
from doings.core.text import json_text, object_from_text

ERASED = "[erased]"
"""What stands in the place of a name."""

EMAIL = re.compile(r"[\w.+'%&*/=?^{|}~!#$-]+@[\w-]+(?:\.[\w-]+)+")

WORDS = 50
"""How many names, addresses and numbers of somebody are looked for, of each."""

_SHORTEST = 2
_SPACED_SCRIPTS = 0x2E80
"""Below this, scripts have spaces between words, and a name is looked for as whole words."""

_SIGNS = re.compile(r"[\W_]+")
"""What stands between the words of a name."""

_JOINED = 8
"""From how many letters on a name is also looked for without anything between its words."""

_FIRST = ("firstname", "givenname")
_MIDDLE = ("middlename",)
_LAST = ("lastname", "familyname", "surname")
_WHOLE = ("name", "fullname", "completename", "displayname")
"""The attributes that hold names, in small letters and without signs: `first_name`, `firstName`."""


class Words(msgspec.Struct, frozen=True):
    """What somebody was called, as it stood."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.names or self.emails or self.phones)

    def __or__(self, other: "Words") -> "Words":
        """Both, each word once, and not more than are looked for."""
        return Words(
            _each_once((*self.names, *other.names)),
            _each_once((*self.emails, *other.emails)),
            _each_once((*self.phones, *other.phones)),
        )


def words_of(name: str | None, attrs: str) -> Words:
    """What an entity is called, by its name and its attributes (JSON text)."""
    members = object_from_text(attrs)
    texts = list(_texts(members, ""))
    names = [*([name] if name else []), *_names(members)]
    emails = [found for _, text in texts for found in EMAIL.findall(text)]
    phones = [found for key, text in texts if (found := phone_in(key, text)) is not None]
    whole = [one.strip() for one in names if len(one.strip()) >= _SHORTEST]
    return Words(_each_once(whole), _each_once(emails), _each_once(phones))


def words_of_entity(entity_type: str, name: str | None, attrs: str) -> Words:
    """What a person is called by what is known of an entity: of it itself, or of how it is reached.

    Nothing else that belongs to a person says what it is called: an address may be named Home.
    """
    if entity_type in PEOPLE:
        return words_of(name, attrs)
    if entity_type == CONTACT_FIELD and name:
        return words_of(None, json_text({"phone": name}))
    return Words()


def words_of_id(id_: str) -> Words:
    """What an id says of somebody: it may be an e-mail address or a telephone number."""
    if EMAIL.fullmatch(id_):
        return Words(emails=(id_,))
    phone = phone_in("", id_)
    return Words(phones=(phone,)) if phone else Words()


class Finder:
    """Finds words in texts, which may be long and mostly hold none of them.

    So a text is first asked for a part of each word, which takes a fraction of the time, and then
    only searched for those words that it may hold.
    """

    def __init__(self, words: Words, *, is_loose: bool = False) -> None:
        forms = _loose_patterns if is_loose else _name_patterns
        self._patterns: list[tuple[str | None, str]] = [
            *((_hint(name), one) for name in words.names for one in forms(name)),
            *((_hint(one.partition("@")[0]), _email_pattern(one)) for one in words.emails),
            *((None, phone_pattern(phone)) for phone in words.phones),
        ]
        self._emails = [one.lower() for one in words.emails]
        self._compiled: dict[tuple[str, ...], re.Pattern[str]] = {}

    def is_in_id(self, id_: str) -> bool:
        """Whether an id of an activity holds a word, or an address behind other letters."""
        lower = id_.lower()
        return any(one in lower for one in self._emails) or self.sub("", id_) != id_

    def sub(self, replacement: str, text: str) -> str:
        """The text with the replacement in the place of each word, longest first."""
        lower = _folded(text)
        has_number = NUMBER.search(text) is not None
        found = tuple(
            [
                pattern
                for hint, pattern in self._patterns
                if (has_number if hint is None else hint in lower)
            ]
        )
        if not found:
            return text
        compiled = self._compiled.get(found)
        if compiled is None:
            alternatives = sorted(set(found), key=lambda pattern: (-len(pattern), pattern))
            compiled = self._compiled[found] = re.compile("|".join(alternatives))
        return compiled.sub(replacement, text)


_ASCII_WORD = re.compile(r"[a-z]{2,}")


_MARK = re.compile("[\u0300-\u036f]+")


def _folded(text: str) -> str:
    """A text in small letters, without accents."""
    if text.isascii():
        return text.lower()
    return _MARK.sub("", unicodedata.normalize("NFD", text)).lower().translate(PLAIN)


def _hint(name: str) -> str:
    """A part of a name that each way to write it has; empty where there is none."""
    words = [word for piece in pieces_of(name.lower()) for word in _ASCII_WORD.findall(piece)]
    return max(words, key=len, default="")


def _email_pattern(email: str) -> str:
    return rf"(?i:(?:(?<![\w.@-])|{CODED}){exactly(email)}(?![^\W_]|[@-]))"


def finder_of(words: Words) -> Finder | None:
    """What finds the words in a text; None where there are none.

    Names of several words are found in any case, and one of a single word as it is written: `Will`
    is a name and `will` is none.
    """
    return Finder(words) if words else None


def note_finder_of(words: Words) -> Finder | None:
    """What finds the words in short notes and in names of files; None where there are none.

    There names are written with other signs than spaces between their words, or with none, without
    accents, and with the last word first.
    """
    return Finder(words, is_loose=True) if words else None


def _names(members: dict[str, Any]) -> Iterator[str]:
    """The full names among the attributes."""
    yield from _values(members, _WHOLE)
    for first in _values(members, _FIRST):
        for last in _values(members, _LAST):
            yield f"{first} {last}"
            yield f"{last} {first}"
            yield f"{last}, {first}"
            for middle in _values(members, _MIDDLE):
                yield f"{first} {middle} {last}"


def _values(members: dict[str, Any], names: Iterable[str]) -> list[str]:
    plain = {_SIGNS.sub("", key).lower(): value for key, value in members.items()}
    found = [plain.get(name) for name in names]
    return [text.strip() for text in found if isinstance(text, str) and text.strip()]


def _texts(value: object, key: str) -> Iterator[tuple[str, str]]:
    """Each text within a JSON value, with the name of the member that it is under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield key, str(value)
    elif isinstance(value, dict):
        kind = value.get("type") or value.get("kind") or value.get("name")
        for name, inner in value.items():
            # A list of ways to reach somebody says in one member what another one is.
            near = f"{key} {name} {kind}" if isinstance(kind, str) else f"{key} {name}"
            yield from _texts(inner, near)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)


def _name_patterns(name: str) -> Iterator[str]:
    for text in orders_of(name):
        words = text.split()
        start = START if ord(words[0][0]) < _SPACED_SCRIPTS else ""
        end = END if ord(words[-1][-1]) < _SPACED_SCRIPTS else ""
        body = spelled(text)
        yield f"{start}(?i:{body}){end}" if len(words) > 1 else f"{start}{body}{end}"


def _loose_patterns(name: str) -> Iterator[str]:
    yield from _name_patterns(name)
    for text in dict.fromkeys((unicodedata.normalize("NFC", name), _without_accents(name))):
        words = [word for word in _SIGNS.split(text) if word]
        if not words:
            continue
        # Words that are short might be the parts of another one.
        least = 0 if sum(map(len, words)) >= _JOINED else 1
        between = rf"(?:%20|[\W_]){{{least},3}}"
        for order in (words, [words[-1], *words[:-1]]):
            body = between.join(map(re.escape, order))
            # An underscore and a digit are part of a file's name, and of no word.
            whole = rf"(?<![^\W\d_]){body}(?![^\W\d_])"
            yield f"(?i:{whole})" if len(words) > 1 else whole


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join([sign for sign in plain if not unicodedata.combining(sign)])


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:WORDS]
