"""Whose turn it is to have people compared."""

import asyncio
import time
from contextlib import suppress

import pytest

from doings.core.people import asking
from doings.core.people.asking import in_thread, turn


@pytest.fixture(autouse=True)
async def new_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock belongs to the loop that it is waited for in, and each test has its own."""
    monkeypatch.setattr(asking, "_TURN", asyncio.Lock())


async def test_no_account_waits_for_all_that_another_one_asks() -> None:
    """It waits for the one that has the turn and for one more at most."""
    served: list[int] = []

    async def ask(account: int) -> None:
        async with turn(account):
            served.append(account)
            await asyncio.sleep(0)

    many = [asyncio.create_task(ask(1)) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.gather(ask(2), *many)

    assert sorted(served) == [1] * 5 + [2]
    assert served.index(2) <= 2


async def test_a_caller_that_leaves_keeps_the_turn_while_its_thread_runs() -> None:
    """Otherwise callers who come and leave would have as many threads as they like."""
    ended: list[str] = []

    def compare() -> None:
        time.sleep(0.05)
        ended.append("thread")

    async def ask() -> None:
        async with turn(1):
            await in_thread(compare)

    leaving = asyncio.create_task(ask())
    await asyncio.sleep(0.01)
    leaving.cancel()
    async with turn(2):
        ended.append("next")
    with suppress(asyncio.CancelledError):
        await leaving

    assert leaving.cancelled()
    assert ended == ["thread", "next"]
