"""Files that are imported in the background: taken in, kept as text, and read again."""

import gzip
import io
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import msgspec

from doings.core.budget import IMPORT_FILE_BYTES
from doings.core.entity import checked_id
from doings.core.errors import Invalid, Misconfigured
from doings.core.import_jobs import NDJSON
from doings.core.imports import Contact, Context
from doings.core.store import Writer
from doings.core.store.imports import ImportCounts
from doings.importing.compression import readable
from doings.importing.importer import Item
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


def checked_dialect(content: bytes, name: str, contact: str) -> str:
    """What a file is read as, found out unless it is named; raises Invalid."""
    if name and name != NDJSON and name not in SAVED:
        raise Invalid.of("dialect", "there is no such API")
    if not name:
        try:
            name = dialect_of_file(content, SAVED) or NDJSON
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
    saved = SAVED[dialect]
    elements = elements_of_text(saved, content)
    texts = [one.text for one in elements if isinstance(one.text, bytes)]
    if context.contact_id is None and saved.lacks_contact(texts):
        raise Misconfigured("not every element names its contact: say whose list it is")
    items_of = items_of_elements(saved, elements, context)
    return Reading(items_of, len(elements), putting(saved, context.now))
