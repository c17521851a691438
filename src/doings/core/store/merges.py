"""The part of the port that is about merges: several entities that are one person."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from doings.core.entity import Entity, EntityKey

REASON_LENGTH = 200
"""Characters of why people were merged."""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """That `keep` stands for each of `merged` from `at` on, until `reverted_at`.

    `seq` is that of the change which tells of it; `by` and `reverted_by` are keys of credentials.
    One that `is_by_itself` was made by the server, as the account's settings allow. `asked` is the
    id that `keep` was named by: `keep` itself, or one that it stood for.
    """

    seq: int
    id: str
    keep: EntityKey
    asked: EntityKey
    merged: tuple[EntityKey, ...]
    reason: str | None
    at: int
    by: str | None
    reverted_at: int | None
    reverted_by: str | None
    is_by_itself: bool = False


Pair = tuple[EntityKey, EntityKey]
"""Two entities of one type, the one that was recorded first in front."""


class MergeReader(Protocol):
    """Reading merges, and what suggestions are made from."""

    async def merge(self, merge_id: str) -> Merge:
        """One merge, active or reverted; raises NotFound."""

    async def merges(self, *, before: int | None, after: int | None, limit: int) -> list[Merge]:
        """At most `limit` merges, newest first; with seqs below `before`, or above `after`.

        With `after` they are those nearest to it.
        """

    async def merges_of(self, key: EntityKey) -> list[Merge]:
        """The active merges of all that are one person with an entity, newest first."""

    async def people(self, entity_type: str, limit: int) -> list[Entity]:
        """The newest entities of a type of people that stand for themselves.

        Those with many attributes are left out.
        """

    async def all_people(self, entity_type: str, after: int, limit: int) -> list[Entity]:
        """The next people of a type with seqs greater than `after` that are not deleted.

        Those for whom others stand are among them. Many attributes of one are left out.
        """

    async def last_seq_of_people(self) -> int:
        """The seq of the last thing that happened to a person, or to another entity."""

    async def were_parted(self, keys: Sequence[EntityKey]) -> bool:
        """Whether a merge of one of these into another entity was ever reverted."""

    async def dismissed(self, pairs: Sequence[Pair]) -> set[Pair]:
        """Those of the pairs that somebody said are not one person."""


class MergeWriter(MergeReader, Protocol):
    """Merging people and parting them again."""

    async def add_merge(
        self,
        keep: EntityKey,
        merged: Sequence[EntityKey],
        reason: str | None,
        *,
        is_by_itself: bool = False,
        merge_id: str | None = None,
    ) -> Merge:
        """Let `keep`, or who stands for it, stand for all of `merged`; with a new id where none is.

        Raises NotFound, Invalid for types that are no people or differ, TooMuch, and Conflict where
        one of `merged` is one with another entity already.
        """

    async def revert_merge(self, merge_id: str) -> Merge:
        """Part again what a merge put together.

        Raises NotFound, and Conflict where that was done before or later merges rest on it.
        """

    async def dismiss(self, entities: Sequence[EntityKey]) -> None:
        """Suggest no two of these any more; raises NotFound and Invalid."""
