"""What time has changed in any account, also while some accounts cannot be read."""

from collections.abc import Awaitable, Callable, Sequence

from doings.core.account import Account
from doings.core.errors import Unavailable
from doings.storage.engine import Engine
from doings.storage.sql import statements as sql

Due = list[tuple[int, int]]
"""Account and activity of each."""


async def due(
    engine: Engine, accounts: Callable[[], Awaitable[Sequence[Account]]], *, now: int, limit: int
) -> Due:
    """What is due and not recorded yet; `accounts` tells which accounts there are."""
    try:
        return await _due_anywhere(engine, now, limit)
    except Unavailable as error:
        # On a cluster one machine may be away, and most accounts are on others.
        return await _due_where_it_can_be_read(engine, await accounts(), now, limit, error)


async def _due_anywhere(engine: Engine, now: int, limit: int) -> Due:
    return await engine.read(lambda connection: connection.fetch(sql.DUE, now=now, limit=limit))


async def _due_where_it_can_be_read(
    engine: Engine, accounts: Sequence[Account], now: int, limit: int, error: Unavailable
) -> Due:
    """Likewise, from each account by itself; raises the error where none can be read."""
    found: Due = []
    failed = 0
    for account in accounts:
        try:
            found += await _due_in(engine, account.id, now, limit // len(accounts) + 1)
        except Unavailable:
            failed += 1
    if failed == len(accounts):
        raise error
    return found


async def _due_in(engine: Engine, account_id: int, now: int, limit: int) -> Due:
    return await engine.read(
        lambda connection: connection.fetch(
            sql.DUE_IN_ACCOUNT, account_id=account_id, now=now, limit=limit
        ),
        account_id=account_id,
    )
