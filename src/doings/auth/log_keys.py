"""The keys that checkpoints of logs are signed with: a file outside of the database.

Anyone who can write the database can write another history, but cannot sign it with a key that is
elsewhere. The file holds JSON: the present key first, and keys that were replaced with the instant
until which they sign as well. It is its owner's only.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from doings.core.clock import SECOND
from doings.core.errors import Unavailable
from doings.private_files import open_private

SEED_BYTES = 32

OVERLAP = 30 * 24 * 3600 * SECOND
"""How long a key that was replaced signs as well, in microseconds: 30 days."""

MISSING = "this server signs no checkpoints: DOINGS_LOG_KEY names no file of keys"

UNREADABLE = "the file of log keys (DOINGS_LOG_KEY) cannot be read"


class _Key(msgspec.Struct):
    """A private key of Ed25519 in base64, and until when it signs; without an end, None."""

    seed: bytes
    until: int | None = None


class _File(msgspec.Struct):
    keys: list[_Key]


_decode = msgspec.json.Decoder(_File).decode


class LogKeys:
    """The keys of a file, or none where no file is named. They are read again when it changes."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._stamp: tuple[int, int, int] | None = None
        self._keys: list[_Key] = []

    def seeds(self, now: int) -> list[bytes]:
        """The private keys that sign at an instant, the present one first; made at first use.

        Raises Unavailable where there is no file, or none that can be read.
        """
        self._refresh()
        return [key.seed for key in self._keys if key.until is None or key.until > now]

    def rotate(self, now: int) -> None:
        """Put a new key in the place of the present one, which goes on signing for a time.

        Raises Unavailable.
        """
        kept = [key for key in self._read() if key.until is None or key.until > now]
        for key in kept:
            key.until = key.until or now + OVERLAP
        self._write([_Key(secrets.token_bytes(SEED_BYTES)), *kept])

    def _refresh(self) -> None:
        file = self._named()
        stamp = _stamp(file)
        if stamp is None or stamp != self._stamp:
            self._keys = self._read()
            self._stamp = _stamp(file)

    def _named(self) -> Path:
        if self._file is None:
            raise Unavailable(MISSING)
        return self._file

    def _read(self) -> list[_Key]:
        file = self._named()
        try:
            if not file.exists():
                _make(file)
            keys = _decode(file.read_bytes()).keys
        except OSError as error:
            raise Unavailable(f"{UNREADABLE}: {error.strerror}") from None
        except msgspec.DecodeError:
            raise Unavailable(f"{file} is no file of log keys") from None
        if not keys or any(len(key.seed) != SEED_BYTES for key in keys):
            raise Unavailable(f"{file} is no file of log keys")
        return keys

    def _write(self, keys: list[_Key]) -> None:
        """Replace the file as a whole, so that nobody reads a part of it."""
        file = self._named()
        try:
            _written(file, keys).replace(file)
        except OSError as error:
            raise Unavailable(f"{file} cannot be written: {error.strerror}") from None


def _make(file: Path) -> None:
    """Make a file with a new key, unless another process has just made one."""
    partial = _written(file, [_Key(secrets.token_bytes(SEED_BYTES))])
    with suppress(FileExistsError):
        os.link(partial, file)
    partial.unlink()


def _written(file: Path, keys: list[_Key]) -> Path:
    """A file beside the one that is meant, with these keys."""
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    with open_private(partial) as out:
        out.write(msgspec.json.encode(_File(keys)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return partial


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """What changes with the file; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
