"""Long lists: flat memory, no transaction held, and nothing promised that cannot be kept."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.types import Message

from doings.core.clock import SECOND
from tests.builders import note
from tests.clocks import NOON
from tests.dialects.cobot.space import PATH, Space

COUNT = 3000


async def write(space: Space, count: int = COUNT) -> None:
    """Record so many notes, a second apart."""
    for first in range(0, count, 1000):
        drafts = [note(at=NOON + (first + n) * SECOND, body=str(first + n)) for n in range(1000)]
        await space.business.record(*drafts)


class SlowReader:
    """A caller who takes one piece at a time, and does something in between."""

    def __init__(self, space: Space, query: str) -> None:
        self.space = space
        self.query = query
        self.pieces: list[bytes] = []

    async def read(self) -> None:
        """Take the whole answer."""
        authorization = self.space.business.bearer["Authorization"].encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "method": "GET",
            "http_version": "1.1", "scheme": "http", "path": PATH, "raw_path": PATH.encode(),
            "query_string": self.query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("server", 80),
            "headers": [(b"host", b"server"), (b"authorization", authorization)],
        }  # fmt: skip

        async def receive() -> Message:
            await asyncio.Event().wait()  # the caller stays, and sends nothing
            return {}

        await self.space.served.application(scope, receive, self._take)

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.pieces.append(message.get("body", b""))
            await self.between()

    async def between(self) -> None:
        """What the caller does after a piece."""

    @property
    def texts(self) -> list[str]:
        """What the activities say."""
        return [one["attributes"]["text"] for one in json.loads(b"".join(self.pieces))]


async def test_long_list_comes_in_pieces(space: Space) -> None:
    """The list arrives in several pieces, which together are the whole list."""
    await write(space)
    reader = SlowReader(space, f"last={COUNT}")

    await reader.read()

    assert len(reader.pieces) > COUNT / 600
    assert reader.texts == [str(number) for number in range(COUNT)]


async def test_slow_reader_holds_no_transaction(space: Space) -> None:
    """What is recorded while it reads is in the list: each piece is a read of its own."""
    await write(space)
    reader = SlowReader(space, "from=2026-03-01&to=2026-03-02")

    async def between() -> None:
        if len(reader.pieces) == 1:
            await space.business.record(note(at=NOON + COUNT * SECOND, body="meanwhile"))

    reader.between = between  # type: ignore[method-assign]
    await reader.read()

    assert reader.texts == [*[str(number) for number in range(COUNT)], "meanwhile"]


async def test_last_is_kept_to_when_more_is_recorded_meanwhile(space: Space) -> None:
    """Never more than asked for."""
    await write(space)
    reader = SlowReader(space, "last=2500")

    async def between() -> None:
        if len(reader.pieces) == 1:
            await space.business.record(note(at=NOON + COUNT * SECOND, body="meanwhile"))

    reader.between = between  # type: ignore[method-assign]
    await reader.read()

    assert reader.texts == [str(number) for number in range(500, COUNT)]


async def test_head_of_a_long_list_reads_no_more_than_its_start(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body would go nowhere."""
    await write(space)
    reads = 0
    read = space.business.database.read

    async def counted(*args: object, **kwargs: object) -> object:
        nonlocal reads
        reads += 1
        return await read(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(space.business.database, "read", counted)

    answer = await space.served.client.head(
        f"{PATH}?from=2026-03-01&to=2026-03-02", headers=space.business.bearer
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert reads <= 3


STREAM = """
import asyncio, resource, sys
from pathlib import Path
from tests.dialects.cobot.space import Space
from tests.dialects.cobot.test_streaming import SlowReader
from tests.serving import serving
from tests.clocks import NOON
from tests.builders import note

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

async def main():
    async with serving(Path(sys.argv[1])) as served:
        space = Space(served, await served.business("co-up"))
        for first in range(0, 60_000, 2000):
            drafts = [note(at=NOON + (first + n) * 1000, body="x" * 1000) for n in range(2000)]
            await space.business.record(*drafts)
        before, size = peak(), 0
        reader = SlowReader(space, "from=2026-03-01&to=2026-03-02")
        async def between():
            nonlocal size
            size += len(reader.pieces.pop())
        reader.between = between
        await reader.read()
        print(size, peak() - before)

asyncio.run(main())
"""


def test_memory_stays_flat(tmp_path: Path) -> None:
    """A list of 70 MB takes a few more than a short one."""
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}

    done = subprocess.run(
        [sys.executable, "-c", STREAM, str(tmp_path)],
        capture_output=True, text=True, check=True, cwd=root, env=environment, timeout=110,
    )  # fmt: skip

    size, growth = map(int, done.stdout.split()[-2:])
    assert size > 60_000_000
    assert growth < 40_000_000
