"""The part of the port that is about changes: what happened to activities, and when."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from doings.core.activity import Activity
from doings.core.query import LARGEST_PAGE


class Change(msgspec.Struct, frozen=True):
    """That an activity was created, updated or deleted.

    `at` is an instant, `by` the key of the credential that did it. `before` is JSON text of the
    members that the change replaced, None where it created the activity. `activity` is the
    activity as it is now, None once it is deleted.
    """

    seq: int
    activity_seq: int
    activity_id: str
    op: Literal["created", "updated", "deleted"]
    kind: str
    at: int
    by: str | None
    before: str | None
    activity: Activity | None


class ChangeReader(Protocol):
    """Reading changes."""

    async def changes(self, after: int, limit: int) -> list[Change]:
        """At most `limit` changes with a seq greater than `after`, oldest first."""

    async def history(
        self, activity_id: str, after: int = 0, limit: int = LARGEST_PAGE
    ) -> list[Change]:
        """At most `limit` changes of one activity with a seq greater than `after`, oldest first.

        A deleted activity has its history, too. Raises NotFound.
        """

    async def last_seq(self) -> int:
        """The last seq that was given out, to an activity, a change or an entity."""


class ChangeWriter(ChangeReader, Protocol):
    """Correcting changes. They are written by whatever changes an activity."""

    async def amend_history(self, activity_id: str, revise: Callable[[str], str]) -> None:
        """Replace the `before` of an activity's changes by what `revise` makes of each.

        This is for data that may not be kept any longer, and for nothing else.
        """
