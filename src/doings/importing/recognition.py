"""Telling a vendor's saved answer from NDJSON, for people who forgot to say which it is.

Only the head of a file is read, so an answer may be cut off. Its last whole element ends it then.
"""

import io
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from doings.core.account import Account
from doings.core.errors import DoingsError, Misconfigured, WrongEncoding
from doings.core.imports import Contact, Context, SavedAnswers, answers_from_text
from doings.core.values.encoding import utf8_content
from doings.importing.ndjson import LineSource

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES = 256 * 1024
"""How much of a file is looked at."""

BUFFER_BYTES = 131_072
"""How much of the lines is read ahead."""

ELEMENTS = 5
"""How many elements of an answer are looked at."""

NAMES_OF_LINES = frozenset({"kind", "entity"})
"""A line of NDJSON has one of these members."""


class _Continued(io.RawIOBase):
    """A file whose beginning was read already."""

    def __init__(self, head: bytes, rest: io.BufferedIOBase) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read what is there: a pipe that has some lines is not waited for."""
        return self._head.readinto(buffer) or self._rest.readinto1(buffer)


def _continued(head: bytes, rest: io.BufferedIOBase) -> LineSource:
    return io.BufferedReader(_Continued(head, rest), BUFFER_BYTES)


def checked_lines(source: io.BufferedIOBase, dialects: dict[str, SavedAnswers]) -> LineSource:
    """The same lines from their beginning.

    Raises Misconfigured for a vendor's saved answer, for a file in UTF-16 or UTF-32, and for other
    JSON and text none of whose lines is NDJSON.
    """
    try:
        head = utf8_content(_first_line(source))
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    if _is_line(head):
        return _continued(head, source)
    while len(head) < HEAD_BYTES and (line := source.readline(HEAD_BYTES - len(head))):
        head += line
    name = recognized_dialect(head, dialects)
    if name is None:
        _check_is_ndjson(head)
        return _continued(head, source)
    contact = " and --contact" if dialects[name].contact_of_import is Contact.ALWAYS else ""
    raise Misconfigured(
        f"this looks like an answer of {name}'s API: give the option --dialect {name}{contact}"
    )


def _first_line(source: io.BufferedIOBase) -> bytes:
    """The first line that is not empty, with the empty ones before it, as far as they go."""
    head = bytearray()
    while len(head) < HEAD_BYTES and (line := source.readline(HEAD_BYTES)):
        head += line
        if line.strip():
            break
    return bytes(head)


def dialect_of_file(text: bytes, dialects: dict[str, SavedAnswers]) -> str | None:
    """The dialect whose answers a file holds, None for NDJSON; raises Misconfigured for neither."""
    try:
        head = utf8_content(text.lstrip()[:HEAD_BYTES])
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    if _is_line(head):
        return None
    name = recognized_dialect(head, dialects)
    if name is None:
        _check_is_ndjson(head)
    return name


def _check_is_ndjson(head: bytes) -> None:
    """Raise Misconfigured for pages of `/v1`, JSON over several lines, web pages, and tables.

    Each of their lines would be a bad one, and a sentence says more than a thousand of these.
    """
    lines = [line for line in head.split(b"\n") if line.strip()]
    if not lines or any(_is_line(line) for line in lines):
        return
    if head.lstrip().startswith(b"<"):
        raise Misconfigured(MARKUP)
    if head.lstrip()[:11].upper() == b"BEGIN:VCARD":
        raise Misconfigured(CARDS)
    answers = answers_from_text(_closed(head))
    if answers and _is_json(answers[0]) and (not _is_json(lines[0]) or _is_page(answers[0])):
        raise Misconfigured(JSON_NOT_LINES)
    if len(lines) >= LINES_OF_TABLE and not any(line.startswith((b"{", b"[")) for line in lines):
        raise Misconfigured(NO_JSON)


LINES_OF_TABLE = 3
"""How many lines without JSON make a file one of another kind, and not NDJSON with mistakes."""

JSON_NOT_LINES = (
    "this is JSON, but no NDJSON, which has an activity or an entity in each line; jq -c '.[]'"
    " makes it of a list, jq -c '.items[]' of a page of /v1"
)
MARKUP = "this is a web page or XML, and no NDJSON, which has JSON in each line"
NO_JSON = (
    "no line of this file is JSON; NDJSON has an activity or an entity in each line, and a table"
    " is taken by `doings import --format csv`"
)
CARDS = "this is a vCard, and no NDJSON; `doings import --format vcard` takes it"


def _is_json(text: bytes) -> bool:
    with suppress(ValueError, RecursionError):
        msgspec.json.decode(text, type=msgspec.Raw)
        return text.lstrip().startswith((b"{", b"["))
    return False


def _is_page(answer: bytes) -> bool:
    with suppress(ValueError, RecursionError):
        return "items" in _members(answer)
    return False


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _is_line(text: bytes) -> bool:
    """Whether the first line is one of NDJSON."""
    first = next((line for line in text.split(b"\n") if line.strip()), b"")
    with suppress(ValueError, RecursionError):
        return not NAMES_OF_LINES.isdisjoint(_members(first))
    return False


def recognized_dialect(head: bytes, dialects: dict[str, SavedAnswers]) -> str | None:
    """The dialect that reads most elements of the first answer of a file without an error.

    None where there is none that reads any. Of two that read as many, it is the one whose elements
    have ids, as the other one asks for less.
    """
    answers = answers_from_text(_closed(head))
    if not answers:
        return None
    read = {name: _elements_read(saved, answers[0]) for name, saved in dialects.items()}
    best = max(read, key=lambda name: (read[name], dialects[name].has_ids))
    return best if read[best] else None


def _elements_read(saved: SavedAnswers, answer: bytes) -> int:
    count = 0
    with suppress(DoingsError):
        for element in saved.elements_from_answer(answer)[:ELEMENTS]:
            with suppress(DoingsError):
                saved.parse_element(element, _CONTEXT)
                count += 1
    return count


_CONTEXT = Context(
    account=Account(id=0, slug="", name="", time_zone="UTC", settings="{}", created_at=0),
    contact_id="0",
    now=0,
    url="",
)
"""Enough to see whether an element can be read."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', re.DOTALL)
_CLOSING = {b"[": b"]", b"{": b"}"}


def _closed(text: bytes) -> bytes:
    """JSON that was cut off, up to its last whole list or object, with what is open closed."""
    text = text.strip()
    open_ends: list[bytes] = []
    end, closing = len(text), b""
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in _CLOSING:
            open_ends.append(_CLOSING[sign])
        elif sign in {b"]", b"}"} and open_ends:
            open_ends.pop()
            end, closing = token.end(), b"".join(reversed(open_ends))
            if not open_ends:
                break
    return text[:end] + closing
