"""An account's feed read at first hand, by a program that is its only reader."""

import asyncio
from collections.abc import AsyncIterator

from doings.core.errors import Unavailable
from doings.core.query import Query
from doings.core.store import Store
from doings.core.store.changes import Change, EntityChange
from doings.live.matching import let_through
from doings.live.tail import PAUSE_SECONDS, read


async def follow(
    store: Store, account_id: int, query: Query
) -> AsyncIterator[list[Change | EntityChange]]:
    """What happens from now on, as far as the filter lets it through; raises NotFound.

    After a restore it goes on from the present end. A store that is away is waited for.
    """
    at = await store.read(account_id, lambda reader: reader.last_seq())
    with store.following(account_id) as followed:
        while True:
            # Asked for before reading, so that no commit falls between the two.
            news = followed.next_commit()
            try:
                chunk = await read(store, account_id, at)
            except Unavailable:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            followed.last_seq = chunk.last_seq
            at = chunk.through
            items = let_through(query, chunk)
            if items:
                yield items
            if at >= chunk.last_seq:
                await asyncio.shield(news)
