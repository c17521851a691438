"""Files as people have them: gzip is inflated, other archives are refused by name."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from doings.core.budget import IMPORT_DOCUMENT_BYTES
from doings.core.errors import Misconfigured

GZIP = b"\x1f\x8b"

UNREADABLE = {
    b"PK\x03\x04": "a ZIP archive or an Excel file",
    b"PK\x05\x06": "a ZIP archive or an Excel file",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF",
}
"""How files begin that hold no text, and what they are."""

TAR = b"ustar", 257
"""What stands in a TAR archive, and where."""

HEAD = TAR[1] + len(TAR[0])

READ_BYTES = 1_048_576
"""How much of a file is read at a time."""


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, so that its size says little of its content's."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


STAYS = "what was imported before that place stays, and importing the whole file adds the rest"
"""What is true of a file that is imported while it is read."""


@contextmanager
def readable(file: BinaryIO, *, meanwhile: str = STAYS) -> "Iterator[io.BufferedReader[Any]]":
    """The content of a file, inflated where it is gzip.

    Raises Misconfigured for one that is no text, and while it is read for gzip that is damaged;
    `meanwhile` says what was done by then.
    """
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    head = buffered.peek(HEAD)
    _check_is_text(head)
    if not head.startswith(GZIP):
        yield buffered
        return
    try:
        with gzip.GzipFile(fileobj=buffered) as inflated:
            content = io.BufferedReader(inflated)
            _check_is_text(content.peek(HEAD))
            yield content
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Misconfigured(f"the gzip file is damaged or cut off; {meanwhile}") from None


def _check_is_text(head: bytes) -> None:
    """Raise Misconfigured for what begins like something that holds no text."""
    found = [what for beginning, what in UNREADABLE.items() if head.startswith(beginning)]
    if head.startswith(TAR[0], TAR[1]):
        found.append("a TAR archive")
    if found:
        raise Misconfigured(f"the file is {found[0]}; unpack it, or save it as text")


def read_whole(file: BinaryIO) -> bytes:
    """All of a file, which little may inflate to; raises Misconfigured for one that is too large.

    It is read in parts, so that one that is too large takes no more memory than the bound.
    """
    parts: list[bytes] = []
    size = 0
    while part := file.read(READ_BYTES):
        size += len(part)
        if size > IMPORT_DOCUMENT_BYTES:
            raise Misconfigured(
                f"the file holds more than {IMPORT_DOCUMENT_BYTES >> 20} MiB, also inflated, and is"
                " read as a whole; part it"
            )
        parts.append(part)
    return b"".join(parts)
