"""Contacts from vCards, of versions 2.1 to 4.0: each card is one contact.

`vobject` reads the lines of a card. Cards are cut apart here, so that one that cannot be read is
named and the others are imported. What a card says of a person is read in `card_lines`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import vobject

from doings.core.activity import SUBJECT, Draft, Link
from doings.core.entity import EntityKey
from doings.core.errors import Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import ImportItem
from doings.core.values.encoding import utf8_content
from doings.importing.importer import Item
from doings.importing.inputs.card_lines import Lines, changed_at, note_of, person_of, traits_of
from doings.importing.inputs.people import PersonItem, contact_key, person_item

CARD_BYTES = 16 * 1024 * 1024
"""Bytes of the longest card that is read; photographs within it are left out."""

PREFIX = "vcard"
"""What the ids begin with of contacts whose cards have none, and of what belongs to contacts."""

_BEGIN = re.compile(rb"^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_OLD = re.compile(r"^VERSION[ \t]*:[ \t]*2\.1[ \t]*$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^[^:\n]*QUOTED-PRINTABLE[^:\n]*:", re.IGNORECASE)
_NAME = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)[;:]")

_BINARY = {"photo": "photo", "logo": "logo", "sound": "sound", "key": "key"} | {
    "x-ms-cardpicture": "photo"
}
"""Lines that hold files, which nothing here could show; and what they are called."""

_SILENT = {
    "begin", "end", "version", "prodid", "rev", "label", "x-ablabel", "x-abadr", "x-abuid",
    "x-abshowas", "sort-string", "source", "name", "class", "mailer", "clientpidmap", "tz", "lang",
    "kind", "profile", "x-phonetic-first-name", "x-phonetic-last-name",
}  # fmt: skip
"""Lines about the card and not about the person, or that other lines say again."""


def items_from_vcards(text: bytes, now: int) -> Iterator[Item[ImportItem | PersonItem]]:
    """The contacts of a file; `now` is when notes were taken whose card does not say when.

    What is left out of the cards is told at the end. Raises Misconfigured for a file without cards.
    """
    try:
        text = utf8_content(text)
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    begins = [found.start() for found in _BEGIN.finditer(text)]
    if not begins:
        raise Misconfigured("there is no vCard in this file: no line is BEGIN:VCARD")
    ends = [*begins[1:], len(text)]
    left_out: Counter[str] = Counter()
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), 1):
        says = _read(text[begin:end], now, left_out)
        work = says.work if isinstance(says, PersonItem) else 1
        yield Item(f"card {number}", says, number, work)
    if left_out:
        told = ", ".join(f"{name} {count}" for name, count in sorted(left_out.items()))
        yield Item(f"left out: {told}", None, len(begins))


def _read(card: bytes, now: int, left_out: Counter[str]) -> PersonItem | Invalid | Malformed:
    try:
        lines = _parsed(card, left_out)
        key = _key(lines)
        person, unread = person_of(lines)
        item = person_item(PREFIX, key, person, _note(key, lines, now))
    except (Invalid, Malformed) as error:
        return error
    left_out.update(name.removeprefix("x-") for name in unread if name not in _SILENT)
    return item


def _key(lines: Lines) -> EntityKey:
    uid, traits = traits_of(lines)
    return contact_key(PREFIX, uid, *traits)


def _note(key: EntityKey, lines: Lines, now: int) -> Draft | None:
    """The note of a card, which Monica makes a note of the contact."""
    body = note_of(lines)
    if body is None:
        return None
    return Draft(
        kind="note.created",
        occurred_at=changed_at(lines) or now,
        body=body,
        links=(Link(*key, SUBJECT),),
        origin=PREFIX,
        external_id=key[1],
    )


def _parsed(card: bytes, left_out: Counter[str]) -> Lines:
    """The lines of a card by their names; raises Malformed."""
    if len(card) > CARD_BYTES:
        raise Malformed(f"longer than {CARD_BYTES >> 20} MiB")
    try:
        text = card.decode()
    except UnicodeDecodeError:
        # Version 2.1 has no encoding of its own; old telephones wrote Latin letters so.
        text = card.decode("cp1252", errors="replace")
    lines = [line for line in _unfolded(text) if _is_wanted(line, left_out)]
    try:
        parsed = vobject.readOne("\r\n".join([*lines, ""]), allowQP=True)
    except (vobject.base.VObjectError, ValueError, LookupError, StopIteration) as error:
        raise Malformed(f"cannot be read as a vCard: {error}") from None
    if parsed is None:
        raise Malformed("cannot be read as a vCard: it has no end")
    contents: dict[str, list[Any]] = parsed.contents
    return dict(contents)


def _unfolded(text: str) -> list[str]:
    """The lines of a card, each in one piece.

    Version 2.1 folds a line at a space, which stays; later ones put one there, which goes. A line
    in quoted-printable goes on while it ends in `=`.
    """
    fold = " " if _OLD.search(text.replace("\r", "\n")) else ""
    lines: list[str] = []
    is_open = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if is_open:
            lines[-1] = lines[-1][:-1] + line
        elif lines and line[:1] in {" ", "\t"}:
            lines[-1] += fold + line[1:]
        else:
            lines.append(line)
        is_open = lines[-1].endswith("=") and _QUOTED.match(lines[-1]) is not None
    return lines


def _is_wanted(line: str, left_out: Counter[str]) -> bool:
    """Whether a line can say something; files and what is no line of a card are counted instead."""
    if not line.strip():
        return False
    found = _NAME.match(line.lstrip())
    if found is None:
        # What follows the first line of a photograph in some old cards, if it is no mistake.
        left_out["line that is none of a card"] += " " in line.strip()
        return False
    name = _BINARY.get(found[1].lower())
    if name is not None:
        left_out[name] += 1
    return name is None
