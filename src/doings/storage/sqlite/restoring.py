"""Putting a backup in the place of a SQLite database."""

import os
from contextlib import closing
from pathlib import Path

import apsw

from doings.core.errors import DoingsError, Misconfigured
from doings.private_files import create_private
from doings.storage.sqlite.backup import check_ours, copy_pages, not_copied
from doings.storage.sqlite.file import COMPANIONS

SECONDS = 1.0
"""How long it is waited for a program that has the database open."""


def copy_of_backup(backup: Path, target: Path) -> Path:
    """Copy a backup to a file next to the database that it is for.

    Raises Misconfigured, and Unavailable for a disk that is full or broken. The backup itself stays
    as it is, whatever is done to the copy.
    """
    if not backup.is_file():
        msg = f"there is no backup {backup}"
        raise Misconfigured(msg)
    if target.exists() and backup.samefile(target):
        msg = f"{backup} is the database itself"
        raise Misconfigured(msg)
    if not target.parent.is_dir():
        msg = f"the folder {target.parent} of the database does not exist"
        raise Misconfigured(msg)
    copy = target.with_name(f"{target.name}.restoring")
    _remove(copy)
    create_private(copy)
    try:
        _copy(backup, copy)
    except DoingsError:
        _remove(copy)
        raise
    return copy


def _copy(backup: Path, copy: Path) -> None:
    # One that nobody writes is read without a trace next to it.
    is_alone = not backup.with_name(f"{backup.name}-wal").exists()
    address = f"{backup.absolute().as_uri()}?mode=ro{'&immutable=1' if is_alone else ''}"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        with (
            closing(apsw.Connection(address, flags=flags)) as reading,
            closing(apsw.Connection(str(copy))) as writing,
        ):
            check_ours(reading, f"{backup} is no backup of Doings")
            copy_pages(reading, writing, lambda _left, _pages: None)
    except apsw.Error as error:
        raise not_copied(f"{backup} cannot be restored", error) from error


def check_unused(target: Path) -> None:
    """Raise Misconfigured while another program has the database open.

    Only a program that has it for itself can leave the mode of writing ahead.
    """
    if not target.exists():
        return
    try:
        with closing(apsw.Connection(str(target), flags=apsw.SQLITE_OPEN_READWRITE)) as raw:
            raw.set_busy_timeout(int(SECONDS * 1000))
            is_alone = raw.pragma("journal_mode", "delete") == "delete"
    except (apsw.BusyError, apsw.LockedError):
        is_alone = False
    except (apsw.CorruptError, apsw.NotADBError):
        return  # A good reason to restore.
    except apsw.Error as error:
        msg = f"{target} cannot be opened: {error}"
        raise Misconfigured(msg) from error
    if not is_alone:
        msg = f"another program has {target} open: stop the server first"
        raise Misconfigured(msg)


def put_in_place(copy: Path, target: Path) -> Path | None:
    """Let the copy be the database; returns where the one that was there is kept."""
    kept = None
    if target.exists():
        kept = target.with_name(f"{target.name}.before-restore")
        target.replace(kept)
    for companion in COMPANIONS:
        target.with_name(target.name + companion).unlink(missing_ok=True)
    copy.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return kept


def _remove(copy: Path) -> None:
    for end in ("", *COMPANIONS):
        copy.with_name(copy.name + end).unlink(missing_ok=True)
