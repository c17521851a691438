"""Places that accounts take in turns."""

import asyncio

import pytest

from doings.core.errors import Busy, Unavailable
from doings.storage.postgres.places import Places


def busy() -> Busy:
    """What who finds no room is told."""
    return Busy("readers", "full")


async def waits(places: Places, owner: int | None) -> asyncio.Task[None]:
    """A caller of an account, that waits by the time this returns."""
    task = asyncio.create_task(places.enter(owner, 60))
    await asyncio.sleep(0)
    return task


async def test_an_account_has_all_places_but_one() -> None:
    """The last one is free for another account, which need not wait."""
    places = Places(3, busy)
    await places.enter(1, 0)
    await places.enter(1, 0)

    with pytest.raises(Busy):
        await places.enter(1, 0)
    await places.enter(2, 0)


async def test_accounts_take_turns() -> None:
    """However many of one account's callers wait, another account's is next but one."""
    places = Places(1, busy)
    served: list[int | None] = []
    await places.enter(1, 0)

    async def one(owner: int | None) -> None:
        await places.enter(owner, 60)
        served.append(owner)
        places.leave(owner)

    tasks = [asyncio.create_task(one(owner)) for owner in (1, 1, 1, 1, 2, 2, None)]
    await asyncio.sleep(0)
    places.leave(1)
    await asyncio.gather(*tasks)

    assert served == [1, 2, None, 1, 2, 1, 1]


async def test_accounts_whose_work_was_late_share_half_of_the_places() -> None:
    """Until work of theirs is done in time; what belongs to no account is never among them."""
    places = Places(4, busy)
    for owner in (1, 2, None):
        await places.enter(owner, 0)
        places.leave(owner, was_late=True)
    await places.enter(1, 0)
    await places.enter(2, 0)

    with pytest.raises(Busy):
        await places.enter(2, 0)
    await places.enter(None, 0)
    places.leave(2)
    await places.enter(2, 0)


async def test_who_finds_no_room_to_wait_is_refused() -> None:
    """By the account's own bound, and by the bound of all together."""
    places = Places(1, busy, waiting=3, waiting_of_account=2)
    await places.enter(1, 0)
    waiting = [await waits(places, 1), await waits(places, 1)]

    with pytest.raises(Busy):
        await places.enter(1, 60)
    waiting.append(await waits(places, 2))
    with pytest.raises(Busy):
        await places.enter(3, 60)

    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)


async def test_who_leaves_takes_no_turn() -> None:
    """Whether cancelled while it waits, or in the moment that its place is given."""
    places = Places(1, busy)
    await places.enter(1, 0)
    gone, late, last = [await waits(places, owner) for owner in (1, 2, 3)]

    gone.cancel()
    await asyncio.sleep(0)
    places.leave(1)
    late.cancel()
    await asyncio.wait_for(last, 5)

    assert late.cancelled()
    places.leave(3)
    await places.enter(4, 0)


async def test_all_who_wait_can_be_refused() -> None:
    """They get the error, and places are given out as before."""
    places = Places(1, busy)
    await places.enter(1, 0)
    waiting = [await waits(places, owner) for owner in (1, 2)]

    places.refuse(lambda: Unavailable("stuck"))

    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(result) for result in results] == ["stuck", "stuck"]
    places.leave(1)
    await places.enter(2, 0)
