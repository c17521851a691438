"""Where lines of the log are gathered for a moment and written together.

Every request has a line, and to write one takes as long as to look up a kept answer. A process that
is killed loses the lines of the last moment, and nothing else.
"""

import asyncio
import threading
from contextlib import suppress
from typing import BinaryIO

GATHER_SECONDS = 0.05
"""How long a line waits for others at most."""

MOST_BYTES = 65_536
"""How many bytes wait at most."""


class LogFile:
    """A file for whole lines. Those of the event loop are gathered, all others written at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._is_due = False
        self._is_gathering = True

    def write(self, line: bytes) -> int:
        """Take a line; `flush` says that it is whole."""
        with self._lock:
            self._waiting += line
        return len(line)

    def flush(self) -> None:
        """Write what waits, or see to it that it is written in a moment."""
        if self._is_due and len(self._waiting) < MOST_BYTES:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.write_out()
            return
        if not self._is_gathering or len(self._waiting) >= MOST_BYTES:
            self.write_out()
        elif not self._is_due:
            self._is_due = True
            loop.call_later(GATHER_SECONDS, self.write_out)

    def write_out(self) -> None:
        """Write what waits."""
        with self._lock:
            self._is_due = False
            lines, self._waiting = bytes(self._waiting), bytearray()
            # A log that nobody takes any more is no reason to stop serving.
            with suppress(OSError, ValueError):
                self._file.write(lines)
                self._file.flush()

    def end_gathering(self) -> None:
        """Write what waits, and from now on each line at once: the program is about to end."""
        self._is_gathering = False
        self.write_out()
