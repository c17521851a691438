"""What an export has besides its lines: checkpoints, and the leaves of the log."""

from base64 import b64encode
from typing import BinaryIO

import msgspec

from doings.auth.log_keys import LogKeys
from doings.cli.options import settings_for
from doings.core.account import Account
from doings.core.clock import SystemClock
from doings.core.store import Reader, Store
from doings.core.store.log import Leaf, LogState
from doings.proof.checkpoint import Checkpoint, origin_of, signed
from doings.proof.history import LeafMember

_ENCODER = msgspec.json.Encoder()


def log_keys(database: str | None) -> LogKeys:
    """The keys that checkpoints of a database are signed with."""
    from doings.storage.opening import log_key_file  # noqa: PLC0415 - loads the drivers

    return LogKeys(log_key_file(settings_for(database)))


def origin(store: Store, account: Account, state: LogState) -> str:
    """The name of the log of an account."""
    return origin_of(store.secret, account.id, account.created_at, state.epoch)


class Signing(msgspec.Struct, frozen=True):
    """The log of an account, and the keys that sign it."""

    store: Store
    account: Account
    keys: LogKeys

    async def prepare(self) -> None:
        """Make the log whole; raises Unavailable where nothing can be signed."""
        self.keys.seeds(SystemClock().now())
        # The rows of an erasure that was broken off say less than the leaves.
        await self.store.erasures.go_on()
        await self.store.settle_log(self.account.id)

    async def checkpoint(self) -> tuple[str, int]:
        """The signed checkpoint of this moment, and how many leaves it is about."""

        async def read(reader: Reader) -> Checkpoint:
            state = await reader.log_state()
            root = (await reader.log_hashes([(0, state.size)]))[0]
            return Checkpoint(origin(self.store, self.account, state), state.size, root)

        found = await self.store.read(self.account.id, read, bounded=False)
        return signed(found, self.keys.seeds(SystemClock().now())), found.size


async def write_checkpoint(signing: Signing, out: BinaryIO) -> None:
    """Write the checkpoint of this moment as a line."""
    note, _ = await signing.checkpoint()
    _write_line(out, {"checkpoint": note})


async def write_leaves(signing: Signing, out: BinaryIO) -> None:
    """Write a line for each leaf, and the checkpoint that they lead to."""
    # Erasures that began meanwhile.
    await signing.store.erasures.go_on()
    note, size = await signing.checkpoint()
    first = 0
    while first < size:
        leaves = await signing.store.read(
            signing.account.id,
            lambda reader, first=first: reader.log_leaves(first, size),  # type: ignore[misc]
            bounded=False,
        )
        out.write(_ENCODER.encode_lines([{"leaf": _leaf_member(leaf)} for leaf in leaves]))
        first += len(leaves)
    _write_line(out, {"checkpoint": note})
    out.flush()


def _write_line(out: BinaryIO, document: object) -> None:
    out.write(_ENCODER.encode(document) + b"\n")


def _leaf_member(leaf: Leaf) -> LeafMember:
    return LeafMember(
        leaf.number,
        b64encode(leaf.digest).decode(),
        None if leaf.salt is None else b64encode(leaf.salt).decode(),
        None if leaf.statement is None else leaf.statement.decode(),
    )
