"""A copy of a SQLite database that is in use."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw

from doings.core.errors import DoingsError, Misconfigured, Unavailable
from doings.private_files import create_private
from doings.storage.sqlite.connection import reason_of


def backup(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy a database in use into a new file that only its owner reads.

    The copy is consistent. `progress` is told how many pages are left and how many there are.
    Raises Misconfigured, and Unavailable for a disk that is full or broken.
    """
    if not source.exists():
        msg = f"there is no database {source}"
        raise Misconfigured(msg)
    if not target.parent.is_dir():
        msg = f"there is no folder {target.parent}"
        raise Misconfigured(msg)
    if not create_private(target) and target.exists():
        msg = f"{target} is there already"
        raise Misconfigured(msg)
    try:
        with (
            closing(apsw.Connection(str(source))) as reading,
            closing(apsw.Connection(str(target))) as writing,
        ):
            check_ours(reading, f"{source} is no database of Doings")
            copy_pages(reading, writing, progress)
    except Misconfigured:
        target.unlink(missing_ok=True)
        raise
    except apsw.Error as error:
        target.unlink(missing_ok=True)
        raise not_copied(f"{source} cannot be copied to {target}", error) from error


def check_ours(raw: apsw.Connection, otherwise: str) -> None:
    """Raise Misconfigured, in these words, for a database without our tables."""
    if not raw.table_exists("main", "installation"):
        raise Misconfigured(otherwise)


def copy_pages(
    reading: apsw.Connection, writing: apsw.Connection, progress: Callable[[int, int], None]
) -> None:
    """Copy a whole database; `progress` is told how many pages are left and how many there are."""
    copy = writing.backup("main", reading, "main")
    try:
        while not copy.done:
            copy.step(1000)
            progress(copy.remaining, copy.page_count)
    except apsw.Error:
        # By force, or closing it would raise another error, which says nothing.
        copy.close(True)  # noqa: FBT003 - its one argument: whatever it comes to
        raise
    copy.close()


def not_copied(what: str, error: apsw.Error) -> DoingsError:
    """What to raise for a copy that failed: a disk is nothing that another command would mend."""
    is_of_disk = isinstance(error, (apsw.FullError, apsw.IOError))
    kind = Unavailable if is_of_disk else Misconfigured
    return kind(f"{what}: {reason_of(error)}")
