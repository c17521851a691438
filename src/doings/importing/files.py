"""Files that are imported in the background: taken in, kept as text, and read again."""

import gzip
import io
import re
from base64 import b64decode, b64encode
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec

from doings.core.budget import IMPORT_FILE_BYTES
from doings.core.entity import checked_id
from doings.core.errors import Invalid, Misconfigured
from doings.core.import_jobs import CSV, FORMATS, NDJSON, VCARD
from doings.core.imports import Contact, Context
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.importing.compression import readable
from doings.importing.importer import Item
from doings.importing.inputs.columns import mapping_from
from doings.importing.inputs.input import putting_items
from doings.importing.inputs.tables import ORIGIN, items_from_table, table_from_text
from doings.importing.inputs.vcards import items_from_vcards
from doings.importing.inputs.zipped import MAGIC, TooMuchInside, members_of
from doings.importing.ndjson import items_from_lines, put_lines
from doings.importing.recognition import dialect_of_file
from doings.importing.registry import SAVED
from doings.importing.saved_answers import elements_of_text, items_of_elements, putting

PART_CHARACTERS = 262_144
"""How much of a file a row holds."""

LEVEL = 3
"""How hard a file is compressed that is kept for minutes."""

TOO_LARGE = (
    f"is larger than {IMPORT_FILE_BYTES // 1_048_576} MiB; part it, or run `doings import` on the"
    " server’s machine, which takes files of any size"
)


class Taken(msgspec.Struct, frozen=True):
    """A file that was taken in: what it holds, and what that is read as."""

    content: bytes
    dialect: str


def taken_file(name: str, sent: bytes, dialect: str, contact: str) -> Taken:
    """A file as it is kept, and what it is read as, found out where `dialect` is empty.

    The members of an archive are all of one sort, and become one text. Raises Invalid.
    """
    if not sent.startswith(MAGIC):
        content = content_of_file(sent)
        return Taken(content, checked_dialect(name, content, dialect, contact))
    try:
        members = members_of(sent)
    except Misconfigured as error:
        raise Invalid.of("file", str(error)) from None
    except TooMuchInside:
        raise Invalid.of("file", TOO_LARGE) from None
    filled = [(name, content) for name, content in members if content.strip()]
    if not filled:
        raise Invalid.of("file", "is empty")
    sorts = {checked_dialect(*member, dialect, contact): member[0] for member in filled}
    if len(sorts) > 1:
        (one, first), (other, second), *_ = sorts.items()
        reason = f"{first} is {one}, and {second} is {other}: an archive holds files of one sort"
        raise Invalid.of("file", reason)
    if CSV in sorts and len(filled) > 1:
        raise Invalid.of("file", "holds several tables, each with columns of its own: drop each")
    content = b"\n".join(content.removeprefix(BOM_UTF8) for _, content in filled)
    return Taken(content, next(iter(sorts)))


def content_of_file(sent: bytes) -> bytes:
    """What a file holds, inflated where it is gzip; raises Invalid for one that is no text."""
    try:
        with readable(io.BytesIO(sent), meanwhile="nothing was imported") as source:
            content = source.read(IMPORT_FILE_BYTES + 1)
    except Misconfigured as error:
        raise Invalid.of("file", str(error)) from None
    if len(content) > IMPORT_FILE_BYTES:
        raise Invalid.of("file", TOO_LARGE)
    if not content.strip():
        raise Invalid.of("file", "is empty")
    return content


def checked_dialect(file: str, content: bytes, name: str, contact: str) -> str:
    """What a file of this name is read as, found out unless `name` says it; raises Invalid."""
    if name and name not in FORMATS and name not in SAVED:
        raise Invalid.of("dialect", "there is no such API")
    if not name:
        try:
            name = _format_of_file(file, content) or dialect_of_file(content, SAVED) or NDJSON
        except Misconfigured as error:
            raise Invalid.of("file", str(error)) from None
    rule = SAVED[name].contact_of_import if name in SAVED else Contact.NEVER
    if rule is Contact.ALWAYS and not contact:
        raise Invalid.of("contact", f"{name}’s list is that of one contact: say whose it is")
    if rule is Contact.NEVER and contact:
        raise Invalid.of("contact", f"goes with no file like this, which is read as {name}")
    if contact:
        checked_id(contact, field="contact")
    return name


def _format_of_file(file: str, content: bytes) -> str | None:
    """What a file is that is neither NDJSON nor a vendor's answer."""
    if _CARD.match(content):
        return VCARD
    names = PurePosixPath(file.lower().removesuffix(".gz"))
    return CSV if names.suffix in TABLES else None


TABLES = (".csv", ".tsv")
"""How the names of tables end."""

_CARD = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN[ \t]*:[ \t]*VCARD", re.IGNORECASE)


def parts_of_content(content: bytes) -> list[str]:
    """A file as it is stored: compressed, and as text, whatever bytes it holds."""
    text = b64encode(gzip.compress(content, LEVEL)).decode()
    return [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]


def content_of_parts(parts: Sequence[str]) -> bytes:
    """A file as it was taken in."""
    return gzip.decompress(b64decode("".join(parts)))


class Reading(msgspec.Struct, frozen=True):
    """What a file says, item by item, how much that is in all, and what writes it."""

    items: Iterator[Item[Any]]
    total: int
    put: Callable[[Writer, list[Any]], Awaitable[ImportCounts]]


def read_file(content: bytes, dialect: str, context: Context) -> Reading:
    """Begin to read a file; raises Misconfigured for one that cannot be read at all."""
    if dialect == NDJSON:
        items = items_from_lines(io.BufferedReader(io.BytesIO(content)), None)
        return Reading(items, len(content), put_lines)
    if dialect == VCARD:
        return _read_items(list(items_from_vcards(content, context.now)), context.now)
    if dialect == CSV:
        return _read_items(list(_items_of_table(content, context)), context.now)
    saved = SAVED[dialect]
    elements = elements_of_text(saved, content)
    texts = [one.text for one in elements if isinstance(one.text, bytes)]
    if context.contact_id is None and saved.lacks_contact(texts):
        raise Misconfigured("not every element names its contact: say whose list it is")
    items_of = items_of_elements(saved, elements, context)
    return Reading(items_of, len(elements), putting(saved, context.now))


def _read_items(items: list[Item[Any]], now: int) -> Reading:
    return Reading(iter(items), items[-1].done if items else 0, putting_items(now))


def _items_of_table(content: bytes, context: Context) -> Iterator[Item[Any]]:
    """The mapping that is proposed for a table, in words, and what its rows say by that."""
    table = table_from_text(content)
    mapping = mapping_from(table)
    for line in mapping.lines(table):
        yield Item(line, None, 0)
    yield from items_from_table(table, mapping, ORIGIN, context.account.time_zone)
