"""One erasure in one transaction: who is erased, what is counted, and whether it only counts."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from doings.core.activity import Activity, named_links
from doings.core.entity import EntityKey
from doings.core.erasing.erasure import ErasureCounts, Mode
from doings.core.erasing.names import Finder, Words, finder_of
from doings.core.erasing.people import Named, goes
from doings.storage.sql import erasure_statements as sql
from doings.storage.transaction import Transaction

CHANGES = 600
"""How many changes of the past it rewrites."""


class Member(msgspec.Struct, frozen=True):
    """An entity that is erased with others: its seq and what it was called.

    `occurred_at` and `activity_seq` say how far its timeline was walked.
    """

    entity: int
    type: str
    id: str
    opaque_id: str
    occurred_at: int
    activity_seq: int
    is_walked: int

    @property
    def key(self) -> EntityKey:
        """(type, id) as it was."""
        return self.type, self.id


class Job:
    """What one transaction does of an erasure. Without members it is retention that erases.

    With `only_counts` nothing is written: the transaction may be one that reads.
    """

    def __init__(
        self,
        transaction: Transaction,
        members: Sequence[Member] = (),
        *,
        words: Words = Words(),  # noqa: B008 - it is a value
        mode: Mode = "erase",
        only_counts: bool = False,
    ) -> None:
        self.transaction = transaction
        self.members = members
        self.mode = mode
        self.only_counts = only_counts
        self.counts = ErasureCounts()
        self.webhooks: list[str] | None = None
        """The webhooks of the account, once somebody has asked for them."""
        self.counted: set[tuple[str, int]] = set()
        """The deliveries that were counted, where it only counts."""
        self.treated: set[str] = set()
        """The ids of activities that name a member, and were treated without a link to one."""
        self.words = words
        self._seqs = {member.entity for member in members}

    @cached_property
    def opaque(self) -> dict[EntityKey, str]:
        """The opaque ids by what the entities were."""
        return {member.key: member.opaque_id for member in self.members}

    @cached_property
    def pattern(self) -> Finder | None:
        """What finds the person in texts; None where texts stay as they are."""
        return finder_of(self.words) if self.mode == "erase" else None

    def count(self, **counts: int) -> None:
        """Add to what it came to."""
        self.counts += ErasureCounts(**counts)

    def goes(self, activity: Activity) -> bool:
        """Whether an activity goes altogether."""
        return self.mode == "erase" and goes(
            [
                Named(
                    link.entity.type,
                    link.entity.id,
                    link.roles,
                    link.entity.contact,
                    link.entity.is_erased or link.entity.seq in self._seqs,
                )
                for link in activity.links
            ]
        )

    def is_counted_with(self, member: Member, activity: Activity) -> bool:
        """Whether it is here that an activity counts, which may be linked to several members."""
        seqs = [link.entity.seq for link in named_links(activity.links)]
        linked = [seq for seq in seqs if seq in self._seqs]
        return min(linked, default=member.entity) == member.entity

    def is_last_with(self, member: Member, activity: Activity) -> bool:
        """Whether no other member whose timeline is still to be walked is linked to an activity."""
        left = {one.entity for one in self.members if not one.is_walked} - {member.entity}
        return left.isdisjoint(link.entity.seq for link in named_links(activity.links))

    async def execute(self, statement: str, **values: object) -> None:
        """Run a statement, unless it only counts."""
        if not self.only_counts:
            await self.transaction.execute(statement, **values)

    async def execute_many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run a statement for each row, unless it only counts."""
        if not self.only_counts:
            await self.transaction.execute_many(statement, rows)


async def members_of(transaction: Transaction, erasure: str) -> list[Member]:
    """All that an erasure has noted so far."""
    return [Member(*row) for row in await transaction.fetch(sql.MEMBERS, erasure=erasure)]
