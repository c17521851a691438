"""Asking an account who may be one person: its people are read and compared, type by type."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from doings.core.budget import PEOPLE_COMPARED
from doings.core.entity import PEOPLE, Entity, EntityKey
from doings.core.people.suggestions import Suggestion, suggestions
from doings.core.people.traits import region_of
from doings.core.store import Reader
from doings.core.timeline import Timeline

PAIRS = 500
"""Of how many suggestions it is asked at a time whether somebody dismissed them."""

P = ParamSpec("P")
T = TypeVar("T")

_TURN = asyncio.Lock()
_TURN_OF_ACCOUNT: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


@asynccontextmanager
async def turn(account_id: int) -> AsyncIterator[None]:
    """Compare people for one caller at a time: it takes a process a second or more.

    One caller of each account waits for the turn, and the account's others wait for that one. So
    no account waits for all that another one asks.
    """
    own = _TURN_OF_ACCOUNT.setdefault(account_id, asyncio.Lock())
    async with own, _TURN:
        yield


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run work in a thread, and end no sooner than that: a thread goes on when its caller leaves.

    Who has the turn so keeps it, and callers who come and leave never have several threads.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


async def candidates(timeline: Timeline, about: EntityKey | None = None) -> list[Suggestion]:
    """All that the people of an account suggest, the likeliest first, dismissed ones included.

    With `about`, the key of somebody who stands for themselves, only the pairs of this person.
    """
    types = PEOPLE if about is None else {about[0]}
    region = region_of(timeline.account.time_zone)
    found: list[Suggestion] = []
    async with turn(timeline.account.id):
        for entity_type in sorted(types):
            people = await timeline.read(partial(_people, entity_type), bounded=False)
            found += await in_thread(suggestions, people, region, about)
    return sorted(found, key=lambda one: (-one.score, one.pair))


async def _people(entity_type: str, reader: Reader) -> list[Entity]:
    return await reader.people(entity_type, PEOPLE_COMPARED)


async def not_dismissed(reader: Reader, found: list[Suggestion], count: int) -> list[Suggestion]:
    """The first `count` suggestions that nobody has dismissed."""
    shown: list[Suggestion] = []
    for start in range(0, len(found), PAIRS):
        some = found[start : start + PAIRS]
        dismissed = await reader.dismissed([one.pair for one in some])
        shown += [one for one in some if one.pair not in dismissed]
        if len(shown) >= count:
            break
    return shown[:count]
