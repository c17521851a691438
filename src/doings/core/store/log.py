"""The part of the port that is about the log: the Merkle tree over an account's changes."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

Stretch = tuple[int, int]
"""The leaves from the first number to before the second."""


def leaf_of(seq: int) -> int:
    """The number of the leaf of a change: every seq is one, and leaves are counted from 0."""
    return seq - 1


class LogState(msgspec.Struct, frozen=True):
    """How many leaves the log has; `last_seq` where it will have as many once it is whole.

    `epoch` is the word of the account's present history.
    """

    size: int
    last_seq: int
    epoch: str


class Leaf(msgspec.Struct, frozen=True):
    """What stands for one change; salt and statement are None where they were destroyed."""

    number: int
    digest: bytes
    salt: bytes | None
    statement: bytes | None


class LogReader(Protocol):
    """Reading the log."""

    async def log_state(self) -> LogState:
        """How long the log is; raises NotFound for no account."""

    async def log_hashes(self, stretches: Sequence[Stretch]) -> list[bytes]:
        """The hash of each of these stretches of the tree."""

    async def log_tile(self, level: int, first: int, end: int) -> list[bytes]:
        """Hashes of one tile of a level, from one place to before another."""

    async def log_digests(self, first: int, end: int) -> bytes:
        """The digests of leaves of one tile, one behind the other."""

    async def log_leaves(self, first: int, end: int) -> list[Leaf]:
        """The first of these leaves, at least one of them, with statements made of the rows."""


class LogStore(Protocol):
    """Keeping the log."""

    async def settle_log(self, account_id: int) -> None:
        """Make what is missing of an account's log: leaves of older changes, roots of tiles."""
