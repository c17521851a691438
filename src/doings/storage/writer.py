"""Writing within one account: row, links, tallies, change and search text, all or nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from doings.core.activity import Activity, Draft
from doings.core.entity import Entity, EntityDraft, EntityKey
from doings.core.erasing.retention import Rule
from doings.core.store.activities import ActivityRef, Recorded, Replacement
from doings.core.store.credentials import Credential
from doings.core.store.erasures import Hold
from doings.core.store.imports import ImportCounts, ImportJob, UndoPart, UndoPlace
from doings.core.store.merges import Merge
from doings.core.store.pulls import Pull, PullItem
from doings.core.store.webhooks import Delivery, Made, Outcome, Webhook
from doings.storage.erasing import holds
from doings.storage.reader import AccountReader
from doings.storage.reading.activities import by_external_ids
from doings.storage.transaction import Transaction
from doings.storage.writing import activities, changes, entities, idempotency, merges, webhooks
from doings.storage.writing.account import credentials
from doings.storage.writing.importing import import_undo, imports, pulls


class AccountWriter(AccountReader):
    """`core.store.Writer`: each method is one of `writing/`, on the writer's transaction.

    `others` are the writers of the other accounts that the same work may write in.
    """

    def __init__(
        self, transaction: Transaction, others: Mapping[int, "AccountWriter"] | None = None
    ) -> None:
        super().__init__(transaction)
        self._writing = transaction
        self.others = others or {}
        self.recorded = 0
        """How many new activities this transaction recorded."""

    @property
    def unfinished(self) -> list[int]:
        """The seqs of entities whose activities other transactions have to bring in line."""
        return self._writing.unfinished

    async def activities_by_external_ids(
        self, origin: str, external_ids: Collection[str]
    ) -> dict[str, Activity]:
        return await by_external_ids(self._writing, origin, external_ids)

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded]:
        recorded = await activities.record(self._writing, drafts)
        self.recorded += sum(not outcome.is_repeated for outcome in recorded)
        return recorded

    async def revise(self, ref: ActivityRef, revise: Callable[[Activity], Draft]) -> Activity:
        return await activities.revise(self._writing, ref, revise)

    async def replace(self, replacements: Sequence[Replacement]) -> list[Activity]:
        return await activities.replace(self._writing, replacements)

    async def erase(
        self, ref: ActivityRef, check: Callable[[Activity], None] | None = None
    ) -> Activity:
        return await activities.erase(self._writing, ref, check)

    async def amend_history(self, activity_id: str, revise: Callable[[str], str]) -> None:
        await changes.amend(self._writing, activity_id, revise)

    async def put_entity(
        self,
        key: EntityKey,
        revise: Callable[[Entity | None], EntityDraft],
        *,
        is_whole: bool = False,
    ) -> tuple[Entity, bool]:
        return await entities.put(self._writing, key, revise, is_whole=is_whole)

    async def add_entity(self, entity_type: str, draft: EntityDraft, *, above: int = 0) -> Entity:
        return await entities.create(self._writing, entity_type, draft, above=above)

    async def number_entities(
        self, entity_type: str, drafts: Sequence[EntityDraft], *, above: int = 0
    ) -> list[Entity]:
        return await entities.create_numbered(self._writing, entity_type, drafts, above=above)

    async def delete_entity(self, key: EntityKey) -> Entity:
        return await entities.delete(self._writing, key)

    async def hold_entity(
        self, key: EntityKey, reason: str, until: int | None = None
    ) -> tuple[Hold, bool]:
        return await holds.hold_entity(self._writing, key, reason, until)

    async def release_entity(self, key: EntityKey) -> None:
        await holds.release_entity(self._writing, key)

    async def set_retention(self, rules: Sequence[Rule]) -> None:
        await holds.set_retention(self._writing, rules)

    async def recall(self, key: str, digest: bytes) -> str | None:
        return await idempotency.recall(self._writing, key, digest)

    async def remember(self, key: str, digest: bytes, answer: str) -> None:
        await idempotency.remember(self._writing, key, digest, answer)

    async def change_settings(
        self, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        return await self._writing.change_settings(change)

    async def add_credential(self, credential: Credential) -> None:
        await credentials.add(self._writing, credential)

    async def revoke_credential(self, key: str) -> None:
        await credentials.revoke(self._writing, key)

    async def start_import(self, dialect: str | None, files: Sequence[str]) -> int:
        return await imports.start(self._writing, dialect, files)

    async def follow_import(self, number: int) -> bool:
        return await imports.follow(self._writing, number)

    async def note_import(self, number: int, counts: ImportCounts) -> ImportCounts:
        return await imports.note(self._writing, number, counts)

    async def end_import(self, number: int, counts: ImportCounts) -> None:
        await imports.end(self._writing, number, counts)

    async def add_import_job(self, job: ImportJob, parts: Sequence[str]) -> None:
        await imports.add_job(self._writing, job, parts)

    async def change_import_job(self, before: ImportJob, after: ImportJob) -> bool:
        return await imports.change_job(self._writing, before, after)

    async def drop_import_file(self, job_id: str) -> None:
        await imports.drop_file(self._writing, job_id)

    async def drop_import_job(self, job_id: str) -> None:
        await imports.drop_job(self._writing, job_id)

    async def undo_import(self, number: int, place: UndoPlace | None) -> UndoPart:
        return await import_undo.undo(self._writing, number, place)

    async def add_pull(self, dialect: str, url: str) -> Pull:
        return await pulls.add(self._writing, dialect, url)

    async def save_pull(self, pull: Pull) -> Pull | None:
        return await pulls.save(self._writing, pull)

    async def put_pull_items(self, number: int, items: Sequence[PullItem]) -> None:
        await pulls.put_items(self._writing, number, items)

    async def drop_pull_item(self, number: int, ref: str) -> None:
        await pulls.drop_item(self._writing, number, ref)

    async def forget_pull_items(self, number: int, limit: int) -> bool:
        return await pulls.forget_items(self._writing, number, limit)

    async def drop_pull(self, number: int) -> None:
        await pulls.drop(self._writing, number)

    async def add_merge(
        self,
        keep: EntityKey,
        merged: Sequence[EntityKey],
        reason: str | None,
        *,
        is_by_itself: bool = False,
        merge_id: str | None = None,
    ) -> Merge:
        return await merges.add(
            self._writing, keep, merged, reason, is_by_itself=is_by_itself, merge_id=merge_id
        )

    async def revert_merge(self, merge_id: str) -> Merge:
        return await merges.revert(self._writing, merge_id)

    async def dismiss(self, entities: Sequence[EntityKey]) -> None:
        await merges.dismiss(self._writing, entities)

    async def add_webhook(self, webhook: Webhook) -> None:
        await webhooks.add(self._writing, webhook)

    async def change_webhook(self, webhook: Webhook) -> None:
        await webhooks.change(self._writing, webhook)

    async def delete_webhook(self, webhook_id: str) -> None:
        await webhooks.delete(self._writing, webhook_id)

    async def claim_webhook(
        self, webhook_id: str, holder: str, *, until: int, ended: str | None
    ) -> Webhook | None:
        return await webhooks.claim(self._writing, webhook_id, holder, until=until, ended=ended)

    async def hold_webhook(self, webhook_id: str, holder: str, *, until: int) -> Webhook | None:
        return await webhooks.hold(self._writing, webhook_id, holder, until=until)

    async def release_webhook(
        self, webhook_id: str, holder: str, *, due_at: int | None, oldest_at: int | None
    ) -> None:
        await webhooks.release(
            self._writing, webhook_id, holder, due_at=due_at, oldest_at=oldest_at
        )

    async def move_webhook(self, webhook_id: str, *, seen: int, position: int) -> bool:
        return await webhooks.move(self._writing, webhook_id, seen=seen, position=position)

    async def touch_webhook(self, webhook_id: str) -> None:
        await webhooks.touch(self._writing, webhook_id)

    async def queue(self, webhook_id: str, deliveries: Sequence[Delivery]) -> None:
        await webhooks.queue(self._writing, webhook_id, deliveries)

    async def queue_message(self, webhook_id: str, message: str, now: int) -> int:
        return await webhooks.queue_message(self._writing, webhook_id, message, now)

    async def queue_failed(self, webhook_id: str, now: int) -> None:
        await webhooks.queue_failed(self._writing, webhook_id, now)

    async def discard(self, webhook_id: str, *, until: int) -> None:
        await webhooks.discard(self._writing, webhook_id, until=until)

    async def note_bodies(self, webhook_id: str, made: Sequence[Made]) -> None:
        await webhooks.note_bodies(self._writing, webhook_id, made)

    async def note_outcomes(self, webhook_id: str, outcomes: Sequence[Outcome]) -> list[Outcome]:
        return await webhooks.note_outcomes(self._writing, webhook_id, outcomes)

    async def disable_webhook(self, webhook_id: str, reason: str) -> None:
        await webhooks.disable(self._writing, webhook_id, reason)

    async def forget_deliveries(self, webhook_id: str, *, before: int, limit: int) -> int:
        return await webhooks.forget(self._writing, webhook_id, before=before, limit=limit)

    async def clear_deliveries(self, webhook_id: str, limit: int) -> bool:
        return await webhooks.clear(self._writing, webhook_id, limit)
