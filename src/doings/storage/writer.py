"""Writing within one account: row, links, tallies, change and search text, all or nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from doings.core.activity import Activity, Draft, draft_of, is_same
from doings.core.clock import DAY, Clock
from doings.core.document import replaced_text, whole_text
from doings.core.entity import Entity, EntityDraft, EntityKey, checked_id, checked_type
from doings.core.errors import Conflict, NotFound
from doings.core.store.activities import ActivityRef, Recorded
from doings.core.store.credentials import Credential
from doings.storage.reader import AccountReader
from doings.storage.reading import changes, counts
from doings.storage.sql import statements as sql
from doings.storage.sql.rows import text_from_words
from doings.storage.writing import activities, entities, links

if TYPE_CHECKING:
    from doings.storage.engine import Connection
    from doings.storage.reading.counts import Tally

IDEMPOTENCY = DAY
"""How long an answer is kept for a repeated request."""


class AccountWriter(AccountReader):
    """`core.store.Writer`."""

    def __init__(
        self, connection: "Connection", account_id: int, *, clock: Clock, by: str | None
    ) -> None:
        super().__init__(connection, account_id)
        self.clock = clock
        self.by = by
        self.tallies: Counter[Tally] = Counter()
        self.recorded = 0
        """How many new activities this transaction recorded."""
        self.others: dict[int, AccountWriter] = {}
        """The writers of the other accounts that this transaction may write in."""
        self._time_zone: str | None = None
        self._is_revising = False

    async def execute(self, statement: str, **values: object) -> None:
        """Run a statement about this account."""
        await self.connection.execute(statement, account_id=self.account_id, **values)
        await self._note_revision(statement)

    async def execute_many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run a statement for each row; `account_id` is its first placeholder and given here."""
        if rows:
            prefix = (self.account_id,)
            await self.connection.execute_many(statement, map(prefix.__add__, rows))
            await self._note_revision(statement)

    async def _note_revision(self, statement: str) -> None:
        """Count, once for the transaction, that it changes what was there before."""
        if statement in sql.REVISING and not self._is_revising:
            self._is_revising = True
            await self.connection.execute(sql.ADVANCE_REVISION, account_id=self.account_id)

    async def advance(self, count: int) -> int:
        """Take `count` seqs; returns the first."""
        row = await self.fetch_one(sql.ADVANCE_HEAD, count=count)
        if row is None:
            raise NotFound("account")
        return int(row[0]) - count + 1

    async def time_zone(self) -> str:
        """The zone of the account's calendar."""
        if self._time_zone is None:
            self._time_zone = (await self.account()).time_zone
        return self._time_zone

    async def write_tallies(self) -> None:
        """Write down what was counted since the last time."""
        rows = counts.changed(self.tallies)
        self.tallies.clear()
        await self.execute_many(sql.ADD_TO_TALLY, rows)
        await self.execute_many(sql.DROP_EMPTY_TALLY, [row[:3] for row in rows if row[3] < 0])

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Record in this order; a repeated (origin, external_id) leaves the first as it is."""
        recorded = await activities.record(self, drafts)
        await self.write_tallies()
        self.recorded += sum(not one.is_repeated for one in recorded)
        return recorded

    async def revise(self, ref: ActivityRef, revise: Callable[[Activity], Draft]) -> Activity:
        """Replace an activity by what `revise` makes of it; raises NotFound and what it raises."""
        old = await self.activity(ref)
        draft = revise(old)
        if is_same(draft, draft_of(old)):
            return old
        new = await activities.replace(self, old, draft)
        await self.write_tallies()
        await self.add_change(new, "updated", before=replaced_text(old, new))
        return new

    async def erase(
        self, ref: ActivityRef, check: Callable[[Activity], None] | None = None
    ) -> Activity:
        """Delete an activity unless `check` raises; raises NotFound."""
        activity = await self.activity(ref)
        if check is not None:
            check(activity)
        await activities.remove(self, activity)
        await self.write_tallies()
        await self.add_change(activity, "deleted", before=whole_text(activity))
        return activity

    async def amend_history(self, activity_id: str, revise: Callable[[str], str]) -> None:
        """Replace what an activity's changes keep of the past by what `revise` makes of it."""
        await changes.amend(self, activity_id, revise)

    async def add_change(self, activity: Activity, op: str, *, before: str) -> None:
        """Append to the feed."""
        await self.execute(
            sql.ADD_CHANGE,
            seq=await self.advance(1),
            activity_seq=activity.seq,
            activity_id=activity.id,
            op=op,
            kind=activity.kind,
            at=self.clock.now(),
            by_key=self.by,
            before=before,
        )

    async def put_entity(
        self, key: EntityKey, revise: Callable[[Entity | None], EntityDraft]
    ) -> tuple[Entity, bool]:
        """Create (True) or replace an entity by what `revise` makes of the one there is."""
        checked_type(key[0])
        checked_id(key[1])
        old = await self.entity_or_none(key)
        alive = old if old is not None and not old.is_deleted else None
        draft = revise(alive)
        contact = await entities.contact_seq(self, key, draft)
        if old is None:
            await entities.add(self, await self.advance(1), key, draft, contact)
        else:
            await entities.replace(self, old, draft, contact)
            if draft.contact != old.contact:
                await links.relink(self, old.seq)
        await self.write_tallies()
        return await self.entity(key), alive is None

    async def add_entity(self, entity_type: str, draft: EntityDraft) -> Entity:
        """Create an entity whose id is its seq, or a UUID where that is taken."""
        key = (entity_type, "")
        contact = await entities.contact_seq(self, key, draft)
        seq = await self.advance(1)
        if await self.entity_or_none((entity_type, str(seq))) is None:
            key = (entity_type, str(seq))
        else:
            key = (entity_type, self.clock.new_id())
        await entities.add(self, seq, key, draft, contact)
        await self.write_tallies()
        return await self.entity(key)

    async def number_entity(self, entity_type: str, draft: EntityDraft) -> Entity:
        """Create an entity whose id is the next number of its type."""
        rows = await self.fetch(sql.NUMBERED_IDS, type=entity_type)
        number = max((int(row[0]) for row in rows if row[0].isdecimal()), default=0) + 1
        entity, _ = await self.put_entity((entity_type, str(number)), lambda _: draft)
        return entity

    async def delete_entity(self, key: EntityKey) -> Entity:
        """Delete an entity, whose activities stay; raises NotFound."""
        entity = await self.entity(key)
        await entities.remove(self, entity)
        await self.write_tallies()
        return entity

    async def recall(self, key: str, digest: bytes) -> str | None:
        """The answer given to this idempotency key; raises Conflict if its request was another."""
        since = self.clock.now() - IDEMPOTENCY
        row = await self.fetch_one(sql.IDEMPOTENCY_KEY, key=key, since=since)
        if row is None:
            return None
        if row[0] != digest.hex():
            msg = "this Idempotency-Key was used with another request"
            raise Conflict(msg)
        return str(row[1])

    async def remember(self, key: str, digest: bytes, answer: str) -> None:
        """Keep the answer for 24 hours."""
        now = self.clock.now()
        await self.execute(sql.FORGET_IDEMPOTENCY_KEYS, since=now - IDEMPOTENCY)
        await self.execute(
            sql.SET_IDEMPOTENCY_KEY,
            key=key,
            digest=digest.hex(),
            answer=answer,
            at=now,
        )

    async def add_credential(self, credential: Credential) -> None:
        """Store a credential."""
        await self.execute(
            sql.ADD_CREDENTIAL,
            key=credential.key,
            secret_hash=credential.secret_hash.hex(),
            scopes=text_from_words(credential.scopes),
            label=credential.label,
            created_at=credential.created_at,
            expires_at=credential.expires_at,
        )

    async def revoke_credential(self, key: str) -> None:
        """Make a credential unusable from now on; raises NotFound."""
        if all(credential.key != key for credential in await self.credentials()):
            raise NotFound("credential", key)
        await self.execute(sql.DELETE_CREDENTIAL, key=key)
