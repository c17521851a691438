"""Leaving out of a pull whoever was erased here: the service still has them, and says so again."""

from collections.abc import Iterator, Sequence

import msgspec

from doings.core.entity import CONTACT, EntityKey
from doings.core.imports import ImportItem
from doings.core.timeline import Timeline
from doings.importing.pull.writing import Said


async def without_erased(timeline: Timeline, said: Sequence[Said]) -> tuple[list[Said], int]:
    """The items, of which those are not wanted that name somebody who was erased; how many.

    An activity that names others as well is left out, too: its text may name the one who is erased,
    and nobody knows that name any more. Somebody who was recorded here again since is somebody.
    """
    named = [frozenset(_named(one.item)) for one in said]
    keys = frozenset().union(*named)
    erased = await timeline.store.erasures.erased_keys(timeline.account.id, keys)
    if not erased:
        return list(said), 0
    kept = [
        one if erased.isdisjoint(keys) else msgspec.structs.replace(one, is_wanted=False)
        for one, keys in zip(said, named, strict=True)
    ]
    return kept, sum(not erased.isdisjoint(keys) for keys in named)


def _named(item: ImportItem) -> Iterator[EntityKey]:
    """Whom an element names by an id."""
    for key, draft in (*item.entities, *item.new_entities):
        yield key
        if draft.contact is not None:
            yield CONTACT, draft.contact
    if item.draft is not None:
        yield from [link.key for link in item.draft.links]
