"""Asking an account who may be one person: its people are read and compared, type by type."""

import asyncio
from functools import partial

from doings.core.budget import PEOPLE_COMPARED
from doings.core.entity import PEOPLE, Entity, EntityKey
from doings.core.people.suggestions import Suggestion, suggestions
from doings.core.people.traits import region_of
from doings.core.store import Reader
from doings.core.timeline import Timeline

PAIRS = 500
"""Of how many suggestions it is asked at a time whether somebody dismissed them."""

TURN = asyncio.Lock()
"""Comparing people takes a process a second or more, and is done for one caller at a time."""


async def candidates(timeline: Timeline, about: EntityKey | None = None) -> list[Suggestion]:
    """All that the people of an account suggest, the likeliest first, dismissed ones included.

    With `about`, the key of somebody who stands for themselves, only the pairs of this person.
    """
    types = PEOPLE if about is None else {about[0]}
    region = region_of(timeline.account.time_zone)
    found: list[Suggestion] = []
    async with TURN:
        for entity_type in sorted(types):
            people = await timeline.read(partial(_people, entity_type), bounded=False)
            found += await asyncio.to_thread(suggestions, people, region, about)
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
