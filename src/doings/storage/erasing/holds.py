"""Setting what is kept: holds on entities, and the rules of retention."""

from collections.abc import Sequence

from doings.core.entity import EntityKey
from doings.core.erasing.retention import Rule
from doings.core.errors import NotFound
from doings.core.store.erasures import Hold
from doings.core.text import json_text
from doings.storage.reading import erasures as read
from doings.storage.reading.entities import entity_or_none
from doings.storage.sql import erasure_statements as sql
from doings.storage.transaction import Transaction


async def hold_entity(transaction: Transaction, key: EntityKey, reason: str) -> tuple[Hold, bool]:
    """Keep an entity from being erased, a deleted one, too; raises NotFound.

    Where others are one with it, they are kept with it. The hold is its own once they are parted.
    """
    entity = await entity_or_none(transaction, key)
    own = await transaction.fetch_one(sql.OWN_SEQ, type=key[0], id=key[1])
    if entity is None or entity.is_erased or own is None:
        raise NotFound(*key)
    before = await read.hold(transaction, key)
    hold = Hold(key, reason, transaction.clock.now(), transaction.by)
    await transaction.execute(
        sql.SET_HOLD, entity=own[0], reason=reason, by_key=hold.by, at=hold.at
    )
    return hold, before is None


async def release_entity(transaction: Transaction, key: EntityKey) -> None:
    """End the holds on an entity and all that are one with it; raises NotFound."""
    entity = await entity_or_none(transaction, key)
    if entity is None:
        raise NotFound(*key)
    await transaction.execute(sql.DROP_HOLDS, entity=entity.seq)


async def set_retention(transaction: Transaction, rules: Sequence[Rule]) -> None:
    """Replace all rules of the account; none takes them away."""
    if rules:
        await transaction.execute(sql.SET_RETENTION, rules=json_text(list(rules)))
    else:
        await transaction.execute(sql.DROP_RETENTION)
