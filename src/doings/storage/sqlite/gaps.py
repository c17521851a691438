"""Cleaning the gaps in the pages of a database file.

When SQLite moves rows between pages, copies of them stay in the unused middle of a page, which
`secure_delete` does not reach. Nobody reads that part, so it can be filled with zeros in the file
itself, as long as nobody writes the page at that moment. Only a checkpoint writes into the file
while it is in use, and one at a time. So this is done from within a checkpoint: by a connection
that opens the file through the layer below.
"""

import struct
import time
from collections.abc import Iterator
from itertools import count

import apsw

from doings.core.budget import BREATH_SECONDS

_NUMBERS = count(1)

HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""The length of the header of a page, by the number that says of which kind it is.

Other pages begin with the number of another one, so with a zero or a one in a file of no more
than `MOST_PAGES`.
"""

FILE_HEADER = 100
"""How many bytes are at the beginning of the first page, before its own header."""

MOST_PAGES = 2 << 24
"""In a file of more pages (137 GB), the first byte does not tell of which kind a page is."""

CHUNK = 256
"""How many pages are looked at before others have their turn."""


def gap(page: bytes, header: int = 0) -> tuple[int, int] | None:
    """From where to where a page is unused in its middle; None where that holds zeros, or is not.

    `header` is where the page's header begins.
    """
    length = HEADERS.get(page[header])
    if length is None:
        return None
    rows, end = struct.unpack_from(">HH", page, header + 3)
    start, end = header + length + 2 * rows, end or 1 << 16
    if not start < end <= len(page) or not any(page[start:end]):
        return None
    places = struct.unpack_from(f">{rows}H", page, header + length)
    return (start, end) if min(places, default=end) >= end else None


class CleaningVfs(apsw.VFS):
    """The layer below SQLite for one connection that cleans; `files` are the databases it opened.

    It is known to SQLite by `name` as long as this object is there.
    """

    def __init__(self) -> None:
        self.name = f"doings-cleaning-{next(_NUMBERS)}"
        self.files: list[CleaningFile] = []
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw's name
        """Open a database so that it is cleaned, and other files as they are."""
        if not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            return apsw.VFSFile("", name, flags)
        self.files.append(CleaningFile(name, flags))
        return self.files[-1]


class CleaningFile(apsw.VFSFile):
    """A database file: each page that is written is cleaned, and with the first one all others."""

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self.is_plain = True
        """Whether the first byte tells of which kind a page is; otherwise none is cleaned."""
        self.is_swept = False

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        """Write a page without what is in its gap."""
        if not self.is_swept:
            self._sweep(len(data))
            self.is_swept = True
        found = gap(data, 0 if offset else FILE_HEADER) if self.is_plain else None
        if found is not None:
            start, end = found
            data = data[:start] + bytes(end - start) + data[end:]
        super().xWrite(data, offset)

    def _sweep(self, size: int) -> None:
        """Clean all pages, of so many bytes each; only the gaps are written."""
        for place, page in self._pages(size):
            found = gap(page, 0 if place else FILE_HEADER)
            if found is not None:
                start, end = found
                super().xWrite(bytes(end - start), place + start)

    def _pages(self, size: int) -> Iterator[tuple[int, bytes]]:
        length = self.xFileSize() if self.is_plain else 0
        for start in range(0, length, CHUNK * size):
            chunk = self.xRead(min(CHUNK * size, length - start), start)
            for place in range(0, len(chunk), size):
                yield start + place, chunk[place : place + size]
            time.sleep(BREATH_SECONDS / 10)
