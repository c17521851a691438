"""A ZIP archive that is imported in the background: its members as one text, within bounds.

`inputs.sources` reads archives of any size from a disk, member by member.
"""

import io
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath

from doings.core.budget import IMPORT_FILE_BYTES
from doings.core.errors import Misconfigured
from doings.importing.compression import readable

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""How archives begin; the second is one without a member."""

MEMBERS = 1000
"""How many files an archive may hold, as each is looked at to see what it is."""

_DAMAGE = (
    zipfile.BadZipFile, ValueError, RuntimeError, zlib.error, lzma.LZMAError, EOFError, OSError,
)  # fmt: skip
"""What comes of an archive that is damaged, encrypted or of another kind."""

_OFFICE = "[Content_Types].xml"
"""A member that every Office document has, which is an archive, too."""


class TooMuchInside(Exception):
    """The members hold more than a file may."""


def members_of(content: bytes) -> list[tuple[str, bytes]]:
    """The names and contents of the members, inflated; raises Misconfigured and TooMuchInside."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [info for info in archive.infolist() if _is_meant(info)]
            if any(info.filename == _OFFICE for info in found):
                raise Misconfigured("the file is an Office document; save it as CSV")
            if not found:
                raise Misconfigured("the archive holds no file")
            if len(found) > MEMBERS:
                raise Misconfigured(f"the archive holds more than {MEMBERS:,} files; part it")
            return _contents(archive, found)
    except _DAMAGE:
        raise Misconfigured("the archive is damaged, encrypted, or of another kind") from None


def _is_meant(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return not info.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _contents(archive: zipfile.ZipFile, found: list[zipfile.ZipInfo]) -> list[tuple[str, bytes]]:
    contents: list[tuple[str, bytes]] = []
    room = IMPORT_FILE_BYTES
    for info in found:
        with (
            archive.open(info) as member,
            readable(io.BufferedReader(member), meanwhile="nothing was imported") as source,  # type: ignore[type-var]
        ):
            # Never more than there is room for, whatever the archive claims.
            content = source.read(room + 1)
        room -= len(content)
        if room < 0:
            raise TooMuchInside
        contents.append((info.filename, content))
    return contents
