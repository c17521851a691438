"""The erasure key: what opaque ids are made with. It never stands in the database."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from doings.core.errors import Conflict, Misconfigured
from doings.private_files import open_private

SHORTEST = 16
"""Characters of a key that is given."""

ENDING = ".erasure-key"
"""What the name of the file ends with that lies beside a SQLite database."""


class ErasureKey:
    """The key that is given, else that of a file, which is made at its first use.

    Raises Misconfigured for a key that is too short.
    """

    def __init__(self, given: str | None, database: Path | None) -> None:
        if given is not None and len(given) < SHORTEST:
            raise Misconfigured(
                f"DOINGS_ERASURE_KEY: must have at least {SHORTEST} characters, such as those that"
                " `openssl rand -hex 32` prints"
            )
        self._given = given
        self._file = None if database is None else database.with_name(database.name + ENDING)

    def mark(self) -> str:
        """What tells keys apart: 8 hex digits. Raises Misconfigured where there is no key yet."""
        if self._given is None and (self._file is None or not self._file.exists()):
            place = f" or put the old one at {self._file}" if self._file else ""
            raise Misconfigured(
                f"there is no erasure key: set DOINGS_ERASURE_KEY{place}; without the key that the"
                " erasures were made with, nobody is found"
            )
        return hmac.new(self.value(), b"register", hashlib.sha256).hexdigest()[:8]

    def value(self) -> bytes:
        """The key; raises Conflict where none is given and there is no place for a file."""
        if self._given is not None:
            return self._given.encode()
        if self._file is None:
            msg = "an erasure on PostgreSQL needs a key: set DOINGS_ERASURE_KEY"
            raise Conflict(msg)
        with suppress(FileNotFoundError):
            return self._file.read_bytes().strip()
        return _made(self._file)


def _made(file: Path) -> bytes:
    """The key in a new file, or that of another process which was quicker."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with open_private(draft) as writing:
        writing.write(secrets.token_hex(32).encode() + b"\n")
        writing.flush()
        os.fsync(writing.fileno())
    with suppress(FileExistsError):
        # Unlike a renaming, this never replaces a key that is there.
        os.link(draft, file)
    draft.unlink()
    return file.read_bytes().strip()
