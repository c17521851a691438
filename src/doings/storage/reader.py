"""Reading within one account, on one connection, from one consistent state."""

from collections.abc import Awaitable, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Linked
from doings.core.cursor import Page, page_of
from doings.core.entity import Entity, EntityKey
from doings.core.errors import NotFound
from doings.core.query import DiaryOrder, Query, RecordedOrder
from doings.core.store.activities import ActivityRef
from doings.core.store.changes import Change
from doings.core.store.credentials import Credential
from doings.core.store.entities import EntityQuery
from doings.core.store.rendering import Rendering
from doings.storage.document_cache import DocumentCache
from doings.storage.engine import Connection, Row
from doings.storage.reading import changes, counts, entity_lists, pages
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import (
    account_from_row,
    activities_from_rows,
    credential_from_row,
    entity_from_row,
    linked_from_text,
)

_LINKED = itemgetter(-1)
_KEY = itemgetter(3, 0)
"""Among the columns of `statements.ACTIVITY`."""


class AccountReader:
    """`core.store.Reader`: what it cannot say in a few lines, the modules beside it say.

    `document_cache` is where documents are kept; without one each is rendered anew.
    """

    def __init__(
        self, connection: Connection, account_id: int, document_cache: DocumentCache | None = None
    ) -> None:
        self.connection = connection
        self.account_id = account_id
        self.document_cache = document_cache

    def fetch(self, statement: str, **values: object) -> Awaitable[list[Row]]:
        """All rows of a statement about this account."""
        return self.connection.fetch(statement, account_id=self.account_id, **values)

    def fetch_one(self, statement: str, **values: object) -> Awaitable[Row | None]:
        """The first row of a statement about this account."""
        return self.connection.fetch_one(statement, account_id=self.account_id, **values)

    async def account(self) -> Account:
        """The account itself."""
        row = await self.fetch_one(sql.ACCOUNT_BY_ID)
        if row is None:
            raise NotFound("account")
        return account_from_row(row)

    async def activity(self, ref: ActivityRef) -> Activity:
        """One activity; raises NotFound."""
        if isinstance(ref, int):
            rows = await self.fetch(sql.ACTIVITIES_BY_SEQ, seqs=[ref])
        else:
            rows = await self.fetch(sql.ACTIVITY_BY_ID, id=ref)
        if not rows:
            raise NotFound("activity", ref)
        return (await self.with_links(rows))[0]

    async def activity_by_external_id(self, origin: str, external_id: str) -> Activity | None:
        """The activity that came from elsewhere under this id."""
        rows = await self.fetch(sql.ACTIVITY_BY_EXTERNAL_ID, origin=origin, external_id=external_id)
        return (await self.with_links(rows))[0] if rows else None

    async def activities(self, seqs: Sequence[int]) -> list[Activity]:
        """Those of the activities that exist, in the order of `seqs`."""
        return await self.with_links(await self.rows(seqs))

    async def rows(self, seqs: Sequence[int]) -> list[Row]:
        """The rows of those of the activities that exist, in the order of `seqs`."""
        if not seqs:
            return []
        found = await self.fetch(sql.ACTIVITIES_BY_SEQ, seqs=list(seqs))
        by_seq = {row[0]: row for row in found}
        return [by_seq[seq] for seq in seqs if seq in by_seq]

    async def with_links(self, rows: Sequence[Row]) -> list[Activity]:
        """The activities of these rows; those linked alike share one tuple of links."""
        linked = {text: linked_from_text(text) for text in set(map(_LINKED, rows))}
        found = await self.entities_with_seqs(
            {seq for links in linked.values() for seq, _ in links}
        )
        shared = {
            text: tuple([Linked(found[seq], roles) for seq, roles in links])
            for text, links in linked.items()
        }
        return activities_from_rows(rows, shared)

    async def entities_with_seqs(self, seqs: set[int]) -> dict[int, Entity]:
        """Entities by their seq, deleted ones too."""
        if not seqs:
            return {}
        rows = await self.fetch(sql.ENTITIES_BY_SEQ, seqs=list(seqs))
        return {row[0]: entity_from_row(row) for row in rows}

    async def rendered(self, seqs: Sequence[int], rendering: Rendering) -> list[msgspec.Raw]:
        """The documents of those of the activities that exist, in the order of `seqs`."""
        if self.document_cache is None:
            return await self._rendered_anew(await self.activities(seqs), rendering)
        return await self.document_cache.rendered(self, seqs, rendering, await self.revision())

    async def _rendered_anew(
        self, activities: Sequence[Activity], rendering: Rendering
    ) -> list[msgspec.Raw]:
        return [msgspec.Raw(encoded) for encoded in await rendering.render(self, activities)]

    async def page(self, query: Query) -> Page[Activity]:
        """A stretch of the timeline."""
        rows = await pages.rows(self, query)
        has_more = _cut(query, rows)
        ends = (_KEY(rows[0]), _KEY(rows[-1])) if rows else None
        return page_of(query, await self.with_links(rows), ends, has_more=has_more)

    async def rendered_page(self, query: Query, rendering: Rendering) -> Page[msgspec.Raw]:
        """The documents of a stretch of the timeline."""
        if self.document_cache is None:
            page = await self.page(query)
            documents = await self._rendered_anew(page.items, rendering)
            return Page(documents, before=page.before, after=page.after)
        found, revision = await pages.keys(self, query)
        has_more = _cut(query, found)
        seqs = [key[1] for key in found]
        documents = await self.document_cache.rendered(self, seqs, rendering, revision)
        ends = (found[0][:2], found[-1][:2]) if found else None
        return page_of(query, documents, ends, has_more=has_more)

    async def diary(self, query: Query, order: DiaryOrder) -> list[int]:
        """The seqs of `limit` activities of one entity after `skip` others, by the calendar."""
        return await pages.diary(self, query, order)

    async def with_contacts(self, order: RecordedOrder, *, skip: int, limit: int) -> list[int]:
        """The seqs of activities that concern at least one contact, after `skip` others."""
        return await pages.with_contacts(self, order, skip=skip, limit=limit)

    async def total_with_contacts(self) -> int:
        """How many of them there are."""
        return await counts.total_in_blocks(self, counts.ACTIVITIES)

    async def years_with_contacts(self) -> list[tuple[int, int]]:
        """(year, count) by the account's calendar, newest first."""
        return await counts.years(self)

    async def total(self, entity: EntityKey | None, kinds: tuple[str, ...] | None) -> int:
        """How many activities an entity's timeline (or the whole) holds of these kinds."""
        return await counts.total(self, entity, kinds)

    async def counts_by_day(self, query: Query) -> list[tuple[int, int]]:
        """(UTC day, count), oldest first."""
        return await counts.by_day(self, query)

    async def counts_by_kind(self, query: Query) -> list[tuple[str, int]]:
        """(kind, count), most frequent first."""
        return await counts.by_kind(self, query)

    async def history(self, activity_id: str) -> list[Change]:
        """The changes of one activity, also of a deleted one, oldest first; raises NotFound."""
        return await changes.history(self, activity_id)

    async def changes(self, after: int, limit: int) -> list[Change]:
        """The feed from `after` (exclusive) on, oldest first."""
        return await changes.changes(self, after, limit)

    async def head(self) -> int:
        """The last seq given out."""
        row = await self.fetch_one(sql.HEAD)
        if row is None:
            raise NotFound("account")
        return int(row[0])

    async def revision(self) -> int:
        """How often something that had been there was changed."""
        row = await self.fetch_one(sql.REVISION)
        if row is None:
            raise NotFound("account")
        return int(row[0])

    async def entity(self, key: EntityKey) -> Entity:
        """One entity; raises NotFound, for a deleted one too."""
        entity = await self.entity_or_none(key)
        if entity is None or entity.is_deleted:
            raise NotFound(*key)
        return entity

    async def entity_or_none(self, key: EntityKey) -> Entity | None:
        """One entity, deleted or not, or None."""
        row = await self.fetch_one(sql.ENTITY_BY_KEY, type=key[0], id=key[1])
        return entity_from_row(row) if row else None

    async def entity_by_seq(self, entity_type: str, seq: int) -> Entity:
        """One entity; raises NotFound, for a deleted one too."""
        found = await self.entities_by_seq(entity_type, [seq])
        if seq not in found:
            raise NotFound(entity_type, seq)
        return found[seq]

    async def entities(self, query: EntityQuery) -> list[Entity]:
        """A stretch of the entities that are not deleted."""
        return await entity_lists.listed(self, query)

    async def entities_by_key(self, keys: Sequence[EntityKey]) -> dict[EntityKey, Entity]:
        """Those of the entities that exist and are not deleted."""
        found: dict[EntityKey, Entity] = {}
        for entity_type in {entity_type for entity_type, _ in keys}:
            ids = [id_ for type_, id_ in keys if type_ == entity_type]
            rows = await self.fetch(sql.ENTITIES_BY_KEY, type=entity_type, ids=ids)
            alive = (entity_from_row(row) for row in rows)
            found |= {entity.key: entity for entity in alive if not entity.is_deleted}
        return found

    async def entities_by_seq(self, entity_type: str, seqs: Sequence[int]) -> dict[int, Entity]:
        """Those of the entities that exist and are not deleted."""
        found = await self.entities_with_seqs(set(seqs))
        return {
            seq: entity
            for seq, entity in found.items()
            if entity.type == entity_type and not entity.is_deleted
        }

    async def total_entities(self, entity_type: str) -> int:
        """How many entities of a type there are, partial and deleted ones left out."""
        return await counts.total_in_blocks(self, entity_type)

    async def credentials(self) -> list[Credential]:
        """The account's credentials, oldest first."""
        return [credential_from_row(row) for row in await self.fetch(sql.CREDENTIALS_OF_ACCOUNT)]


def _cut(query: Query, found: list[Any]) -> bool:
    """Bring what a walk found into the order asked for; whether there was more than a page."""
    has_more = len(found) > query.limit
    del found[query.limit :]
    if (query.side == "older") != query.is_descending:
        found.reverse()
    return has_more
