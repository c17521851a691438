"""Files as people have them: gzip is inflated, other archives are refused by name."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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

HEAD = max(map(len, UNREADABLE))


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, so that its size says little of its content's."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


STAYS = "what was imported before that place stays, and importing the whole file adds the rest"
"""What is true of a file that is imported while it is read."""


@contextmanager
def readable(file: BinaryIO, *, meanwhile: str = STAYS) -> Iterator[BinaryIO]:
    """The content of a file, inflated where it is gzip.

    Raises Misconfigured for one that is no text, and while it is read for gzip that is damaged;
    `meanwhile` says what was done by then.
    """
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    head = buffered.peek(HEAD)
    for beginning, what in UNREADABLE.items():
        if head.startswith(beginning):
            raise Misconfigured(f"the file is {what}; unpack it, or save it as text")
    if not head.startswith(GZIP):
        yield buffered
        return
    try:
        with gzip.GzipFile(fileobj=buffered) as inflated:
            yield io.BufferedReader(inflated)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Misconfigured(f"the gzip file is damaged or cut off; {meanwhile}") from None
