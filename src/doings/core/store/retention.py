"""The part of the port that is about how long activities are kept."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from doings.core.erasing.retention import Rule, Share


class DuePlace(NamedTuple):
    """How far a look for what is due has come: behind this activity of a share's kind."""

    share: Share
    occurred_at: int
    seq: int


class Due(NamedTuple):
    """How many activities a rule would have go now; with `has_more` no further were counted."""

    rule: Rule
    due: int
    has_more: bool


class RetentionReader(Protocol):
    """Reading the rules."""

    async def retention(self) -> Sequence[Rule]:
        """The rules of the account, in their order."""

    async def due_by_rule(self, now: int, rules: Sequence[Rule] | None = None) -> list[Due]:
        """The rules, and for each what would go at this instant; the count is bounded.

        With `rules` it is about those, in the place of the account's own.
        """


class RetentionWriter(RetentionReader, Protocol):
    """Setting the rules."""

    async def set_retention(self, rules: Sequence[Rule]) -> None:
        """Replace all rules of the account."""


class RetentionStore(Protocol):
    """Removing what is due."""

    async def accounts_with_retention(self) -> list[int]:
        """The ids of the accounts that have rules."""

    async def retain(
        self, account_id: int, place: DuePlace | None, count: Callable[[int], None]
    ) -> tuple[int, DuePlace | None]:
        """Erase some of what is due, from a place on; returns how many, and where to go on.

        `count` is told of each part once that is durable.
        """
