"""The application without the log of changes: what recording takes that proves nothing."""

from collections.abc import Callable, Sequence

from doings import app
from doings.config import Settings
from doings.storage.database import Database
from doings.storage.transaction import Transaction
from doings.storage.writing.log import leaves


async def _no_leaves(
    transaction: Transaction, seq: int, made: Callable[[], Sequence[bytes]]
) -> None:
    """Leave the log as it is."""


async def _nothing_left(account_id: int) -> int:  # noqa: ARG001 - as the store has it
    """Look for nothing that the log misses."""
    return 0


async def _open(settings: Settings) -> Database:
    store = await app.open_store(settings)
    store.settle_log_part = _nothing_left  # type: ignore[method-assign]
    leaves.add = _no_leaves
    return store


def create() -> app.Application:
    """The app of a server process."""
    return app.create(_open)
