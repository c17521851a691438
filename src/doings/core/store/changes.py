"""The part of the port that is about changes: what happened to activities, and when."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from doings.core.activity import Activity
from doings.core.entity import Entity, EntityKey
from doings.core.query import LARGEST_PAGE

Op = Literal["created", "updated", "deleted", "erased"]
"""What happened to an activity or an entity."""


class Change(msgspec.Struct, frozen=True):
    """That an activity was created, updated, deleted or erased.

    `at` is an instant, `by` the key of the credential that did it. `before` is JSON text of the
    members that the change replaced, None where it created the activity. `activity` is the
    activity as it is now, None once it is deleted. Of an activity that `is_erased` each change has
    neither.
    """

    seq: int
    activity_seq: int
    activity_id: str
    op: Op
    kind: str
    at: int
    by: str | None
    before: str | None
    activity: Activity | None
    is_erased: bool = False


class EntityChange(msgspec.Struct, frozen=True):
    """That an entity was created, updated, deleted or erased; `entity` is None once it is gone.

    `by` is the key of the credential that did it, None where that is not known. Once the entity
    `is_erased`, `id` says nothing of who it was.

    That it was merged into another one is told as a deletion, and that it was parted again as a
    creation. `merged_into` is the one that stands for it now; None where it stands for itself.
    `is_regrouped` says that it stands for others than before, so that its timeline is another one.
    """

    seq: int
    op: Op
    at: int
    type: str
    id: str
    entity: Entity | None
    by: str | None = None
    entity_seq: int | None = None
    is_erased: bool = False
    merged_into: EntityKey | None = None
    is_regrouped: bool = False

    @property
    def key(self) -> EntityKey:
        """(type, id)."""
        return self.type, self.id


class FeedChunk(msgspec.Struct, frozen=True):
    """What happened in an account after a seq, to activities and entities, oldest first.

    Nothing is missed up to the seq `through`; `last_seq` and `epoch` are the account's now. `later`
    are changes after `through` of the activities in `items`, without the activities themselves:
    with them it can be told how an activity was at any change in `items`. `people` says which keys
    those are by now who are one person with somebody that the items or their past name; each has
    all of them, its own included.
    """

    items: list[Change | EntityChange]
    through: int
    last_seq: int
    epoch: str
    later: list[Change]
    people: dict[EntityKey, frozenset[EntityKey]] = {}


class Followed(Protocol):
    """An account in which somebody waits for commits."""

    last_seq: int
    """The last seq that this one saw: when another one is found, a commit is told of."""

    def next_commit(self) -> "asyncio.Future[None]":
        """Done soon after the next commit. All who wait share it, so it may not be cancelled."""


class ChangeReader(Protocol):
    """Reading changes."""

    async def feed(self, after: int, limit: int) -> FeedChunk:
        """What happened after a seq, at most `limit` things; raises NotFound for no account."""

    async def entity_changes_by_seq(self, seqs: Sequence[int]) -> list[EntityChange]:
        """The first of these changes to entities, oldest first, as many as a page may hold."""

    async def changes(self, after: int, limit: int) -> list[Change]:
        """At most `limit` changes with a seq greater than `after`, oldest first."""

    async def history(
        self, activity_id: str, after: int = 0, limit: int = LARGEST_PAGE
    ) -> list[Change]:
        """At most `limit` changes of one activity with a seq greater than `after`, oldest first.

        A deleted activity has its history, too. Raises NotFound.
        """

    async def newest_revisions(self, seqs: Sequence[int], most: int) -> dict[int, Change]:
        """The newest change of each of these activities after it was recorded, by its seq.

        Those that were never changed are left out. A `before` of more than `most` bytes is None;
        `activity` is None in all of them.
        """

    async def last_seq(self) -> int:
        """The last seq that was given out, to an activity, a change or an entity."""


class ChangeWriter(ChangeReader, Protocol):
    """Correcting changes. They are written by whatever changes an activity."""

    async def amend_history(self, activity_id: str, revise: Callable[[str], str]) -> None:
        """Replace the `before` of an activity's changes by what `revise` makes of each.

        This is for data that may not be kept any longer, and for nothing else.
        """
