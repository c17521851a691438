"""What the paths of one import hold: files, folders, patterns, ZIP archives and stdin.

A source is one file or one member of an archive. It is opened when its turn comes, so ten thousand
of them take no more memory than one.
"""

import glob
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO

import msgspec

from doings.core.errors import Malformed, Misconfigured
from doings.importing.compression import readable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"

ARCHIVE = ".zip"
"""How the names of archives end, whose members are sources."""

COMPRESSED = ".gz"

MEMBER_BYTES = 1 << 30
"""How many bytes a member of an archive may hold: what a few bytes claim to be is not trusted."""

NAMES_IN_RUN = 20
"""How many paths the note of an import tells; of more it tells how many."""

_OFFICE = "[Content_Types].xml"
"""A member that every Office document has, which is an archive, too."""

# What zipfile raises is not documented. These came for archives with bytes replaced at random.
_BAD_LIST = (zipfile.BadZipFile, ValueError, RuntimeError)
"""What comes of a list of members that makes no sense, or of a version that is not known."""

_DAMAGE = (*_BAD_LIST, zlib.error, lzma.LZMAError, EOFError, OSError)
"""What comes of a member; OSError where it claims to begin before the file."""


class Source(msgspec.Struct, frozen=True):
    """One file to read; `name` is its path, and within an archive `archive.zip/member`.

    `is_named` says that somebody gave its very path, and not that of a folder, say.
    `is_broken` says that it cannot be opened, as an archive whose members nobody can list.
    `opened` raises Misconfigured for what is no text, OSError, and while it is read Malformed for
    an archive that is damaged.
    """

    name: str
    opened: Callable[[], AbstractContextManager[BinaryIO]]
    path: Path | None = None
    is_named: bool = False
    is_broken: bool = False

    @property
    def stem(self) -> str:
        """The name without folders and without what it ends in: `7` of `saved/7.json.gz`."""
        name = PurePosixPath(self.name).name
        return PurePosixPath(_uncompressed(name)).stem

    @property
    def suffix(self) -> str:
        """What the name ends in, `.json` of `saved/7.json.gz`, in small letters."""
        return PurePosixPath(_uncompressed(self.name)).suffix.lower()


def _uncompressed(name: str) -> str:
    is_compressed = name.lower().endswith(COMPRESSED)
    return name[: -len(COMPRESSED)] if is_compressed else name


@contextmanager
def opened_sources(paths: Sequence[str]) -> Iterator[list[Source]]:
    """The sources of paths in their order, each once; archives stay open within.

    A folder is all files in it and below, but hidden ones, in the order of their names. A path that
    is not there may be a pattern, like `answers/*.json`. An archive that cannot be read is a source
    that tells so once it is opened. Raises Misconfigured for what is not there, and for a folder or
    pattern without a file.
    """
    with ExitStack() as archives:
        files = [file for path in dict.fromkeys(paths) for file in _files(path)]
        sources = [one for file in dict.fromkeys(files) for one in _sources(file, archives)]
        yield [msgspec.structs.replace(one, is_named=one.name in paths) for one in sources]


def names_in_run(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths as the note of an import tells them."""
    if len(paths) <= NAMES_IN_RUN:
        return tuple(paths)
    return (*paths[:NAMES_IN_RUN], f"and {len(paths) - NAMES_IN_RUN} more")


def _files(path: str) -> Iterable[str]:
    if path == STDIN:
        return [STDIN]
    here = Path(path)
    if here.is_dir():
        wanted = [str(file) for file in sorted(here.rglob("*")) if _is_wanted(file, here)]
        return _checked(path, wanted)
    if here.exists():
        return [path]
    if glob.has_magic(path):
        found = [name for name in sorted(glob.glob(path, recursive=True)) if Path(name).is_file()]  # noqa: PTH207 - a Path's own cannot begin at the root
        return _checked(path, found)
    raise Misconfigured(f"there is no file {here}")


def _checked(path: str, found: list[str]) -> list[str]:
    if not found:
        raise Misconfigured(f"there is no file in {path}")
    return found


def _is_wanted(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return file.is_file() and not any(part.startswith(".") for part in parts)


def _sources(file: str, archives: ExitStack) -> Iterable[Source]:
    if file == STDIN:
        return [Source(STDIN, lambda: readable(sys.stdin.buffer))]
    if file.lower().endswith(ARCHIVE):
        return _members(file, archives)
    return [Source(file, lambda: _opened(Path(file)), Path(file))]


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file, readable(file) as source:
        yield source


def _members(path: str, archives: ExitStack) -> list[Source]:
    """The members of an archive, or one source that tells what is wrong with it."""
    try:
        archive = archives.enter_context(zipfile.ZipFile(path))
    except _BAD_LIST:
        return [_broken(path, Misconfigured("the file is no ZIP archive, or a damaged one"))]
    except OSError as error:
        return [_broken(path, error)]
    found = [info for info in archive.infolist() if _is_member(info)]
    if any(info.filename == _OFFICE for info in found):
        return [_broken(path, Misconfigured("the file is an Office document; save it as CSV"))]
    if not found:
        return [_broken(path, Misconfigured("there is no file in the archive"))]
    return [_member(path, archive, info) for info in found]


def _broken(path: str, error: Exception) -> Source:
    def opened() -> AbstractContextManager[BinaryIO]:
        raise error

    return Source(path, opened, is_broken=True)


def _is_member(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return not info.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _member(path: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Source:
    return Source(f"{path}/{info.filename}", lambda: _opened_member(archive, info))


@contextmanager
def _opened_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[BinaryIO]:
    """A member's content; raises Malformed for one that cannot be read."""
    if info.flag_bits & 1:
        raise Malformed("it is encrypted; unpack the archive with its password")
    if info.file_size > MEMBER_BYTES:
        raise Malformed(f"it holds more than {MEMBER_BYTES >> 30} GiB; unpack the archive")
    try:
        opened = archive.open(info)
    except _DAMAGE as error:
        raise _damaged(error) from None
    with opened, _Member(opened) as file, readable(file) as source:  # type: ignore[arg-type]
        yield source


def _damaged(error: Exception) -> Malformed:
    return Malformed(f"the archive is damaged or of another kind: {error}")


class _Member(io.RawIOBase):
    """A member's bytes. So only faults of reading them count as damage, and none of who reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer; raises Malformed where the archive is damaged."""
        view = memoryview(buffer)
        try:
            part = self._file.read(len(view))
        except _DAMAGE as error:
            raise _damaged(error) from None
        view[: len(part)] = part
        return len(part)
