"""Contacts from vCards, of versions 2.1 to 4.0: each card is one contact.

`vobject` reads a card. Cards are cut apart here, so that one that cannot be read is named and the
others are imported.
"""

import re
from collections.abc import Iterator
from typing import Any

import vobject

from doings.core.entity import EntityDraft, EntityKey
from doings.core.errors import Invalid, Malformed, Misconfigured, WrongEncoding
from doings.core.imports import ImportItem
from doings.core.values.encoding import utf8_content
from doings.importing.importer import Item
from doings.importing.inputs.people import contact_draft, contact_key

CARD_BYTES = 16 * 1024 * 1024
"""Bytes of the longest card that is read; photographs within it are left out."""

PREFIX = "vcard"
"""What the ids begin with of contacts whose cards have none."""

_BEGIN = re.compile(rb"^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_DAY = re.compile(r"--(\d{2})-?(\d{2})")
_YEAR_UNKNOWN = "1604"
"""The year that Apple's address book writes where it knows none."""


def items_from_vcards(text: bytes) -> Iterator[Item[ImportItem]]:
    """The contacts of a file; raises Misconfigured for one that holds no card."""
    try:
        text = utf8_content(text)
    except WrongEncoding as error:
        raise Misconfigured(str(error)) from None
    begins = [found.start() for found in _BEGIN.finditer(text)]
    if not begins:
        raise Misconfigured("there is no vCard in this file: no line is BEGIN:VCARD")
    ends = [*begins[1:], len(text)]
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True), 1):
        yield Item(f"card {number}", _read(text[begin:end]), number)


def _read(card: bytes) -> ImportItem | Invalid | Malformed:
    try:
        key, draft = contact_of(_parsed(card))
    except (Invalid, Malformed) as error:
        return error
    return ImportItem(draft=None, entities=((key, draft),))


def _parsed(card: bytes) -> dict[str, list[Any]]:
    """The lines of a card by their names; raises Malformed."""
    if len(card) > CARD_BYTES:
        raise Malformed(f"longer than {CARD_BYTES >> 20} MiB")
    try:
        text = card.decode()
    except UnicodeDecodeError:
        # Version 2.1 has no encoding of its own; old telephones wrote Latin letters so.
        text = card.decode("cp1252", errors="replace")
    try:
        parsed = vobject.readOne(text, allowQP=True)
    except (vobject.base.VObjectError, ValueError, LookupError, StopIteration) as error:
        raise Malformed(f"cannot be read as a vCard: {error}") from None
    return dict(parsed.contents)


def contact_of(lines: dict[str, list[Any]]) -> tuple[EntityKey, EntityDraft]:
    """What the lines of a card say of its contact; raises Invalid."""
    name = next((line.value for line in lines.get("n", [])), None)
    emails, phones = _texts(lines, "email", "mailto:"), _texts(lines, "tel", "tel:")
    organization: object = next((line.value for line in lines.get("org", [])), None)
    company = organization[0] if isinstance(organization, list) and organization else organization
    attrs: dict[str, object] = {
        "first_name": _part(name, "given"),
        "middle_name": _part(name, "additional"),
        "last_name": _part(name, "family"),
        "nickname": _first(lines, "nickname"),
        "email": emails[0] if emails else None,
        "emails": emails[1:],
        "phone": phones[0] if phones else None,
        "phones": phones[1:],
        "company": _text(company),
        "job": _first(lines, "title") or _first(lines, "role"),
        "addresses": [text for line in lines.get("adr", []) if (text := _address(line.value))],
        "website": _first(lines, "url"),
        "description": _first(lines, "note"),
        "labels": [one for line in lines.get("categories", []) for one in _list(line.value)],
        **_birthdate(_first(lines, "bday")),
    }
    shown = _first(lines, "fn") or _joined(attrs) or _text(company)
    uid = (_first(lines, "uid") or "").removeprefix("urn:uuid:")
    key = contact_key(PREFIX, uid, *emails[:1], *phones[:1], shown)
    return key, contact_draft(shown, attrs)


def _texts(lines: dict[str, list[Any]], name: str, scheme: str) -> list[str]:
    """The values of all lines of a name, each once, without the scheme of a URI."""
    texts = [_text(line.value) or "" for line in lines.get(name, [])]
    plain = [text[len(scheme) :] if text.lower().startswith(scheme) else text for text in texts]
    return list(dict.fromkeys(filter(None, plain)))


def _first(lines: dict[str, list[Any]], name: str) -> str | None:
    return next((text for line in lines.get(name, []) if (text := _text(line.value))), None)


def _text(value: object) -> str | None:
    """A value in words, None for an empty one and for bytes."""
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value if part)
    return value.strip() or None if isinstance(value, str) else None


def _list(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(part).strip() for part in value if str(part).strip()]
    return [part.strip() for part in str(value).split(",") if part.strip()]


def _part(name: object, part: str) -> str | None:
    return _text(getattr(name, part, None))


def _joined(attrs: dict[str, object]) -> str:
    parts = (attrs["first_name"], attrs["middle_name"], attrs["last_name"])
    return " ".join(str(part) for part in parts if part)


def _address(value: object) -> str | None:
    """An address in one line."""
    names = ("box", "extended", "street", "code", "city", "region", "country")
    return ", ".join(text for part in names if (text := _part(value, part))) or None


def _birthdate(text: str | None) -> dict[str, object]:
    """The date of birth, in the attributes that Monica's API reads; nothing for another text."""
    if text is None:
        return {}
    if (day := _DAY.fullmatch(text)) is not None:
        return _without_year(day[1], day[2])
    if (found := _DATE.fullmatch(text)) is None:
        return {}
    if found[1] == _YEAR_UNKNOWN:
        return _without_year(found[2], found[3])
    return {"birthdate": f"{found[1]}-{found[2]}-{found[3]}"}


def _without_year(month: str, day: str) -> dict[str, object]:
    # A leap year, so that it may be the 29th of February.
    return {"birthdate": f"2000-{month}-{day}", "birthdate_is_year_unknown": True}
