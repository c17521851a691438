"""The part of the port that is about counts, which are kept and not counted when asked for."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import msgspec

from doings.core.entity import Entity, EntityKey
from doings.core.query import Query


class Newest(msgspec.Struct, frozen=True):
    """What the newest activity of a timeline is and when it happened; long data is `{}`."""

    seq: int
    kind: str
    occurred_at: int
    data: str


NEWEST = 3
"""How many of its newest activities of a kind an entity is shown with."""


class TimelineSummary(msgspec.Struct, frozen=True):
    """How many activities an entity's timeline holds, and the newest, if there is any."""

    total: int
    newest: Newest | None


class CountReader(Protocol):
    """Reading counts of activities and entities."""

    async def total(self, entity: Entity | EntityKey | None, kinds: tuple[str, ...] | None) -> int:
        """How many activities of these kinds an entity's timeline, or the whole, holds.

        Raises NotFound for the key of no entity.
        """

    async def counts_by_day(self, query: Query) -> list[tuple[int, int]]:
        """(UTC day, activities) for the query's entity, kinds and whole days, oldest first."""

    async def counts_by_kind(self, query: Query) -> list[tuple[str, int]]:
        """(kind, activities) for the query's entity, kinds and whole days, most frequent first."""

    async def count(self, query: Query) -> int:
        """How many activities lie between the query's bounds, on the side of its gap.

        It goes by the query's one entity, its kinds, `since` and `until`; other filters make no
        difference.
        """

    async def sums_by_day(self, query: Query) -> list[tuple[int, int]]:
        """(UTC day, activities) of the query's one entity and kinds on all days, oldest first."""

    async def totals_by_kind(self, entity: EntityKey | None) -> list[tuple[str, int]]:
        """(kind, activities) of an entity's timeline, or the whole, most frequent first."""

    async def total_with_contacts(self) -> int:
        """How many activities concern at least one contact."""

    async def years_with_contacts(self) -> list[tuple[int, int]]:
        """(year, activities that concern a contact) by the account's calendar, newest first."""

    async def total_entities(self, entity_type: str) -> int:
        """How many entities of a type there are, without partial and deleted ones."""

    async def totals_by_kind_of(
        self, entities: Sequence[Entity], kinds: Sequence[str]
    ) -> dict[int, Counter[str]]:
        """How many activities of each of these kinds entities' timelines hold, by their seqs."""

    async def last_of_kind(self, seqs: Sequence[int], kind: str) -> dict[int, int]:
        """When the entities with these seqs last had an activity of the kind; none for never."""

    async def newest_of_kind(self, seqs: Sequence[int], kind: str) -> dict[int, set[int]]:
        """The seqs of the `NEWEST` activities of the kind that the entities with these seqs have.

        There are as many of each who is one person with the entity.
        """

    async def timeline_summaries(self, seqs: Sequence[int]) -> dict[int, TimelineSummary]:
        """The summaries of entities' timelines by the seqs of the entities, all read at once."""
