"""Noting how far a pull has come, in the transaction that writes what it brought."""

from collections.abc import Sequence

import msgspec

from doings.core.store.pulls import Pull, PullItem
from doings.storage.reading import pulls as read
from doings.storage.sql import pull_statements as sql
from doings.storage.transaction import Transaction


async def add(transaction: Transaction, dialect: str, url: str) -> Pull:
    """Note that a service is pulled for the first time."""
    number = max([pull.number for pull in await read.pulls(transaction)], default=0) + 1
    pull = Pull(number=number, dialect=dialect, url=url, started_at=transaction.clock.now())
    await transaction.execute(sql.ADD_PULL, dialect=dialect, url=url, **_values(pull))
    return pull


async def save(transaction: Transaction, pull: Pull) -> Pull | None:
    """Save it all; None where another program saved it meanwhile."""
    if await transaction.fetch_one(sql.SAVE_PULL, **_values(pull)) is None:
        return None
    return msgspec.structs.replace(pull, version=pull.version + 1)


def _values(pull: Pull) -> dict[str, object]:
    """The columns that change, and the number."""
    values = msgspec.structs.asdict(pull)
    del values["dialect"], values["url"]
    counts = msgspec.json.encode(pull.counts).decode()
    return values | {"pull": values.pop("number"), "counts": counts}


async def put_items(transaction: Transaction, number: int, items: Sequence[PullItem]) -> None:
    """Note what was seen, in the order of the key."""
    rows = [(number, *item) for item in sorted(items)]
    await transaction.execute_many(sql.PUT_PULL_ITEM, rows)


async def drop_item(transaction: Transaction, number: int, ref: str) -> None:
    """Forget an item."""
    await transaction.execute(sql.DROP_PULL_ITEM, pull=number, ref=ref)


async def forget_items(transaction: Transaction, number: int, limit: int) -> bool:
    """Forget some of all items; returns whether there may be more."""
    rows = await transaction.fetch(sql.SOME_PULL_ITEMS, pull=number, limit=limit)
    refs = [ref for (ref,) in rows]
    if refs:
        await transaction.execute(sql.DROP_PULL_ITEMS, pull=number, refs=refs)
    return len(refs) == limit


async def drop(transaction: Transaction, number: int) -> None:
    """Forget a pull."""
    await transaction.execute(sql.DROP_PULL, pull=number)
