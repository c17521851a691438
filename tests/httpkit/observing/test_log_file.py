"""Lines of the log are written whole, in their order, a moment later at most."""

import asyncio
import io

from doings.httpkit.observing.log_file import GATHER_SECONDS, MOST_BYTES, LogFile


class Counting(io.BytesIO):
    """A file that counts how often it is written to."""

    writes = 0

    def write(self, lines: object) -> int:
        """Count and keep."""
        self.writes += 1
        return super().write(lines)  # type: ignore[arg-type]


def put(log: LogFile, line: bytes) -> None:
    """Write a line as the loggers do."""
    log.write(line)
    log.flush()


async def test_lines_of_the_loop_are_written_together() -> None:
    """After a moment, in their order."""
    file = Counting()
    log = LogFile(file)

    for number in range(100):
        put(log, b"%d\n" % number)
    at_once = file.getvalue()
    await asyncio.sleep(GATHER_SECONDS * 2)

    assert at_once == b""
    assert file.getvalue() == b"".join(b"%d\n" % number for number in range(100))
    assert file.writes == 1


async def test_many_lines_wait_for_nothing() -> None:
    """What waits is bounded."""
    file = Counting()
    log = LogFile(file)

    put(log, b"a\n")
    put(log, b"x" * MOST_BYTES + b"\n")

    assert len(file.getvalue()) == MOST_BYTES + 3


def test_outside_the_loop_lines_are_written_at_once() -> None:
    """A thread has nothing that would write them later."""
    file = Counting()
    log = LogFile(file)

    put(log, b"a\n")
    assert file.getvalue() == b"a\n"


async def test_at_the_end_nothing_waits_any_more() -> None:
    """What waits is written, and what follows is written at once."""
    file = Counting()
    log = LogFile(file)
    put(log, b"a\n")

    log.end_gathering()
    assert file.getvalue() == b"a\n"

    put(log, b"b\n")
    assert file.getvalue() == b"a\nb\n"


async def test_a_log_that_nobody_takes_is_no_error() -> None:
    """The server goes on."""
    file = Counting()
    log = LogFile(file)
    file.close()

    put(log, b"a\n")
    log.end_gathering()
