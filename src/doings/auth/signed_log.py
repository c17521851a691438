"""The signed log of an account, for every surface that shows it: checkpoints, keys, and proofs.

What is signed is read with a `LogReader`; the private keys are those of `log_keys`.
"""

from collections.abc import Sequence

import msgspec

from doings.core.account import Account
from doings.core.errors import NotFound, Unavailable
from doings.core.store.log import Leaf, LogReader, LogState, leaf_of
from doings.proof import checkpoint, inclusion
from doings.proof.checkpoint import Checkpoint
from doings.proof.leaf import leaf_hash


class Inclusion(msgspec.Struct, frozen=True):
    """That a leaf is in the log as it stands in `state`: the leaf's hash, and its path to `root`.

    All hashes have 32 bytes; the nearest of the path comes first.
    """

    state: LogState
    leaf: Leaf
    hash: bytes
    path: list[bytes]
    root: bytes


class SignedLog(msgspec.Struct, frozen=True):
    """The log of an account, with the installation's secret and the keys that sign now."""

    account: Account
    secret: bytes
    seeds: Sequence[bytes]

    def origin(self, state: LogState) -> str:
        """The name of the log."""
        created_at = self.account.created_at
        return checkpoint.origin_of(self.secret, self.account.id, created_at, state.epoch)

    def note(self, state: LogState, root: bytes) -> str:
        """The signed checkpoint that says how long the log is, and its root."""
        return checkpoint.signed(Checkpoint(self.origin(state), state.size, root), self.seeds)

    def keys(self, state: LogState) -> list[str]:
        """The public keys, the present one first, in the form of signed notes."""
        origin = self.origin(state)
        return [str(checkpoint.verifier_of(seed, origin)) for seed in self.seeds]


async def inclusion_of(reader: LogReader, seq: int, *, name: str | None = None) -> Inclusion:
    """That the change of a seq is in the log.

    Raises NotFound, which calls the change `name`, and Unavailable where an older account's log is
    not made up to it yet.
    """
    state = await reader.log_state()
    if not 0 < seq <= state.last_seq:
        raise NotFound("change", seq if name is None else name)
    if seq > state.size:
        raise Unavailable(f"the log of this older account is made up to seq {state.size} yet")
    number = leaf_of(seq)
    leaf = (await reader.log_leaves(number, seq))[0]
    path = await reader.log_hashes(inclusion.stretches(number, state.size))
    hash_ = leaf_hash(leaf.digest)
    # The path leads to the root, which so takes no reading of its own.
    root = inclusion.root_from(number, state.size, hash_, path) or b""
    return Inclusion(state, leaf, hash_, path, root)
