"""Setting what is kept: holds on entities, and the rules of retention."""

from collections.abc import Sequence

from doings.core.entity import EntityKey
from doings.core.erasing.retention import Rule
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.store.erasures import Hold
from doings.core.text import json_text
from doings.storage.reading import erasures as read
from doings.storage.reading.entities import entity_or_none
from doings.storage.sql import erasure_statements as sql
from doings.storage.transaction import Transaction


async def hold_entity(
    transaction: Transaction, key: EntityKey, reason: str, until: int | None
) -> tuple[Hold, bool]:
    """Keep an entity from being erased, a deleted one, too; raises NotFound and Invalid.

    Where others are one with it, they are kept with it. The hold is its own once they are parted.
    """
    now = transaction.clock.now()
    if until is not None and until <= now:
        raise Invalid.of("until", "must be in the future")
    entity = await entity_or_none(transaction, key)
    own = await transaction.fetch_one(sql.OWN_SEQ, type=key[0], id=key[1])
    if entity is None or entity.is_erased or own is None:
        raise NotFound(*key)
    held = {one.entity for one in await read.holds_of(transaction, key, now)}
    hold = Hold(key, reason, now, transaction.by, until)
    await transaction.execute(sql.DROP_ENDED_HOLDS, now=now)
    await transaction.execute(
        sql.SET_HOLD, entity=own[0], reason=reason, by_key=hold.by, at=now, until=until
    )
    return hold, key not in held


async def release_entity(transaction: Transaction, key: EntityKey) -> None:
    """End the hold on an entity; raises NotFound, and Conflict where only others keep it.

    It is its own hold; where there is none, those that were put on it by another id since both are
    one. What another one brought along was put on that for reasons of its own, and is its own again
    once they are parted. To end that by this id, and answer that all is done, would let evidence go
    that nobody meant.
    """
    now = transaction.clock.now()
    own = await transaction.fetch_one(sql.OWN_SEQ, type=key[0], id=key[1])
    if own is None:
        raise NotFound(*key)
    held = [one.entity for one in await read.holds_of(transaction, key, now)]
    ended = [own[0]]
    if held and key not in held:
        ended = [
            seq for (seq,) in await transaction.fetch(sql.HOLDS_SINCE_ONE, entity=own[0], now=now)
        ]
    if not ended:
        raise Conflict(
            f"there is no hold on {':'.join(key)} itself, but on {':'.join(held[0])} since before"
            " they are one person"
        )
    await transaction.execute(sql.DROP_ENDED_HOLDS, now=now)
    await transaction.execute(sql.DROP_HOLDS, entities=ended)


async def set_retention(transaction: Transaction, rules: Sequence[Rule]) -> None:
    """Replace all rules of the account; none takes them away."""
    if rules:
        await transaction.execute(sql.SET_RETENTION, rules=json_text(list(rules)))
    else:
        await transaction.execute(sql.DROP_RETENTION)
