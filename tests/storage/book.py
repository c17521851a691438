"""A database bound to one account."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from doings.core.account import Account
from doings.core.activity import Activity, Draft, Link
from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.query import Query
from doings.core.store import Reader, Writer
from doings.core.store.activities import Recorded
from doings.core.store.changes import Change
from doings.core.store.entities import EntityQuery
from doings.storage.database import Database
from doings.storage.engine import Connection
from tests.builders import note

T = TypeVar("T")


class Book:
    """One account of a database: every call is a transaction of its own."""

    def __init__(self, database: Database, account: Account) -> None:
        self.database = database
        self.account = account

    async def read(self, work: Callable[[Reader], Awaitable[T]]) -> T:
        """Read in this account."""
        return await self.database.read(self.account.id, work)

    async def write(self, work: Callable[[Writer], Awaitable[T]], by: str | None = None) -> T:
        """Write in this account."""
        return await self.database.write(self.account.id, work, by=by)

    async def record(self, *drafts: Draft) -> list[Recorded]:
        """Record drafts in one batch."""
        return await self.write(lambda writer: writer.record(drafts))

    async def record_one(self, *links: Link | str, **members: Any) -> Activity:  # noqa: ANN401
        """Record one note and read it back."""
        recorded = await self.record(note(*links, **members))
        return await self.read(lambda reader: reader.activity(recorded[0].seq))

    async def revise(self, seq: int, draft: Draft, by: str | None = None) -> Activity:
        """Put a draft in the place of an activity."""
        return await self.write(lambda writer: writer.revise(seq, lambda _: draft), by)

    async def erase(self, seq: int, by: str | None = None) -> Activity:
        """Delete an activity."""
        return await self.write(lambda writer: writer.erase(seq), by)

    async def put(self, type_: str, id_: str, **members: Any) -> Entity:  # noqa: ANN401
        """Create or replace an entity."""
        draft = EntityDraft(**members)
        entity, _ = await self.write(
            lambda writer: writer.put_entity((type_, id_), lambda _: draft)
        )
        return entity

    async def delete(self, type_: str, id_: str) -> Entity:
        """Delete an entity."""
        return await self.write(lambda writer: writer.delete_entity((type_, id_)))

    async def seqs(self, **filters: Any) -> list[int]:  # noqa: ANN401 - a Query's
        """The seqs on one page of a timeline."""
        page = await self.read(lambda reader: reader.page(Query(**{"limit": 200, **filters})))
        return [activity.seq for activity in page.items]

    async def timeline(self, id_: str, type_: str = CONTACT) -> list[int]:
        """The seqs of an entity's timeline, newest first."""
        return await self.seqs(entities=((type_, id_),))

    async def entities(self, **filters: Any) -> list[str]:  # noqa: ANN401 - an EntityQuery's
        """The ids in one list of entities."""
        found = await self.read(lambda reader: reader.entities(EntityQuery(**filters)))
        return [entity.id for entity in found]

    async def changes(self, after: int = 0, limit: int = 1000) -> list[Change]:
        """The feed."""
        return await self.read(lambda reader: reader.changes(after, limit))

    async def last_seq(self) -> int:
        """The last seq given out."""
        return await self.read(lambda reader: reader.last_seq())

    async def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the tables themselves."""
        return await self.database.engine.read(lambda connection: connection.fetch(sql, **values))

    async def run(self, sql: str, **values: object) -> None:
        """Change the tables behind the store's back."""
        await self.database.engine.write(lambda connection: connection.execute(sql, **values))

    async def empty_search(self) -> None:
        """Empty the account's full text, which is left to be made again, as by an upgrade."""
        account_id = self.account.id

        async def empty(connection: Connection) -> None:
            for statement in connection.search.clear:
                await connection.execute(statement, account_id=account_id)
            await connection.execute(
                "UPDATE heads SET unindexed = head WHERE account_id = :account_id",
                account_id=account_id,
            )

        await self.database.engine.write(empty, account_id=account_id)
