"""A copy of a SQLite database that is in use."""

from collections.abc import Callable
from pathlib import Path

import apsw

from doings.core.errors import Misconfigured
from doings.private_files import create_private


def backup(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy a database in use into a new file that only its owner reads; raises Misconfigured.

    The copy is consistent. `progress` is told how many pages are left and how many there are.
    """
    if not source.exists():
        msg = f"there is no database {source}"
        raise Misconfigured(msg)
    if not create_private(target) and target.exists():
        msg = f"{target} is there already"
        raise Misconfigured(msg)
    try:
        with (
            apsw.Connection(str(source)) as reading,
            apsw.Connection(str(target)) as writing,
            writing.backup("main", reading, "main") as copy,
        ):
            while not copy.done:
                copy.step(1000)
                progress(copy.remaining, copy.page_count)
    except apsw.Error as error:
        target.unlink(missing_ok=True)
        msg = f"{source} cannot be copied to {target}: {error}"
        raise Misconfigured(msg) from error
