"""Look-ups that are shared: how many are made, and what those who share one learn."""

import asyncio

import pytest

from doings.core.errors import Unavailable
from doings.storage.postgres.lookups import SharedLookups


class Store:
    """Finds what was stored last, once it may."""

    def __init__(self) -> None:
        self.value = 0
        self.count = 0
        self.may_answer = asyncio.Event()
        self.error: Exception | None = None

    async def look_up(self, key: str) -> tuple[str, int]:
        """The key and the value of the moment at which this was asked."""
        self.count += 1
        value = self.value
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return key, value


@pytest.fixture
async def store() -> Store:
    """A store that does not answer yet."""
    return Store()


def asking(
    lookups: SharedLookups[str, tuple[str, int]], count: int
) -> list[asyncio.Task[tuple[str, int]]]:
    """So many that ask for the same at once."""
    return [asyncio.create_task(lookups.find("a")) for _ in range(count)]


async def until_asked() -> None:
    """Let everybody who runs go as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_come_at_once_share_one(store: Store) -> None:
    """However many they are."""
    asked = asking(SharedLookups(store.look_up), 60)
    store.may_answer.set()

    assert set(await asyncio.gather(*asked)) == {("a", 0)}
    assert store.count == 1


async def test_who_comes_later_learns_what_was_stored_meanwhile(store: Store) -> None:
    """The look-up that is under way may have missed it, so the next one is theirs."""
    lookups = SharedLookups(store.look_up)
    early = asking(lookups, 2)
    await until_asked()
    store.value = 1
    late = asking(lookups, 3)
    await until_asked()
    store.may_answer.set()

    assert set(await asyncio.gather(*early)) == {("a", 0)}
    assert set(await asyncio.gather(*late)) == {("a", 1)}
    assert store.count == 2


async def test_an_error_is_told_to_those_who_share_it(store: Store) -> None:
    """Those who wait for the next look-up have another one made."""
    lookups = SharedLookups(store.look_up)
    store.error = ValueError()
    early = asking(lookups, 2)
    await until_asked()
    late = asking(lookups, 2)
    store.may_answer.set()

    errors = await asyncio.gather(*early, *late, return_exceptions=True)

    assert [type(error) for error in errors] == [ValueError] * 4
    assert store.count == 2
    store.error = None
    assert await lookups.find("a") == ("a", 0)


async def test_that_the_store_is_away_is_told_to_all(store: Store) -> None:
    """Nobody waits as long again to learn the same."""
    lookups = SharedLookups(store.look_up)
    store.error = Unavailable("away")
    asked = asking(lookups, 2)
    await until_asked()
    asked += asking(lookups, 2)
    await until_asked()
    store.may_answer.set()

    errors = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(error) for error in errors] == [Unavailable] * 4
    assert store.count == 1


async def test_who_leaves_takes_nobody_along(store: Store) -> None:
    """Not even the one for whom the look-up was begun."""
    first, *others = asking(SharedLookups(store.look_up), 3)
    await until_asked()

    first.cancel()
    store.may_answer.set()

    assert set(await asyncio.gather(*others)) == {("a", 0)}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_keys_do_not_wait_for_each_other(store: Store) -> None:
    """Only what is asked for in the same words is the same."""
    lookups = SharedLookups(store.look_up)
    asked = [asyncio.create_task(lookups.find(key)) for key in "ab"]
    await until_asked()

    assert store.count == 2
    store.may_answer.set()
    assert await asyncio.gather(*asked) == [("a", 0), ("b", 0)]
