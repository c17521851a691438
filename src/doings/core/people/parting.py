"""Which merges keep another one from being parted again, as they rest on it."""

from collections.abc import Sequence

from doings.core.entity import EntityKey
from doings.core.store.merges import Merge


def resting_on(merge: Merge, active: Sequence[Merge]) -> list[Merge]:
    """Those of the active merges of a group that have to be parted before `merge`.

    They took what it kept into another person, or were asked for by the id of one that it merged.
    """
    parents = {key: one.keep for one in active for key in one.merged}
    merged = set(merge.merged)
    return [
        one
        for one in active
        if merge.keep in one.merged or not merged.isdisjoint(_path(one, parents))
    ]


def _path(merge: Merge, parents: dict[EntityKey, EntityKey]) -> list[EntityKey]:
    """The ids that led from the one that a merge was asked for to the one that it kept."""
    path = []
    key: EntityKey | None = merge.asked
    while key is not None and key != merge.keep:
        path.append(key)
        key = parents.get(key)
    return path
