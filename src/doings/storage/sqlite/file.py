"""The file of a database, to notice that it is no longer the one that was opened.

A file that is deleted or replaced stays open, and takes writes that nobody will see again.
"""

import os
from pathlib import Path

from doings.core.errors import Unavailable

COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps with a file while it is open: the log of what was written, and its locks."""

Identity = tuple[int, int] | None
"""Device and number of a file; None where there is none."""


class DatabaseFile:
    """A database file as it was when all connections were open; `name` is SQLite's name for it."""

    def __init__(self, path: Path, name: str) -> None:
        self._paths = [str(path), *[name + companion for companion in COMPANIONS]]
        self._opened = self._identities()

    def check(self) -> None:
        """Raise Unavailable where the file or what belongs to it is gone or another one."""
        if self._identities() != self._opened:
            msg = "the database file was deleted or replaced; put it back or restart the server"
            raise Unavailable(msg)

    def _identities(self) -> list[Identity]:
        return [_identity(path) for path in self._paths]


def _identity(path: str) -> Identity:
    try:
        found = os.stat(path)  # noqa: PTH116 - before each commit; Path takes three times as long
    except OSError:
        return None
    return found.st_dev, found.st_ino
