"""Files that only their owner may read, from their first byte on, whatever the umask says.

Databases, their copies and exports hold what people wrote, and a database holds the secret with
which anybody could sign in.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
_OTHERS = 0o077


def create_private(path: Path) -> bool:
    """Make an empty file where there is none, also where a link leads; whether one was made.

    Where it cannot be made, what opens it next says why.
    """
    with suppress(OSError):
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        return True
    return False


def open_private(path: Path) -> BinaryIO:
    """A new file to write, in the place of one that is there."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "wb")


def wider_files(paths: Iterable[Path]) -> list[Path]:
    """Those of the files that others may read or write, too."""
    found = []
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mode & _OTHERS:
                found.append(path)
    return found
