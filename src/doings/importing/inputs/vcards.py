"""Contacts from vCards, of versions 2.1 to 4.0: each card is one contact.

`vobject` reads the lines of a card. Cards are cut apart here, so that one that cannot be read is
named and the others are imported. What a card says of a person is read in `card_lines`.
"""

import codecs
import quopri
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import vobject

from doings.core.activity import SUBJECT, Draft, Link
from doings.core.entity import EntityKey
from doings.core.errors import Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import ImportItem
from doings.core.values.encoding import utf8_content
from doings.importing.importer import Item
from doings.importing.inputs.card_lines import (
    Lines,
    changed_at,
    dates_left_out,
    is_group,
    note_of,
    person_of,
    traits_of,
)
from doings.importing.inputs.people import PersonItem, contact_key, name_of, person_item

CARD_BYTES = 16 * 1024 * 1024
"""Bytes of the longest card that is read; photographs within it are left out."""

PREFIX = "vcard"
"""What the ids begin with of contacts whose cards have none, and of what belongs to contacts."""

_MARK = codecs.BOM_UTF8
_BEGIN = re.compile(
    rb"^(?:" + _MARK + rb")?[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
"""Where a card begins, perhaps behind the mark of a file that was put behind another one."""

_OLD = re.compile(r"^VERSION[ \t]*:[ \t]*2\.1[ \t]*$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(r"^[^:\n]*QUOTED-PRINTABLE[^:\n]*:", re.IGNORECASE)
_FRAME = re.compile(r"[ \t]*(?:BEGIN|END|VERSION)[ \t]*[:;]", re.IGNORECASE)
_OWN_LABEL = re.compile(r"^([^:\n]*);X-CUSTOM\(((?:[A-Z]+=[^,):]*,)*)([^)\n]*)\)", re.IGNORECASE)
"""How Android writes a label of one's own, which is no parameter of a vCard."""

_VALUE = re.compile(r'((?:[^":]|"[^"]*")*):(.*)', re.DOTALL)
"""A line cut into what stands before its value, and the value."""

_COMMA = re.compile(r"(\\.)|,", re.DOTALL)
_QUOTED_COMMA = re.compile(r"((?:\\|=5C)(?:=[0-9A-F]{2}|.))|,|=2C", re.IGNORECASE | re.DOTALL)
"""What is marked, or a comma that is not; in quoted-printable signs may stand by their numbers."""

_OF_PARTS = {"n", "adr", "org", "categories"}
"""Lines whose commas stand between parts. In all others they are text, which version 2.1 marks as
little as many programs do; `vobject` would end the text there."""

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
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    begins = [found.start() for found in _BEGIN.finditer(text)]
    if not begins:
        raise Misconfigured("there is no vCard in this file: no line is BEGIN:VCARD")
    ends = [*begins[1:], len(text)]
    left_out: Counter[str] = Counter()
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), 1):
        remarks: list[str] = []
        says = _read(text[begin:end].removeprefix(_MARK), now, left_out, remarks)
        yield from (Item(f"card {number}: {remark}", None, number) for remark in remarks)
        if says is None:
            continue
        work = says.work if isinstance(says, PersonItem) else 1
        yield Item(f"card {number}", says, number, work)
    if told := ", ".join(f"{name} {count}" for name, count in sorted((+left_out).items())):
        yield Item(f"left out: {told}", None, len(begins))


def _read(
    card: bytes, now: int, left_out: Counter[str], remarks: list[str]
) -> PersonItem | Invalid | Malformed | None:
    """What a card says, None for a group of people; `remarks` gets what is left out of this one."""
    try:
        lines = _parsed(card, left_out)
        if is_group(lines):
            left_out["group"] += 1
            return None
        key = _key(lines)
        person, unread = person_of(lines)
        item = person_item(PREFIX, key, person, _note(key, lines, now))
    except (Invalid, Malformed) as error:
        return error
    remarks += [f"{name_of(person) or key[1]}: {said}" for said in dates_left_out(lines)]
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
        return _lines(lines)
    except Malformed:
        good = [line for line in lines if _is_good(line)]
        if len(good) == len(lines):
            raise
    parsed = _lines(good)
    left_out["line that cannot be read"] += len(lines) - len(good)
    return parsed


def _lines(lines: Sequence[str]) -> Lines:
    """The lines of a card by their names; raises Malformed."""
    marked = map(_with_marked_commas, lines)
    try:
        parsed = vobject.readOne("\r\n".join([*marked, ""]), allowQP=True)
    except (vobject.base.VObjectError, ValueError, LookupError, TypeError, StopIteration) as error:
        raise Malformed(f"cannot be read as a vCard: {error}") from None
    if parsed is None:
        raise Malformed("cannot be read as a vCard: it has no end")
    contents: dict[str, list[Any]] = parsed.contents
    return dict(contents)


def _with_marked_commas(line: str) -> str:
    """A line of text in which every comma is marked as one."""
    name, cut = _NAME.match(line.lstrip()), _VALUE.match(line)
    if name is None or cut is None or name[1].lower() in _OF_PARTS:
        return line
    comma = _COMMA if _QUOTED.match(line) is None else _QUOTED_COMMA
    return f"{cut[1]}:{comma.sub(_marked, cut[2])}"


def _marked(found: re.Match[str]) -> str:
    return found[1] or "\\,"


def _is_good(line: str) -> bool:
    """Whether a line can be read by itself, so that it is not what is wrong with its card."""
    if _FRAME.match(line):
        return True
    try:
        _lines(["BEGIN:VCARD", line, "END:VCARD"])
    except Malformed:
        return False
    return True


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
    return [_OWN_LABEL.sub(_with_type, line) for line in lines]


def _with_type(found: re.Match[str]) -> str:
    """The beginning of a line with a label of one's own as a type."""
    before, how, label = found.groups()
    if "QUOTED-PRINTABLE" in how.upper():
        label = quopri.decodestring(label.encode()).decode(errors="replace")
    plain = "".join(sign for sign in label if sign.isprintable() and sign != '"').strip()
    return f'{before};TYPE="{plain}"' if plain else before


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
