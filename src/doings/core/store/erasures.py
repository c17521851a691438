"""The part of the port that is about erasing people, and the register of who was erased."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from doings.core.entity import EntityKey
from doings.core.erasing.erasure import Erasure, ErasureOrder
from doings.core.store.retention import RetentionStore


class Hold(msgspec.Struct, frozen=True):
    """That an entity may not be erased: why, since when, whose key said so, and until when.

    `until` is None for a hold that lasts until somebody ends it.
    """

    entity: EntityKey
    reason: str
    at: int
    by: str | None
    until: int | None


class ErasureReader(Protocol):
    """Reading the register, and what is on hold."""

    async def erasures(self, limit: int, before: str | None) -> list[Erasure]:
        """At most so many entries before an id, newest first; the newest where there is no id."""

    async def own_seq(self, key: EntityKey) -> int | None:
        """The seq of an entity itself, deleted or not and whoever stands for it, or None."""

    async def is_another(self, key: EntityKey, seq: int) -> bool:
        """Whether a key may have been somebody's who was erased since, so that it is another's now.

        `seq` was the entity's own then, or the account's next one where it had no such entity.
        """

    async def holds(self, now: int, limit: int, after: int) -> list[tuple[int, Hold]]:
        """At most so many holds, in the order of their entities' seqs, which come with them."""

    async def holds_of(self, key: EntityKey, now: int) -> list[Hold]:
        """The holds on all that are one person with an entity, deleted or not, the oldest first."""


class ErasureWriter(ErasureReader, Protocol):
    """Putting holds on entities, and ending them."""

    async def hold_entity(
        self, key: EntityKey, reason: str, until: int | None = None
    ) -> tuple[Hold, bool]:
        """Keep an entity from being erased, until an instant; whether that is new.

        Raises NotFound, and Invalid for an instant that is over.
        """

    async def release_entity(self, key: EntityKey) -> None:
        """End the hold on an entity, if there is one.

        It is its own, else what was put on others since they are one with it. Raises NotFound for
        an entity that is not there, and Conflict where only what others had before keeps it.
        """


class Replayed(msgspec.Struct, frozen=True):
    """What was erased again, and why the others that were found are kept."""

    erased: list[Erasure]
    kept: list[str]


class ErasureStore(RetentionStore, Protocol):
    """Erasing, which takes many transactions."""

    async def erase(self, account_id: int, order: ErasureOrder) -> Erasure:
        """Erase an entity, deleted or not, with all that belongs to it; returns when it is done.

        Raises NotFound, and Conflict for an entity under a hold. What is left undone when the
        process is killed, another one does, or this when it is called again.
        """

    async def count(self, account_id: int, order: ErasureOrder) -> Erasure:
        """What `erase` would come to now; nothing is changed. Raises what that raises."""

    async def cleaned(self) -> None:
        """Return when nothing is left in the files of what this process has erased."""

    async def erase_again(self, account_id: int, register: Sequence[Erasure]) -> Replayed:
        """Erase what a register names and a restored backup still holds.

        Whoever is on hold is kept, and the others are erased all the same.
        """

    async def erased_keys(self, account_id: int, keys: Collection[EntityKey]) -> set[EntityKey]:
        """Those of the keys whose entities were erased, as the erasure key tells.

        A key that somebody has got since, by being recorded again, is none of them.
        """

    def key_mark(self) -> str:
        """What tells erasure keys apart and says nothing of them.

        Raises Misconfigured where there is no key yet.
        """

    async def go_on(self) -> None:
        """Go on with what a process left undone that was killed, and clean the files."""
