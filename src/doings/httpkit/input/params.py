"""Reading query parameters: which ones an operation knows, and what their values are.

Functions raise Malformed, naming the parameter.
"""

import re
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from doings.core.budget import LIST_ITEMS
from doings.core.errors import Malformed
from doings.httpkit.errors import LongList, Unreadable
from doings.httpkit.input.filters import is_slip, means_filter, nearest
from doings.httpkit.input.path import text_from_escaped

_ELEMENT = re.compile(r"\[\d*\]", re.ASCII)

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)

EMPTY = "is empty; leave it out, or say what it is"
"""Why a parameter without a value is refused: left out, it would show more than was asked for."""

_EMPTY_IN_LIST = string.whitespace + ","

_MOST_DIGITS = 18
"""Whole numbers of so many digits fit into every engine's."""

HUGE = 10**_MOST_DIGITS
"""What a larger whole number is taken for, where one is not refused."""

_NO_PATH: Mapping[str, str] = {}

QueryString = dict[str, list[str]]
"""The query parameters by name, each with all its values."""


class Parameters(msgspec.Struct, frozen=True):
    """The query parameters that an operation knows.

    A list may be repeated or spelled `name[]=1` and `name[0]=1`; a single one has one value. Empty
    values are refused, except those of `may_be_empty`, whose reader says what they mean.

    Other parameters are refused where `is_closed` says so. Elsewhere they are ignored, except for
    those that mean a filter: one of `filters` (see `filter_names`; empty where nothing is listed),
    a name that is nearly one of the known filters among them, and any name with brackets. One that
    repeats what the path says, `id=8` of `/contacts/8/notes`, asks for nothing more.

    Where it `is_free` nothing is refused: all that can be read is kept, and a page says itself what
    it makes of it.
    """

    lists: frozenset[str] = frozenset()
    singles: frozenset[str] = frozenset()
    is_closed: bool = False
    may_be_empty: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()
    is_free: bool = False

    def read(self, query: QueryString, path: Mapping[str, str] = _NO_PATH) -> QueryString:
        """The known parameters, lists under their plain names; raises Unreadable.

        `path` are the variable parts of the path.
        A parameter that is known and cannot be read is never left out: the answer would show more
        than was asked for.
        """
        if self.is_free:
            return query
        known: QueryString = {}
        for spelled, values in query.items():
            name = self._name(spelled, is_in_path=values == [path.get(spelled)])
            if name is None:
                continue
            known.setdefault(name, []).extend(values)
            if name in self.singles and len(set(values)) > 1:
                raise Unreadable("takes one value, and was given several", name)
            self._check_filled(name, values)
        return known

    def _check_filled(self, name: str, values: list[str]) -> None:
        """Raise Unreadable for a value that is empty; one of a list may be commas alone."""
        if name in self.may_be_empty:
            return
        empty = _EMPTY_IN_LIST if name in self.lists else string.whitespace
        if not all(value.strip(empty) for value in values):
            raise Unreadable(EMPTY, name)

    def _name(self, spelled: str, *, is_in_path: bool) -> str | None:
        """The name of a known parameter, None for one to ignore."""
        if spelled in self.singles or spelled in self.lists:
            return spelled
        if spelled.startswith("_"):
            return None
        name, bracket, rest = spelled.partition("[")
        if name in self.singles:
            raise Unreadable("takes one value, and so no brackets", name)
        if name in self.lists:
            if _ELEMENT.fullmatch(bracket + rest):
                return name
            raise Unreadable(f"a list is repeated, or spelled {name}[] or {name}[0]", name)
        if self.is_closed:
            raise Unreadable(self._unknown(name), spelled)
        if is_in_path:
            return None
        if bracket or self._means_filter(name):
            raise Unreadable(self._no_filter(name), spelled)
        return None

    def _means_filter(self, name: str) -> bool:
        if not self.filters:
            return False
        return is_slip(name, _known(self)) or means_filter(name, self.filters)

    def _no_filter(self, name: str) -> str:
        near = nearest(name, _known(self))
        return f"no filter of this list; did you mean {near}?" if near else "no filter of this list"

    def _unknown(self, name: str) -> str:
        near = nearest(name, _known(self))
        if near:
            return f"unknown parameter; did you mean {near}?"
        known = ", ".join(_known(self))
        return f"unknown parameter; known are {known}" if known else "unknown parameter"


@lru_cache(maxsize=256)
def _known(parameters: Parameters) -> list[str]:
    """The known parameters; where others are ignored, those that are filters."""
    return sorted(
        name
        for name in parameters.lists | parameters.singles
        if parameters.is_closed or means_filter(name, parameters.filters)
    )


def known_parameters(
    *singles: str,
    lists: Iterable[str] = (),
    may_be_empty: Iterable[str] = (),
    filters: Iterable[str] = (),
) -> Parameters:
    """Parameters of a surface that ignores all others but filters."""
    return Parameters(
        frozenset(lists),
        frozenset(singles),
        may_be_empty=frozenset(may_be_empty),
        filters=frozenset(filters),
    )


def query_from_bytes(query: bytes, *, skip_unreadable: bool = False) -> QueryString:
    """The names and values of a query string; raises Unreadable unless it may skip such pairs."""
    values: QueryString = {}
    for name, value in _pairs(query, skip_unreadable=skip_unreadable):
        values.setdefault(name, []).append(value)
    return values


def _pairs(query: bytes, *, skip_unreadable: bool) -> Iterable[tuple[str, str]]:
    """The pairs; most queries have nothing escaped in them."""
    parts = [part.partition(b"=") for part in query.split(b"&") if part]
    if query.isascii() and b"%" not in query and b"+" not in query:
        return [(name.decode(), value.decode()) for name, _, value in parts]
    pairs = []
    for name, _, value in parts:
        try:
            pairs.append((_unescaped(name), _unescaped(value)))
        except ValueError as error:
            if not skip_unreadable:
                raise Unreadable(f"the query {error}") from None
    return pairs


def unreadable_pairs(query: bytes) -> list[tuple[str, str, str]]:
    """Name and value as they came of the pairs that are no text, and why they are none."""
    found = []
    for name, _, value in [part.partition(b"=") for part in query.split(b"&") if part]:
        try:
            _unescaped(name), _unescaped(value)
        except ValueError as error:
            found.append((name.decode("latin-1"), value.decode("latin-1"), str(error)))
    return found


def _unescaped(text: bytes) -> str:
    return text_from_escaped(text.replace(b"+", b" "))


def last(query: QueryString, name: str) -> str | None:
    """The parameter's value, the last one where it is repeated; None where it is missing."""
    values = query.get(name)
    return values[-1] if values else None


def listed(query: QueryString, name: str, most: int = LIST_ITEMS) -> list[str]:
    """The values of a list that is repeated or separated by commas, each once; raises LongList."""
    parts = [part.strip() for value in query.get(name, ()) for part in value.split(",")]
    items = list(dict.fromkeys(filter(None, parts)))
    if len(items) > most:
        raise LongList(name, most)
    return items


def integer_from_text(text: str) -> int | None:
    """A whole number in decimal digits, or None; also for one of more digits than a number has."""
    number = bounded_integer_from_text(text)
    return number if number is not None and abs(number) < HUGE else None


def bounded_integer_from_text(text: str) -> int | None:
    """A whole number in decimal digits, or None.

    One of more digits than a number has is HUGE, or as far below 0.
    """
    text = text.strip()
    if not _INTEGER.fullmatch(text):
        return None
    digits = text.lstrip("+-").lstrip("0") or "0"
    number = int(digits) if len(digits) <= _MOST_DIGITS else HUGE
    return -number if text.startswith("-") else number


def integer(query: QueryString, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    text = last(query, name)
    if text is None or text == "":
        return default
    number = integer_from_text(text)
    if number is None or not least <= number <= most:
        raise Malformed(f"must be a whole number from {least} to {most}", name)
    return number


def one_of(query: QueryString, name: str, words: tuple[str, ...]) -> str | None:
    """One of a few words, or None where the parameter is missing."""
    text = last(query, name)
    if text is None or text == "":
        return None
    if text not in words:
        raise Malformed(f"must be {' or '.join(words)}", name)
    return text
