"""Many who wait for changes of an account cost one look."""

import asyncio

import pytest

from doings.core.errors import Unavailable
from doings.storage.change_watch import ChangeWatch


class Looks:
    """A last seq that is looked at, and a rest that ends when told."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.count = 0
        self.is_over = False
        self.error: Exception | None = None
        self.changed = asyncio.Event()

    async def look(self) -> int:
        """Count a look."""
        self.count += 1
        if self.error is not None:
            raise self.error
        return self.last_seq

    async def rest(self) -> None:
        """Wait until something has changed."""
        await self.changed.wait()
        self.changed.clear()

    def watch(self) -> ChangeWatch:
        """A watch that looks here."""
        return ChangeWatch(self.look, self.rest, lambda: self.is_over)


async def waiting(watch: ChangeWatch, *after: int) -> list[asyncio.Task[None]]:
    """Tasks that wait for the last seq to pass each of these."""
    tasks = [asyncio.create_task(watch.passed(seq)) for seq in after]
    await asyncio.sleep(0.01)
    return tasks


async def test_all_who_wait_are_served_by_one_look() -> None:
    """Those whose seq has not passed wait on."""
    looks = Looks()
    watch = looks.watch()
    tasks = await waiting(watch, *[0] * 100, 1)

    looks.last_seq = 1
    looks.changed.set()
    await asyncio.gather(*tasks[:100])

    assert looks.count == 2
    assert not tasks[100].done()
    looks.is_over = True
    looks.changed.set()
    await tasks[100]
    assert not watch.is_needed


async def test_nobody_looks_when_nobody_waits() -> None:
    """A caller that goes away ends it, and the next one begins again."""
    looks = Looks()
    watch = looks.watch()
    (task,) = await waiting(watch, 0)
    task.cancel()
    await asyncio.sleep(0.01)

    looks.changed.set()
    await asyncio.sleep(0.01)

    assert looks.count == 1
    looks.last_seq = 1
    await asyncio.wait_for(watch.passed(0), 5)


async def test_all_who_wait_hear_of_an_error() -> None:
    """A look that fails is tried again only by somebody new."""
    looks = Looks()
    watch = looks.watch()
    tasks = await waiting(watch, 0, 0)

    looks.error = Unavailable("the store is away")
    looks.changed.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    with pytest.raises(Unavailable):
        await watch.passed(0)
    looks.error, looks.last_seq = None, 1
    await watch.passed(0)
