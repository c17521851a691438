"""Reading within one account, on one connection, from one consistent state."""

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity
from doings.core.budget import CLEANED_CHARACTERS, INLINE_BYTES
from doings.core.entity import Entity, EntityKey
from doings.core.erasing.erasure import Erasure
from doings.core.erasing.retention import Rule
from doings.core.query import LARGEST_PAGE, DiaryOrder, Key, KindsOrder, Query, RecordedOrder
from doings.core.resuming.cursor import Page
from doings.core.store.activities import ActivityRef
from doings.core.store.changes import Change, EntityChange, FeedChunk
from doings.core.store.counts import TimelineSummary
from doings.core.store.credentials import Credential
from doings.core.store.entities import Belonging, EntityQuery
from doings.core.store.erasures import Hold
from doings.core.store.imports import ALL_RUNS, ImportJob, ImportRun
from doings.core.store.log import Leaf, LogState, Stretch
from doings.core.store.merges import Merge, Pair
from doings.core.store.pulls import Pull, PullItem
from doings.core.store.rendering import Rendered, Rendering
from doings.core.store.retention import Due
from doings.core.store.webhooks import Delivery, DeliveryStatus, Queued, Webhook
from doings.storage.document_cache import DocumentCache, rendered_now
from doings.storage.engine import Row
from doings.storage.reading import (
    activities,
    changes,
    counts,
    entities,
    entity_lists,
    erasures,
    feed,
    imports,
    merges,
    pulls,
    webhooks,
)
from doings.storage.reading.log import leaves, tiles
from doings.storage.reading.timeline import kind_lists, pages, places
from doings.storage.reading.timeline.walked import cut_page, page_of_walk, seqs_of
from doings.storage.sql import account_statements as sql
from doings.storage.sql.rows import credential_from_row
from doings.storage.sql.tallies import ACTIVITIES
from doings.storage.transaction import ReadTransaction


class AccountReader:
    """`core.store.Reader`: each method is one of `reading/`, on the reader's transaction.

    `document_cache` is where documents are kept; without one each is rendered every time.
    """

    def __init__(
        self, transaction: ReadTransaction, document_cache: DocumentCache | None = None
    ) -> None:
        self._transaction = transaction
        self._document_cache = document_cache

    @property
    def account_id(self) -> int:
        return self._transaction.account_id

    def note_cleaning(self, characters: int) -> None:
        # Cleaning takes as long for a character as other work for many bytes.
        self._transaction.announce(characters * (INLINE_BYTES // CLEANED_CHARACTERS))

    async def account(self) -> Account:
        return await self._transaction.account()

    async def last_seq(self) -> int:
        return await self._transaction.last_seq()

    async def activity(self, ref: ActivityRef, *, with_attrs: bool = True) -> Activity:
        return await activities.activity(self._transaction, ref, with_attrs=with_attrs)

    async def activity_by_external_id(self, origin: str, external_id: str) -> Activity | None:
        return await activities.by_external_id(self._transaction, origin, external_id)

    async def recorded_external_ids(self, origin: str, external_ids: Sequence[str]) -> set[str]:
        return await activities.recorded_external_ids(self._transaction, origin, external_ids)

    async def activities(self, seqs: Sequence[int]) -> list[Activity]:
        return await activities.by_seqs(self._transaction, seqs)

    async def fitting_activities(
        self, seqs: Sequence[int], *, with_attrs: bool = True
    ) -> tuple[list[Activity], int]:
        return await activities.fitting(self._transaction, seqs, with_attrs=with_attrs)

    async def page(
        self, query: Query, *, with_attrs: bool = True, looks: int | None = None
    ) -> Page[Activity]:
        walked, cut_at = await pages.walked(self._transaction, query, looks)
        seqs = seqs_of(query, walked)
        items, covered = await self.fitting_activities(seqs, with_attrs=with_attrs)
        page = page_of_walk(query, walked, items, covered)
        # One that ends where its bytes do goes on behind its last item.
        return page if cut_at is None or covered < len(walked) else cut_page(query, page, cut_at)

    async def origins(self, query: Query) -> dict[int, str]:
        walked = await pages.keys(self._transaction, query)
        return await activities.origins(self._transaction, seqs_of(query, walked))

    async def rendered(self, seqs: Sequence[int], rendering: Rendering) -> Rendered:
        if self._document_cache is None:
            return await rendered_now(self, seqs, rendering)
        cache_version = await self._transaction.cache_version()
        return await self._document_cache.rendered(self, seqs, rendering, cache_version)

    async def rendered_page(
        self, query: Query, rendering: Rendering, *, is_whole: bool = False
    ) -> Page[msgspec.Raw]:
        if self._document_cache is None:
            walked: Sequence[Row] = await pages.keys(self._transaction, query)
            shown = await rendered_now(self, seqs_of(query, walked), rendering)
        else:
            walked, cache_version = await pages.keys_with_cache_version(self._transaction, query)
            shown = await self._document_cache.rendered(
                self, seqs_of(query, walked), rendering, cache_version
            )
        return page_of_walk(query, walked, shown.documents, shown.covered, is_whole=is_whole)

    async def diary(self, query: Query, order: DiaryOrder) -> list[int]:
        return await pages.diary(self._transaction, query, order)

    async def with_contacts(self, order: RecordedOrder, *, skip: int, limit: int) -> list[int]:
        return await pages.with_contacts(self._transaction, order, skip=skip, limit=limit)

    async def entity_changes_by_seq(self, seqs: Sequence[int]) -> list[EntityChange]:
        return await feed.entity_changes_by_seq(self._transaction, seqs)

    async def erasures(self, limit: int, before: str | None) -> list[Erasure]:
        return await erasures.erasures(self._transaction, limit, before)

    async def own_seq(self, key: EntityKey) -> int | None:
        return await erasures.own_seq(self._transaction, key)

    async def is_another(self, key: EntityKey, seq: int) -> bool:
        return await erasures.is_another(self._transaction, key, seq)

    async def holds(self, now: int, limit: int, after: int) -> list[tuple[int, Hold]]:
        return await erasures.holds(self._transaction, now, limit, after)

    async def holds_of(self, key: EntityKey, now: int) -> list[Hold]:
        return await erasures.holds_of(self._transaction, key, now)

    async def retention(self) -> Sequence[Rule]:
        return await erasures.retention(self._transaction)

    async def due_by_rule(self, now: int, rules: Sequence[Rule] | None = None) -> list[Due]:
        return await erasures.due_by_rule(self._transaction, now, rules)

    async def keys_of_kinds(
        self,
        kinds: Sequence[str],
        order: KindsOrder,
        entity: EntityKey | None = None,
        *,
        is_alone_allowed: bool = False,
    ) -> list[Key]:
        return await kind_lists.keys_of_kinds(
            self._transaction, kinds, order, entity, is_alone_allowed=is_alone_allowed
        )

    async def total_with_contacts(self) -> int:
        return await counts.total_in_blocks(self._transaction, ACTIVITIES)

    async def years_with_contacts(self) -> list[tuple[int, int]]:
        return await counts.years(self._transaction)

    async def total(self, entity: Entity | EntityKey | None, kinds: tuple[str, ...] | None) -> int:
        return await counts.total(self._transaction, entity, kinds)

    async def counts_by_day(self, query: Query) -> list[tuple[int, int]]:
        return await counts.by_day(self._transaction, query)

    async def counts_by_kind(self, query: Query) -> list[tuple[str, int]]:
        return await counts.by_kind(self._transaction, query)

    async def count(self, query: Query) -> int:
        return await places.count(self._transaction, query)

    async def sums_by_day(self, query: Query) -> list[tuple[int, int]]:
        return await places.sums_by_day(self._transaction, query)

    async def totals_by_kind(self, entity: EntityKey | None) -> list[tuple[str, int]]:
        return await places.totals_by_kind(self._transaction, entity)

    async def newest_revisions(self, seqs: Sequence[int], most: int) -> dict[int, Change]:
        return await changes.newest_revisions(self._transaction, seqs, most)

    async def history(
        self, activity_id: str, after: int = 0, limit: int = LARGEST_PAGE
    ) -> list[Change]:
        return await changes.history(self._transaction, activity_id, after, limit)

    async def changes(self, after: int, limit: int) -> list[Change]:
        return await changes.changes(self._transaction, after, limit)

    async def feed(self, after: int, limit: int) -> FeedChunk:
        return await feed.chunk(self._transaction, after, limit)

    async def entity(self, key: EntityKey) -> Entity:
        return await entities.entity(self._transaction, key)

    async def entity_or_none(self, key: EntityKey) -> Entity | None:
        return await entities.entity_or_none(self._transaction, key)

    async def entity_by_seq(self, entity_type: str, seq: int) -> Entity:
        return await entities.entity_by_seq(self._transaction, entity_type, seq)

    async def entities(self, query: EntityQuery) -> list[Entity]:
        return await entity_lists.listed(self._transaction, query)

    async def entities_as_named(self, after: int, limit: int) -> list[Entity]:
        return await entities.as_named(self._transaction, after, limit)

    async def named_entities(self, keys: Collection[EntityKey]) -> dict[EntityKey, Entity]:
        return await entities.named_by_keys(self._transaction, keys)

    async def entity_seqs(self, query: EntityQuery) -> list[int]:
        return await entity_lists.seqs_of(self._transaction, query)

    async def fitting_entities(self, seqs: Sequence[int]) -> tuple[list[Entity], int]:
        return await entities.fitting(self._transaction, seqs)

    async def entities_by_key(self, keys: Sequence[EntityKey]) -> dict[EntityKey, Entity]:
        return await entities.by_keys(self._transaction, keys)

    async def deleted_keys(self, keys: Collection[EntityKey]) -> set[EntityKey]:
        return await entities.deleted_keys(self._transaction, keys)

    async def entities_by_seq(self, entity_type: str, seqs: Sequence[int]) -> dict[int, Entity]:
        return await entities.by_seqs(self._transaction, entity_type, seqs)

    async def belongings(self, contacts: Sequence[int], types: Sequence[str]) -> list[Belonging]:
        return await entity_lists.belongings(self._transaction, contacts, types)

    async def entity_names(self, entity_type: str) -> list[tuple[int, str, str | None]]:
        return await entity_lists.names(self._transaction, entity_type)

    async def total_entities(self, entity_type: str) -> int:
        return await counts.total_in_blocks(self._transaction, entity_type)

    async def totals_by_kind_of(
        self, entities: Sequence[Entity], kinds: Sequence[str]
    ) -> dict[int, Counter[str]]:
        return await kind_lists.totals_by_kind_of(self._transaction, entities, kinds)

    async def last_of_kind(self, seqs: Sequence[int], kind: str) -> dict[int, int]:
        return await kind_lists.last_of_kind(self._transaction, seqs, kind)

    async def newest_of_kind(self, seqs: Sequence[int], kind: str) -> dict[int, set[int]]:
        return await kind_lists.newest_of_kind(self._transaction, seqs, kind)

    async def timeline_summaries(self, seqs: Sequence[int]) -> dict[int, TimelineSummary]:
        return await counts.timeline_summaries(self._transaction, seqs)

    async def credentials(self) -> list[Credential]:
        rows = await self._transaction.fetch(sql.CREDENTIALS_OF_ACCOUNT)
        return [credential_from_row(row) for row in rows]

    async def import_runs(
        self, *, before: int | None = None, limit: int = ALL_RUNS
    ) -> list[ImportRun]:
        return await imports.runs(self._transaction, before, limit)

    async def import_jobs(self) -> list[ImportJob]:
        return await imports.jobs(self._transaction)

    async def import_job(self, job_id: str) -> ImportJob:
        return await imports.job(self._transaction, job_id)

    async def import_file(self, job_id: str) -> list[str]:
        return await imports.file_parts(self._transaction, job_id)

    async def import_run(self, number: int) -> ImportRun:
        return await imports.run(self._transaction, number)

    async def pulls(self) -> list[Pull]:
        return await pulls.pulls(self._transaction)

    async def pull_items(self, number: int, refs: Collection[str]) -> dict[str, PullItem]:
        return await pulls.items(self._transaction, number, refs)

    async def own_activities(self, ids: Collection[str]) -> set[str]:
        return await pulls.own_activities(self._transaction, ids)

    async def pulled_at(self, dialect: str, url: str, instants: Collection[int]) -> list[int]:
        return await pulls.pulled_at(self._transaction, dialect, url, instants)

    async def reverted(self, dialect: str, url: str, seqs: Collection[int]) -> set[tuple[int, int]]:
        return await pulls.reverted(self._transaction, dialect, url, seqs)

    async def missed_counts(self, number: int, round_: int, low: str, high: str) -> tuple[int, int]:
        return await pulls.missed_counts(self._transaction, number, round_, low, high)

    async def missed_item(self, number: int, round_: int, after: str) -> str | None:
        return await pulls.missed(self._transaction, number, round_, after)

    async def merge(self, merge_id: str) -> Merge:
        return await merges.merge(self._transaction, merge_id)

    async def merges(self, *, before: int | None, after: int | None, limit: int) -> list[Merge]:
        return await merges.merges(self._transaction, before=before, after=after, limit=limit)

    async def merges_of(self, key: EntityKey) -> list[Merge]:
        return await merges.merges_of(self._transaction, key)

    async def people(self, entity_type: str, limit: int) -> list[Entity]:
        return await merges.people(self._transaction, entity_type, limit)

    async def all_people(self, entity_type: str, after: int, limit: int) -> list[Entity]:
        return await merges.all_people(self._transaction, entity_type, after, limit)

    async def last_seq_of_people(self) -> int:
        return await merges.last_seq_of_people(self._transaction)

    async def were_parted(self, keys: Sequence[EntityKey]) -> bool:
        return await merges.were_parted(self._transaction, keys)

    async def dismissed(self, pairs: Sequence[Pair]) -> set[Pair]:
        return await merges.dismissed(self._transaction, pairs)

    async def webhooks(self) -> list[Webhook]:
        return await webhooks.webhooks(self._transaction)

    async def webhook(self, webhook_id: str) -> Webhook:
        return await webhooks.webhook(self._transaction, webhook_id)

    async def deliveries(
        self,
        webhook_id: str,
        *,
        status: DeliveryStatus | None,
        before: int | None,
        after: int | None,
        limit: int,
    ) -> list[Delivery]:
        return await webhooks.deliveries(
            self._transaction, webhook_id, status=status, before=before, after=after, limit=limit
        )

    async def queued(self, webhook_id: str, limit: int) -> list[Queued]:
        return await webhooks.queued(self._transaction, webhook_id, limit)

    async def bodies(self, webhook_id: str, seqs: Sequence[int]) -> dict[int, str]:
        return await webhooks.bodies(self._transaction, webhook_id, seqs)

    async def delivery_counts(self, webhook_id: str) -> dict[DeliveryStatus, int]:
        return await webhooks.counts(self._transaction, webhook_id)

    async def changes_by_seq(self, seqs: Sequence[int]) -> list[Change]:
        return await webhooks.changes_by_seq(self._transaction, seqs)

    async def log_state(self) -> LogState:
        return await tiles.state(self._transaction)

    async def log_hashes(self, stretches: Sequence[Stretch]) -> list[bytes]:
        return await tiles.stretch_hashes(self._transaction, stretches)

    async def log_tile(self, level: int, first: int, end: int) -> list[bytes]:
        return await tiles.hashes(self._transaction, level, first, end)

    async def log_digests(self, first: int, end: int) -> bytes:
        return await tiles.digests(self._transaction, first, end)

    async def log_leaves(self, first: int, end: int) -> list[Leaf]:
        return await leaves.leaves(self._transaction, first, end)
